import { useQueries } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { get } from "~/api/client";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { Empty } from "~/parts/Empty";
import { plural } from "~/theme/format";
import { without } from "../query/edit";
import { zone } from "../query/ranges";
import { terms } from "../query/terms";
import css from "./Empties.module.css";

const FLOW = `from spinloom import FlowSpec, step

class HelloFlow(FlowSpec):
    @step
    def start(self):
        self.greeting = "hello"
        self.next(self.end)

    @step
    def end(self):
        print(self.greeting)
`;
const RUN = "spinloom run hello.py";

/** There are no runs at all: how to make the first. */
export function NoRuns(): ReactElement {
  return (
    <Empty title="No runs yet" icon="flow">
      <p>
        Every run of a flow is listed here as soon as it starts. To make the first one, write this to hello.py
      </p>
      <div className={css.code}>
        <pre>{FLOW}</pre>
        <Copy text={FLOW} label="flow" />
      </div>
      <p>and start it in the folder whose store this server shows:</p>
      <div className={css.code}>
        <pre>{RUN}</pre>
        <Copy text={RUN} label="command" />
      </div>
    </Empty>
  );
}

/** Nothing matches: which filter to drop, and how many runs there would be then. */
export function NothingMatches({
  query,
  onQuery,
}: {
  query: string;
  onQuery: (query: string) => void;
}): ReactElement {
  const said = terms(query);
  const counts = useCounts(said.slice(0, MOST_COUNTED).map((term) => without(query, term)));
  const alone = said.length === 1;
  return (
    <Empty title={alone ? "No run matches this" : "No run matches all of this"} icon="filter">
      <p>{alone ? "Leave it out:" : "Leave one out:"}</p>
      <ul className={css.terms}>
        {said.map((term, n) => (
          <li key={term.from}>
            <Button small icon="close" onClick={() => onQuery(without(query, term))}>
              <bdi className={css.term}>{query.slice(term.from, term.to)}</bdi>
            </Button>
            {counts[n] !== undefined && <span>{plural(counts[n], "run")} without it</span>}
          </li>
        ))}
      </ul>
      {!alone && (
        <Button small look="plain" onClick={() => onQuery("")}>
          Leave all out
        </Button>
      )}
    </Empty>
  );
}

/** So many filters are tried without. */
const MOST_COUNTED = 8;

function useCounts(queries: readonly string[]): readonly (number | undefined)[] {
  return useQueries({
    queries: queries.map((query) => ({
      queryKey: ["count", query],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const asked = { query, limit: 1, facets: 0, tz: zone() };
        return (await get("/api/v1/runs", { query: asked, signal })).total;
      },
    })),
    combine: (answers) => answers.map((answer) => answer.data),
  });
}
