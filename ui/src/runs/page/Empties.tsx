import type { ReactElement } from "react";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { Empty } from "~/parts/Empty";
import { without } from "../query/edit";
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

/** Nothing matches: which filter to drop. */
export function NothingMatches({
  query,
  onQuery,
}: {
  query: string;
  onQuery: (query: string) => void;
}): ReactElement {
  const said = terms(query);
  return (
    <Empty title="No run matches all of this" icon="filter">
      <p>{said.length > 1 ? "Leave one of these out:" : "Leave it out:"}</p>
      <p className={css.terms}>
        {said.map((term) => (
          <Button key={term.from} small icon="close" onClick={() => onQuery(without(query, term))}>
            <bdi className={css.term}>{query.slice(term.from, term.to)}</bdi>
          </Button>
        ))}
        {said.length > 1 && (
          <Button small look="plain" onClick={() => onQuery("")}>
            All of them
          </Button>
        )}
      </p>
    </Empty>
  );
}
