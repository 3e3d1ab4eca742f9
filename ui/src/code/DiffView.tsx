import { type ReactElement, useMemo, useState } from "react";
import type { Schemas } from "~/api/types";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import css from "./DiffView.module.css";
import { type Hunk, hunksOf } from "./diff";

type Change = Schemas["FileChange"];

/** Lines of one file that are shown at once. */
const MANY = 400;

/** What changed in a file, line by line. */
export function FileDiff({ change, open = true }: { change: Change; open?: boolean }): ReactElement {
  return (
    <details className={css.file} open={open}>
      <summary className={css.head}>
        <span className={css.status} data-status={change.status}>
          {change.status}
        </span>
        <bdi className={css.name}>{change.name}</bdi>
        <span className={css.sums}>
          <span className={css.plus}>+{change.added}</span>{" "}
          <span className={css.minus}>−{change.removed}</span>
        </span>
      </summary>
      {change.diff == null ? (
        <p className={css.none}>It is no text.</p>
      ) : (
        <Lines diff={change.diff} name={change.name} />
      )}
    </details>
  );
}

function Lines({ diff, name }: { diff: string; name: string }): ReactElement {
  const hunks = useMemo(() => hunksOf(diff), [diff]);
  const [all, setAll] = useState(false);
  const total = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  const shown = all || total <= MANY ? hunks : firstOf(hunks);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={`changes of ${name}`}>
      <table className={css.lines}>
        {shown.map((hunk) => (
          <tbody key={hunk.head}>
            <tr className={css.hunk}>
              <td colSpan={4}>{hunk.head}</td>
            </tr>
            {hunk.lines.map((line) => (
              <tr key={`${line.before}:${line.after}`} data-kind={line.kind}>
                <td className={css.number}>{line.before}</td>
                <td className={css.number}>{line.after}</td>
                <td className={css.sign}>{SIGNS[line.kind]}</td>
                <td className={css.text}>{line.text}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
      <div className={css.foot}>
        {shown !== hunks && (
          <Button small onClick={() => setAll(true)}>
            Show all {total} lines
          </Button>
        )}
        <Copy text={diff} label="diff" wide />
      </div>
    </section>
  );
}

const SIGNS = { same: "", added: "+", removed: "−" };

function firstOf(hunks: Hunk[]): Hunk[] {
  let left = MANY;
  const shown: Hunk[] = [];
  for (const hunk of hunks) {
    if (left <= 0) break;
    shown.push({ head: hunk.head, lines: hunk.lines.slice(0, left) });
    left -= hunk.lines.length;
  }
  return shown;
}
