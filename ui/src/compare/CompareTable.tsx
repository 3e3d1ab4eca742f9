import { type ReactElement, useState } from "react";
import { Button } from "~/parts/Button";
import { count } from "~/theme/format";
import css from "./CompareTable.module.css";
import type { Cell, CompareRow } from "./cells";

/** Rows that are shown at once. */
const MANY = 200;

interface CompareTableProps {
  /** What the first column is. */
  about: string;
  runs: string[];
  rows: CompareRow[];
}

/** Runs side by side: a line for each thing, a column for each run; what is not as in the first run is marked. */
export function CompareTable({ about, runs, rows }: CompareTableProps): ReactElement {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, MANY);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={about}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{about}</th>
            {runs.map((run) => (
              <th key={run} scope="col">
                <bdi>{run}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                {row.within !== undefined && <bdi className={css.within}>{row.within}</bdi>}
                <bdi>{row.name}</bdi>
              </th>
              {row.cells.map((cell, at) => (
                <Value key={runs[at]} cell={cell} other={row.alike[at] !== row.alike[0]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < rows.length && (
        <div className={css.more}>
          <Button small onClick={() => setAll(true)}>
            Show all {count(rows.length)}
          </Button>
        </div>
      )}
    </section>
  );
}

function Value({ cell, other }: { cell: Cell; other: boolean }): ReactElement {
  return (
    <td className={css.value} data-other={other ? "" : undefined}>
      {other && <span className="sr-only">different: </span>}
      {cell === null ? <span className={css.none}>not there</span> : <bdi>{cell.text}</bdi>}
      {cell?.note && <span className={css.note}>{cell.note}</span>}
    </td>
  );
}
