import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { Icon } from "~/parts/Icon";
import { count, plural } from "~/theme/format";
import { ArtifactDetail } from "./ArtifactDetail";
import { ArtifactRow } from "./ArtifactRow";
import css from "./ArtifactsTab.module.css";
import { PARAMETERS } from "./commands";
import type { Name, Value } from "./named";
import { numberOf, previewOf } from "./preview";

interface NamedProps {
  flow: string;
  run: string;
  of: Name;
  /** What is open: a name, or a name and a task. */
  opened: string | undefined;
  onOpen: (artifact: string | undefined) => void;
}

/** So many values of a name are listed at once. */
const SHOWN = 50;

/** A name: its value, or the values that tasks have under it. */
export function NamedRow({ flow, run, of, opened, onOpen }: NamedProps): ReactElement {
  const [first] = of.values;
  const [shown, setShown] = useState(SHOWN);
  if (of.values.length === 1 && first) {
    return (
      <ValueRow
        {...{ flow, run, value: first }}
        open={opened === of.name}
        onOpen={() => onOpen(opened === of.name ? undefined : of.name)}
      />
    );
  }
  const open = opened === of.name || (opened?.startsWith(`${of.name}@`) ?? false);
  return (
    <li className={css.named} data-artifact={of.name}>
      <button
        type="button"
        className={css.name}
        aria-expanded={open}
        onClick={() => onOpen(open ? undefined : of.name)}
      >
        <Icon name={open ? "chevron-down" : "chevron-right"} size={13} />
        <b>
          <bdi>{of.name}</bdi>
        </b>
        <span className={css.note}>{summary(of)}</span>
      </button>
      {open && (
        <ul className={css.values}>
          {of.values.slice(0, shown).map((value) => {
            const key = `${of.name}@${value.first.task}`;
            return (
              <ValueRow
                key={key}
                {...{ flow, run, value }}
                open={opened === key}
                onOpen={() => onOpen(opened === key ? of.name : key)}
              />
            );
          })}
          {of.values.length > shown && (
            <li>
              <button type="button" className={css.further} onClick={() => setShown(shown + 10 * SHOWN)}>
                {count(of.values.length - shown)} more
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

/** `300 values in 301 tasks, 0.12 … 0.98`. */
function summary({ values, tasks }: Name): string {
  const numbers = values.map((value) => numberOf(previewOf(value.first.preview)));
  const said = `${plural(values.length, "value")} in ${plural(tasks, "task")}`;
  if (!numbers.every((number) => number !== undefined)) return said;
  const low = numbers.reduce((a, b) => Math.min(a, b));
  const high = numbers.reduce((a, b) => Math.max(a, b));
  return `${said}, ${Number(low.toPrecision(6))} … ${Number(high.toPrecision(6))}`;
}

function ValueRow({
  flow,
  run,
  value,
  open,
  onOpen,
}: {
  flow: string;
  run: string;
  value: Value;
  open: boolean;
  onOpen: () => void;
}): ReactElement {
  const { first, tasks } = value;
  const { step, task, name } = first;
  return (
    <ArtifactRow
      artifact={first}
      open={open}
      onOpen={onOpen}
      of={
        step === PARAMETERS ? (
          <span className={css.note}>of the run</span>
        ) : (
          <>
            <Link
              to="/$flow/$run/$step/$task"
              params={{ flow, run, step, task: String(task) }}
              search={{ section: "artifacts", artifact: name } as never}
            >
              <bdi>{step}</bdi>/{task}
            </Link>
            {tasks > 1 && (
              <span className={css.note} data-tip={`${plural(tasks, "task")} of the run have it`}>
                {" "}
                +{count(tasks - 1)}
              </span>
            )}
          </>
        )
      }
    >
      <ArtifactDetail of={{ flow, run, step, task, name }} artifact={first} />
    </ArtifactRow>
  );
}
