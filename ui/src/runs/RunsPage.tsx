import { useNavigate } from "@tanstack/react-router";
import { type ReactElement, useCallback, useMemo, useRef, useState } from "react";
import { useLive } from "~/live";
import { IconButton } from "~/parts/Button";
import { toast } from "~/parts/toast";
import { usePainted } from "~/parts/usePainted";
import { ColumnPlugins, usePluginColumns } from "~/plugins/columns/usePluginColumns";
import { useTitle } from "~/shell/title";
import { type Search, useUrl } from "~/shell/url";
import type { News } from "./data/news";
import { useReload } from "./data/useReload";
import { listAhead, useRunList } from "./data/useRunList";
import { Facets } from "./facets/Facets";
import { RunsMain } from "./page/RunsMain";
import { Summary } from "./page/Summary";
import { Toolbar } from "./page/Toolbar";
import { isNarrow, useNarrow } from "./page/useNarrow";
import { useRunsKeys } from "./page/useRunsKeys";
import { MOST_COMPARED, useSelection } from "./page/useSelection";
import { setRunsPrefs, useRunsPrefs } from "./prefs";
import { only, toggle } from "./query/edit";
import { QueryBar } from "./query/QueryBar";
import css from "./RunsPage.module.css";
import { NEWEST, viewOf } from "./search";
import { apiColumns, columnsOf, NARROW } from "./table/columns";

/** Fetches what the page of runs will want. */
export async function ahead(_: unknown, search: Search): Promise<void> {
  const { query, sort, columns } = viewOf(search);
  const own = isNarrow() ? NARROW : columnsOf(columns ?? useRunsPrefs.getState().columns);
  await listAhead({ query, sort, columns: apiColumns(own) });
}

/** All runs: what one looks for, what they differ in, when they were and how long they took, and the list itself, live. */
export function RunsPage(): ReactElement {
  const [search, setUrl] = useUrl();
  const view = useMemo(() => viewOf(search), [search]);
  const { query, sort, by } = view;
  const prefs = useRunsPrefs();
  const ids = view.columns ?? prefs.columns;
  const narrow = useNarrow();
  const [filters, setFilters] = useState(false);
  const facets = narrow ? filters : prefs.facets;
  const own = useMemo(() => (narrow ? NARROW : columnsOf(ids)), [narrow, ids]);
  const columns = usePluginColumns(own, narrow);
  const shown = useRunList(query, sort, apiColumns(own));
  const { list, wanted, pending, reload } = shown;
  // Rows are what one waits for; what is beside them comes a frame later.
  const seen = usePainted(true, false);
  const counts = usePainted(list.facets, undefined);
  const [current, setCurrent] = useState<string>();
  useTitle(query === "" ? "" : query);
  useReload(wanted, reload);
  useLive(wanted.ready ? { view: "runs", query, after: wanted.sequence } : undefined, (news) => {
    if (news.type === "runs") wanted.hear(news as unknown as News);
  });

  // A filter is a place one can go back to; old names of other GUIs go away with the first one.
  const ask = useCallback((query: string) => setUrl({ q: query, ...FOREIGN }, { push: true }), [setUrl]);
  const onColumns = useCallback(
    (ids: readonly string[]) => {
      setRunsPrefs({ columns: ids });
      setUrl({ columns: ids.join(",") });
    },
    [setUrl],
  );
  const onSelected = useCallback((run: readonly string[]) => setUrl({ run }), [setUrl]);
  const selection = useSelection(list, view.selected, onSelected);
  const more = useCells(query, ask);
  const open = useOpen();
  const compare = useCompare(view.selected);
  useRunsKeys({
    list,
    current,
    onCurrent: setCurrent,
    onOpen: open,
    onSelect: selection.select,
    onCompare: compare,
    onClear: () => onSelected([]),
    enabled: by === undefined,
  });
  return (
    <div className={css.page}>
      <h1 className="sr-only">Runs</h1>
      <ColumnPlugins />
      <div className={css.top}>
        <IconButton
          icon="filter"
          look="normal"
          label="Filters"
          pressed={facets}
          onClick={() => (narrow ? setFilters(!filters) : setRunsPrefs({ facets: !facets }))}
        />
        <QueryBar query={query} onQuery={ask} problem={wanted.problem} />
        <Toolbar
          query={query}
          sort={sort}
          by={by}
          onBy={(by) => setUrl({ by: by ?? "", ...FOREIGN, q: query }, { push: true })}
          columns={columns}
          onColumns={onColumns}
          more={more}
        />
      </div>
      <div className={css.middle}>
        {facets && <Facets shown={seen} facets={counts} query={query} onQuery={ask} />}
        <div className={css.main}>
          <Summary
            list={list}
            query={query}
            onQuery={ask}
            selected={selection.keys.size}
            onCompare={compare}
            onClear={() => onSelected([])}
          />
          <RunsMain
            list={list}
            wanted={wanted}
            pending={pending}
            reload={reload}
            query={query}
            by={by}
            scatter={prefs.scatter}
            onQuery={ask}
            onGroup={(query) => setUrl({ q: query, by: "", ...FOREIGN }, { push: true })}
            onOpen={open}
            table={{
              columns,
              sort,
              onSort: (sort) => setUrl({ sort: sort === NEWEST ? "" : sort, ...FOREIGN, q: query }),
              more,
              selection: selection.keys,
              onSelect: selection.select,
              onClear: () => onSelected([]),
              current,
              onCurrent: setCurrent,
              onOpen: open,
            }}
          />
        </div>
      </div>
    </div>
  );
}

/** Names of Metaflow's GUI, which `viewOf` reads: once something is changed the address says it in our words. */
const FOREIGN = {
  flow_id: "",
  user: "",
  status: "",
  _tags: "",
  _group: "",
  _order: "",
  timerange_start: "",
  timerange_end: "",
} as const;

/** What cells do; the same for every query, so that rows that stay are not drawn again. */
function useCells(query: string, ask: (query: string) => void) {
  const latest = useRef(query);
  latest.current = query;
  return useMemo(
    () => ({
      onTag: (tag: string) => ask(toggle(latest.current, "tag", tag)),
      onValue: (id: string, value: string) => ask(only(latest.current, id, value)),
    }),
    [ask],
  );
}

function useOpen() {
  const navigate = useNavigate();
  return useCallback(
    ({ flow, run }: { flow: string; run: string }) => {
      void navigate({ to: "/$flow/$run", params: { flow, run } });
    },
    [navigate],
  );
}

function useCompare(selected: readonly string[]) {
  const navigate = useNavigate();
  return useCallback(() => {
    if (selected.length < 2) toast("Choose two runs or more to compare them: x, or the boxes on the left");
    else if (selected.length > MOST_COMPARED) toast(`At most ${MOST_COMPARED} runs can be compared`);
    else void navigate({ to: "/compare", search: { run: selected } as never });
  }, [navigate, selected]);
}
