import type { ReactElement } from "react";
import { count, plural } from "~/theme/format";
import { ColumnFigure } from "./Bars";
import { type Cell, type Column, cellText, type Table } from "./preview";
import css from "./TableView.module.css";

/** The first rows of a table, and over each column what is known of its values. */
export function TableView({ table }: { table: Table }): ReactElement {
  const columns = table.columns ?? [];
  const head = table.head ?? [];
  const width = table.width ?? columns.length;
  const rows = table.rows ?? head.length;
  return (
    <div className={css.whole}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={css.scrolled} aria-label="first rows" tabIndex={0}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col" className={css.index}>
                {table.index ? table.index.dtype : <span className="sr-only">row</span>}
              </th>
              {columns.map((column, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns may share a name and do not move
                <th key={at} scope="col" className={css.head}>
                  <Head column={column} rows={table.sampled ?? rows} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {head.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows do not move
              <tr key={at}>
                <th scope="row" className={css.index}>
                  {table.index ? cellText(table.index.head[at] ?? null) : at}
                </th>
                {row.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells do not move
                  <td key={column} className={css.cell} data-kind={cell === null ? "none" : typeof cell}>
                    <bdi>{shown(cell)}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={css.foot}>
        {plural(rows, "row")} × {plural(width, "column")}
        {head.length < rows && ` · the first ${count(head.length)} rows`}
        {columns.length < width && ` · the first ${count(columns.length)} columns`}
        {table.sampled !== undefined && ` · statistics of ${count(table.sampled)} rows, evenly spread`}
      </p>
    </div>
  );
}

function shown(cell: Cell): string {
  return cell === null ? "–" : cellText(cell);
}

function Head({ column, rows }: { column: Column; rows: number }): ReactElement {
  const { nulls = 0 } = column;
  const share = rows > 0 ? (nulls / rows) * 100 : 0;
  return (
    <>
      <bdi className={css.name} title={column.name}>
        {column.name || "–"}
      </bdi>
      <span className={css.dtype}>{column.dtype}</span>
      <ColumnFigure column={column} rows={rows} />
      <span className={css.facts}>
        {nulls > 0 && (
          <span className={css.nulls}>
            {share < 0.1 ? "<0.1" : share.toFixed(share < 10 ? 1 : 0)} % missing
          </span>
        )}
        {column.distinct !== undefined && <span>{count(column.distinct)} distinct</span>}
        {typeof column.min === "number" && typeof column.max === "number" ? (
          <span>
            {column.min} … {column.max}
          </span>
        ) : (
          column.min != null && (
            <span>
              {cellText(column.min)} … {cellText(column.max ?? null)}
            </span>
          )
        )}
      </span>
    </>
  );
}
