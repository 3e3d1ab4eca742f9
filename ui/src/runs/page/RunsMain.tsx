import type { ComponentProps, ReactElement } from "react";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { plural } from "~/theme/format";
import type { RunList } from "../data/list";
import { wrongPlace } from "../query/QueryProblem";
import css from "../RunsPage.module.css";
import type { GroupBy } from "../search";
import { RunsTable } from "../table/RunsTable";
import { NoRuns, NothingMatches } from "./Empties";

const Scatter = later(async () => (await import("../scatter/Scatter")).default, <div className={css.dots} />);
const Groups = later(
  async () => (await import("../groups/Groups")).default,
  <Loading what="Groups" lines={8} />,
);

interface Props {
  list: RunList;
  wanted: RunList;
  pending: boolean;
  reload: () => void;
  query: string;
  by: GroupBy | undefined;
  scatter: boolean;
  onQuery: (query: string) => void;
  onGroup: (query: string) => void;
  onOpen: (run: { flow: string; run: string }) => void;
  table: Omit<ComponentProps<typeof RunsTable>, "list" | "pending">;
}

/** The dots, and below them the table or the groups, or what there is to say instead. */
export function RunsMain(props: Props): ReactElement {
  const { list, wanted, pending, reload, query, by, scatter, onQuery, onGroup, onOpen, table } = props;
  const { problem } = wanted;
  const none = wanted.ready && wanted.total === 0 && wanted.pages.count === 0;
  // A wrong query leaves what was there before; if nothing was, the box alone tells what to do.
  const understandable = list.ready || !problem;
  const understood = problem === undefined || wrongPlace(problem) === undefined;
  if (none && query === "" && !wanted.loading) return <NoRuns />;
  return (
    <>
      {scatter && !none && understandable && (
        <Scatter
          query={list.wanted.query}
          total={list.total}
          wanted={list.ready}
          sequence={list.sequence}
          onQuery={onQuery}
          onOpen={onOpen}
        />
      )}
      {problem && understood && <ProblemNotice error={problem} retry={reload} />}
      {none ? (
        <NothingMatches query={query} onQuery={onQuery} />
      ) : by ? (
        <Groups
          by={by}
          query={list.wanted.query}
          sequence={list.sequence}
          onGroup={onGroup}
          onOpen={onOpen}
        />
      ) : list.ready ? (
        <div className={css.below}>
          <Held list={list} reload={reload} />
          <RunsTable list={list} pending={pending} {...table} />
        </div>
      ) : (
        <Nothing problem={problem !== undefined} understood={understood} onQuery={onQuery} />
      )}
    </>
  );
}

/** Nothing is there yet, or cannot be. */
function Nothing(of: { problem: boolean; understood: boolean; onQuery: (query: string) => void }) {
  if (!of.problem) return <Loading what="Runs" lines={12} />;
  if (of.understood) return null;
  return (
    <Empty title="This query asks for nothing that is known" icon="search">
      <p>What is wrong with it is written below the box.</p>
      <Button onClick={() => of.onQuery("")}>Show all runs</Button>
    </Empty>
  );
}

/** New runs that wait to be shown, so that the rows one reads do not jump. */
function Held({ list, reload }: { list: RunList; reload: () => void }): ReactElement | null {
  const { waiting, outdated } = list;
  if (waiting === 0 && !(outdated && !list.atTop)) return null;
  const show = () => {
    const table = document.querySelector("[role=grid][aria-label=Runs]");
    if (table) table.scrollTop = 0;
    if (outdated || !list.isNewestFirst) reload();
    else list.release();
  };
  return (
    <Button className={css.held} look="solid" icon="arrow-up" onClick={show}>
      {waiting > 0 ? plural(waiting, "new run") : "Runs have changed"}
    </Button>
  );
}
