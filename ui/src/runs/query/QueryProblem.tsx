import type { ReactElement } from "react";
import type { Problem } from "~/api/client";
import css from "./QueryBar.module.css";

const BAD_QUERY = "SL0005";
const PLACE = / \(character (\d+) of the query\)$/;

/** The character at which a query is wrong, if that is the problem. */
export function wrongPlace(problem: Problem): number | undefined {
  if (problem.code !== BAD_QUERY) return undefined;
  return Math.max(0, Number(PLACE.exec(problem.title)?.[1] ?? 1) - 1);
}

/** What to write instead, if the hint says it: "did you mean `status`?". */
export function better(query: string, at: number, hint: string): string | undefined {
  const meant = /^did you mean `([^`]+)`\?$/.exec(hint)?.[1];
  if (!meant) return undefined;
  const points = [...query];
  const from = points.slice(0, at + (points[at] === "-" ? 1 : 0)).join("");
  const rest = query.slice(from.length).replace(/^[^\s:<>=|"]+/, meant);
  return from + rest;
}

interface Props {
  id: string;
  query: string;
  at: number;
  problem: Problem;
  onQuery: (query: string) => void;
}

/** What is wrong with a query, where, and what to write. */
export function QueryProblem({ id, query, at, problem, onQuery }: Props): ReactElement {
  const points = [...query];
  const fixed = better(query, at, problem.hints[0] ?? "");
  return (
    <div id={id} className={css.problem} role="alert">
      <div className={css.shown} aria-hidden="true">
        <bdi>{points.slice(0, at).join("")}</bdi>
        <mark>{points.slice(at).join("").split(/\s/)[0] || " "}</mark>
      </div>
      <p>
        <bdi>{problem.title.replace(PLACE, "")}</bdi>
        {problem.hints.map((hint) => (
          <bdi key={hint} className={css.hint}>
            {hint}
          </bdi>
        ))}
        {fixed !== undefined && (
          <button type="button" className={css.fix} onClick={() => onQuery(fixed)}>
            Ask for <code>{fixed}</code>
          </button>
        )}
      </p>
    </div>
  );
}
