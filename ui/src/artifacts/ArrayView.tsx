import type { ReactElement } from "react";
import { bytes, count } from "~/theme/format";
import css from "./ArrayView.module.css";
import { HistogramBars } from "./Bars";
import { type ArrayPreview, type Cell, type Corner, cellText, shapeText } from "./preview";

/** An array: its shape, what is known of its numbers, a corner of it. */
export function ArrayView({ array }: { array: ArrayPreview }): ReactElement {
  const { shape, dtype, device, min, max, mean, nan, sampled, histogram, head } = array;
  const facts: [string, string | undefined][] = [
    ["shape", shapeText(shape)],
    ["type", dtype],
    ["on", device],
    ["memory", array.bytes === undefined ? undefined : bytes(array.bytes)],
    ["least", min == null ? undefined : cellText(min)],
    ["mean", mean == null ? undefined : cellText(mean)],
    ["greatest", max == null ? undefined : cellText(max)],
    ["NaN", nan ? count(nan) : undefined],
  ];
  return (
    <div className={css.array}>
      <dl className={css.facts}>
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className={css.fact}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {histogram && (
        <figure className={css.histogram}>
          <HistogramBars of={histogram} height={72} />
          <figcaption className={css.ends}>
            <span>{histogram.from}</span>
            <span>{histogram.to}</span>
          </figcaption>
        </figure>
      )}
      {head !== undefined && <CornerView head={head} shape={shape ?? []} />}
      {sampled !== undefined && (
        <p className={css.note}>Statistics of {count(sampled)} elements, evenly spread.</p>
      )}
    </div>
  );
}

function CornerView({ head, shape }: { head: Corner; shape: readonly number[] }): ReactElement {
  const rows = grid(head);
  const beyond = shape.length > 2 ? `[${"0, ".repeat(shape.length - 2)}:, :]` : "";
  const cut = (shape.at(-1) ?? 0) > (rows[0]?.length ?? 0) || (shape.at(-2) ?? 0) > rows.length;
  return (
    <figure className={css.corner}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={css.scrolled} aria-label="a corner of the array" tabIndex={0}>
        <table>
          <tbody>
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows do not move
              <tr key={at}>
                {row.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells do not move
                  <td key={column} className={css.cell}>
                    {cellText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {(cut || beyond) && (
        <figcaption className={css.note}>a corner{beyond && <code> {beyond}</code>}</figcaption>
      )}
    </figure>
  );
}

/** A corner as rows of cells: one dimension is one row. */
function grid(head: Corner): Cell[][] {
  if (!Array.isArray(head)) return [[head as Cell]];
  const flat = (one: Corner): Cell => (Array.isArray(one) ? "…" : (one as Cell));
  if (head.some((one) => Array.isArray(one))) {
    return head.map((row: Corner) => (Array.isArray(row) ? row.map(flat) : [flat(row)]));
  }
  return [head.map(flat)];
}
