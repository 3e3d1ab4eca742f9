import { type ReactElement, type ReactNode, useId } from "react";
import css from "./Panel.module.css";

export interface PanelProps {
  title: ReactNode;
  /** Controls on the right of the title. */
  actions?: ReactNode;
  /** How many things are in it, beside the title. */
  count?: number | string | undefined;
  /** No space round what is inside: for tables and canvases. */
  flush?: boolean;
  id?: string;
  children: ReactNode;
}

/** A part of a page with a title. */
export function Panel({ title, actions, count, flush, id, children }: PanelProps): ReactElement {
  const heading = useId();
  return (
    <section className={css.panel} aria-labelledby={heading} id={id}>
      <header className={css.head}>
        <h2 id={heading} className={css.title}>
          {title}
          {count !== undefined && <span className={css.count}>{count}</span>}
        </h2>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
