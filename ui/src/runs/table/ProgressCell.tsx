import type { ReactElement } from "react";
import type { Run } from "~/api/types";
import { count, plural } from "~/theme/format";
import css from "./cells.module.css";
import { progressOf } from "./progress";

/** The step a run is at, and how many of its tasks are done. */
export function ProgressCell({ run }: { run: Run }): ReactElement | null {
  const at = progressOf(run);
  if (!at) return null;
  if (run.status === "done") return <span className={css.none}>{plural(at.all, "task")}</span>;
  const failed = at.failed > 0 ? `, ${count(at.failed)} failed` : "";
  const beside = at.beside > 0 ? `, and ${plural(at.beside, "step")} beside` : "";
  return (
    <span
      className={css.progress}
      data-tip={`${at.step}: ${count(at.done)} of ${plural(at.tasks, "task")} done${failed}${beside}`}
    >
      <bdi className={css.clip}>{at.step}</bdi>
      <progress className={css.track} data-status={run.status} max={Math.max(1, at.tasks)} value={at.done}>
        {at.done}/{at.tasks}
      </progress>
      <span className={css.of}>
        {count(at.done)}/{count(at.tasks)}
      </span>
    </span>
  );
}
