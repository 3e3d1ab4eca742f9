import type { ReactElement } from "react";
import { toProblem } from "~/api/client";
import { Button } from "./Button";
import { Icon } from "./Icon";
import css from "./ProblemNotice.module.css";

/** What went wrong and what to do about it. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }): ReactElement {
  const problem = toProblem(error);
  return (
    <div className={css.notice} role="alert">
      <span className={css.icon}>
        <Icon name={problem.isMissing ? "search" : "error"} size={18} />
      </span>
      <div className={css.words}>
        <p className={css.title}>
          <bdi>{problem.title}</bdi>
          {problem.code && <code className={css.code}>{problem.code}</code>}
        </p>
        {problem.hints.map((hint) => (
          <p key={hint} className={css.hint}>
            <bdi>{hint}</bdi>
          </p>
        ))}
        {problem.detail && (
          <details>
            <summary>Details</summary>
            <pre className={css.detail}>{problem.detail}</pre>
          </details>
        )}
      </div>
      {retry && (
        <Button icon="retry" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
