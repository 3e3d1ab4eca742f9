import type { ReactElement, ReactNode } from "react";
import css from "./KeyValue.module.css";

/** Facts: what each is called and what it is. Those that are `undefined` are left out. */
export function KeyValue({ rows }: { rows: readonly (readonly [ReactNode, ReactNode])[] }): ReactElement {
  const shown = rows.filter(([, value]) => value !== undefined);
  return (
    <dl className={css.facts}>
      {shown.map(([name, value], row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names need not differ, and rows do not move
        <div key={row} className={css.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
