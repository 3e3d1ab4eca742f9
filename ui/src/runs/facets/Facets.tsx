import { memo, type ReactElement } from "react";
import type { Schemas } from "~/api/types";
import { StatusMark } from "~/parts/StatusBadge";
import { Facet } from "./Facet";
import css from "./Facets.module.css";
import { TimeFacet } from "./TimeFacet";

interface Props {
  /** Until then there is its place. */
  shown: boolean;
  facets: Schemas["FacetCounts"] | undefined;
  query: string;
  onQuery: (query: string) => void;
}

const STATES = ["running", "done", "failed", "stopped", "lost"];

function showState(name: string): ReactElement {
  return (
    <>
      <StatusMark status={name} label={null} /> {name}
    </>
  );
}

/** What runs differ in, beside the list. */
export const Facets = memo(function Facets({ shown, facets, query, onQuery }: Props): ReactElement {
  if (!shown) return <aside className={css.facets} aria-label="Filters" />;
  const counts = new Map(facets?.status.map(({ name, count }) => [name, count]));
  const states = STATES.map((name) => ({ name, count: facets ? (counts.get(name) ?? 0) : undefined }));
  const common = { query, onQuery };
  return (
    <aside className={css.facets} aria-label="Filters">
      <Facet {...common} name="status" title="Status" values={states} show={showState} />
      <TimeFacet {...common} />
      <Facet {...common} name="flow" title="Flow" values={facets?.flow ?? []} searchable />
      <Facet {...common} name="user" title="User" values={facets?.user ?? []} searchable />
      <Facet {...common} name="tag" title="Tag" values={facets?.tag ?? []} searchable />
      <Facet {...common} name="project" title="Project" values={facets?.project ?? []} searchable />
      <Facet {...common} name="branch" title="Branch" values={facets?.branch ?? []} searchable startClosed />
    </aside>
  );
});
