import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useRef } from "react";
import { get } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { plural } from "~/theme/format";
import { only } from "../query/edit";
import { withStarted, zone } from "../query/ranges";
import type { GroupBy } from "../search";
import { GroupRow } from "./GroupRow";
import css from "./Groups.module.css";

interface Props {
  by: GroupBy;
  query: string;
  /** Grows when runs change. */
  sequence: number;
  /** The runs of one group, not grouped any more. */
  onGroup: (query: string) => void;
  onOpen: (run: { flow: string; run: string }) => void;
}

/** The query for the runs of a group. */
export function groupQuery(query: string, by: GroupBy, name: string): string {
  return by === "day" ? withStarted(query, `started:${name}`) : only(query, by, name);
}

/** Runs in groups: how many, how they ended, how long the last ones took. */
export default function Groups({ by, query, sequence, onGroup, onOpen }: Props): ReactElement {
  const answer = useInfiniteQuery({
    queryKey: ["groups", by, query],
    queryFn: ({ pageParam, signal }) => {
      const asked = { by, query, limit: 50, newest: 40, tz: zone(), ...(pageParam && { after: pageParam }) };
      return get("/api/v1/runs/groups", { query: asked, signal });
    },
    initialPageParam: "",
    getNextPageParam: (last, pages) => {
      const known = pages.reduce((sum, page) => sum + page.groups.length, 0);
      return known < last.total_groups ? last.groups.at(-1)?.name : undefined;
    },
    placeholderData: keepPreviousData,
    staleTime: 2000,
  });
  useRefresh(sequence, answer.refetch);
  const end = useAtEnd(answer.hasNextPage && !answer.isFetchingNextPage, answer.fetchNextPage);
  if (answer.isPending) return <Loading what="Groups" lines={8} />;
  if (!answer.data) return <ProblemNotice error={answer.error} retry={answer.refetch} />;
  const groups = answer.data.pages.flatMap((page) => page.groups);
  const first = answer.data.pages[0];
  if (groups.length === 0) {
    return (
      <Empty title={`No ${by} to group by`} icon="filter">
        <p>None of the runs that are asked for has one.</p>
      </Empty>
    );
  }
  const most = Math.max(...groups.map((group: Schemas["RunGroup"]) => group.count));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.groups} tabIndex={0} aria-label={`Runs by ${by}`}>
      <p className={css.sum}>
        {plural(first?.total_groups ?? groups.length, "group")} of {plural(first?.total ?? 0, "run")}
      </p>
      <ul>
        {groups.map((group) => (
          <GroupRow
            key={group.name}
            by={by}
            group={group}
            most={most}
            onGroup={() => onGroup(groupQuery(query, by, group.name))}
            onOpen={onOpen}
          />
        ))}
      </ul>
      <div ref={end} className={css.end} />
    </section>
  );
}

/** Asks again some seconds after something changed. */
function useRefresh(sequence: number, refetch: () => unknown): void {
  const first = useRef(sequence);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (sequence === first.current) return;
    first.current = sequence;
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      if (!document.hidden) refetch();
    }, 2500);
  }, [sequence, refetch]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
}

function useAtEnd(wanted: boolean, more: () => unknown) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (!element || !wanted) return;
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), {
      rootMargin: "600px",
    });
    seen.observe(element);
    return () => seen.disconnect();
  }, [wanted, more]);
  return end;
}
