import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useMemo, useState } from "react";
import { get } from "~/api/client";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { Empty } from "~/parts/Empty";
import { Check, Select, TextInput } from "~/parts/Field";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { useRun } from "~/run/useRun";
import { one, useUrl } from "~/shell/url";
import { count, plural } from "~/theme/format";
import css from "./ArtifactsTab.module.css";
import { PARAMETERS } from "./commands";
import { NamedRow } from "./NamedRow";
import { byName, type Name } from "./named";

const PATH = "/api/v1/flows/{flow}/runs/{run}/artifacts";
const PAGE = 1000;
const TYPING = 250;

/** What the tasks of a run saved, by name. */
export function ArtifactsTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const [search, change] = useUrl();
  const name = one(search, "name") ?? "";
  const step = one(search, "step");
  const hidden = one(search, "private") !== undefined;
  const opened = one(search, "artifact");
  const { bundle } = useRun(flow, run);
  const asked = useLate(name);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["run-artifacts", flow, run, asked, step, hidden, bundle?.state.tasks.done],
    queryFn: ({ signal, pageParam }) =>
      get(PATH, {
        path: { flow, run },
        query: { name: asked, step, private: hidden, after: pageParam, limit: PAGE },
        signal,
      }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
  const names = useMemo(() => byName(data?.pages.flatMap((page) => page.artifacts) ?? []), [data]);
  const looked = data?.pages.reduce((sum, page) => sum + page.tasks, 0) ?? 0;
  const steps = bundle?.graph.map((known) => [known.step, known.step] as const) ?? [];
  return (
    <div className={css.tab}>
      <search className={css.bar}>
        <TextInput
          icon="filter"
          placeholder="Filter by name"
          aria-label="filter artifacts by name"
          defaultValue={name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <Select
          label="step"
          value={step ?? ""}
          options={[["", "All steps"], [PARAMETERS, "Parameters and constants"], ...steps]}
          onChange={(value) => change({ step: value })}
        />
        <Check
          label="with private ones"
          checked={hidden}
          onChange={(on) => change({ private: on ? 1 : undefined })}
        />
        <span className={css.sum}>
          {data && `${plural(names.length, "name")} · ${plural(looked, "task")} looked at`}
        </span>
        {data && (
          <Copy
            text={() =>
              JSON.stringify(
                data.pages.flatMap((page) => page.artifacts),
                null,
                1,
              )
            }
            label="as JSON"
            wide
          />
        )}
      </search>
      <div className={css.scrolled} aria-busy={isFetching}>
        {error ? <ProblemNotice error={error} retry={() => void refetch()} /> : null}
        {!data && !error && <Loading what="reading the artifacts" lines={8} />}
        {data && (
          <List
            names={names}
            {...{ flow, run, opened, filtered: asked !== "" || step !== undefined }}
            onOpen={(artifact) => change({ artifact })}
          />
        )}
        {hasNextPage && (
          <div className={css.more}>
            <Button disabled={isFetching} onClick={() => void fetchNextPage()}>
              {isFetching ? "Looking …" : `Look at more tasks (${count(looked)} so far)`}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

interface ListProps {
  names: readonly Name[];
  flow: string;
  run: string;
  opened: string | undefined;
  filtered: boolean;
  onOpen: (artifact: string | undefined) => void;
}

function List({ names, flow, run, opened, filtered, onOpen }: ListProps): ReactElement {
  if (names.length === 0) {
    return filtered ? (
      <Empty icon="search" title="No artifact is like that">
        Names are looked at, not values.
      </Empty>
    ) : (
      <Empty title="Nothing has been saved yet">
        What a step sets on <code>self</code> is saved when it ends, and shown here.
      </Empty>
    );
  }
  return (
    <ul>
      {names.map((one) => (
        <NamedRow key={one.name} {...{ flow, run, opened, onOpen }} of={one} />
      ))}
    </ul>
  );
}

/** What was typed, once one has stopped typing. */
function useLate(text: string): string {
  const [late, setLate] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setLate(text), TYPING);
    return () => window.clearTimeout(timer);
  }, [text]);
  return late;
}
