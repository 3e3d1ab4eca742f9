import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { AttemptDetail } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { Icon } from "~/parts/Icon";
import { Text } from "~/parts/Text";
import css from "./FailureNotice.module.css";

type Failure = NonNullable<AttemptDetail["failure"]>;

/** What an attempt failed with: the exception, the line it came from, the traceback. */
export function FailureNotice({
  failure,
  flow,
  run,
}: {
  failure: Failure;
  flow: string;
  run: string;
}): ReactElement {
  const {
    kind,
    message,
    file,
    line,
    source,
    function: name,
    traceback,
    signal,
    exit_code,
    out_of_memory,
  } = failure;
  const base = file?.split("/").at(-1);
  return (
    <section className={css.failure} aria-label="failure">
      <div className={css.head}>
        <Icon name="error" size={16} />
        <p className={css.message}>
          <b>{kind}</b>
          {message && <bdi>{message}</bdi>}
        </p>
        {out_of_memory && <span className={css.chip}>out of memory</span>}
        {signal != null && <span className={css.chip}>signal {signal}</span>}
        {exit_code != null && <span className={css.chip}>exit code {exit_code}</span>}
        <Copy text={traceback || `${kind}: ${message}`} label="traceback" />
      </div>
      {base && (
        <p className={css.where}>
          <Link
            to="/$flow/$run/view/$tab"
            params={{ flow, run, tab: "code" }}
            search={{ file: base, line: line ?? undefined } as never}
          >
            {base}
            {line != null && `:${line}`}
          </Link>
          {name && <> in {name}()</>}
          {source && <code className={css.source}>{source}</code>}
        </p>
      )}
      {traceback && (
        <details className={css.more}>
          <summary>Traceback</summary>
          <Text height={320}>{traceback}</Text>
        </details>
      )}
    </section>
  );
}
