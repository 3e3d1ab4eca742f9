import type { ReactElement, ReactNode } from "react";
import css from "./QueryBar.module.css";
import { isKnown, terms } from "./terms";

/** A query as it is typed, in colour: under the input, letter for letter at the same place. */
export function Painted({ query, wrongAt }: { query: string; wrongAt: number | undefined }): ReactElement {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const term of terms(query)) {
    parts.push(query.slice(at, term.from));
    const first = term.values[0]?.from ?? term.to;
    const wrong = wrongAt !== undefined && wrongAt >= term.from && wrongAt <= term.to;
    const known = term.key !== null && isKnown(term.key);
    parts.push(
      <span
        key={term.from}
        className={known ? css.term : css.word}
        data-negated={term.negated || undefined}
        data-wrong={wrong || (term.key !== null && !known) || undefined}
      >
        {term.key !== null && <span className={css.key}>{query.slice(term.from, first)}</span>}
        {query.slice(term.key === null ? term.from : first, term.to)}
      </span>,
    );
    at = term.to;
  }
  parts.push(query.slice(at));
  return (
    <div className={css.painted} aria-hidden="true">
      {parts}
    </div>
  );
}
