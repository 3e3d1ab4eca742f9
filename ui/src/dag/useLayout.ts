import { useEffect, useMemo, useState } from "react";
import type { RunBundle } from "~/api/types";
import { type Layout, layOut } from "./layout";

/** The layout of a run's graph. What are no nested boxes is laid out by what is loaded for it; until then there is none. */
export function useLayout(bundle: RunBundle | undefined): Layout | undefined {
  const { graph, structure } = bundle ?? {};
  const nested = useMemo(() => (graph ? layOut(structure, graph) : null), [graph, structure]);
  const [ranked, setRanked] = useState<{ of: RunBundle["graph"]; layout: Layout }>();
  useEffect(() => {
    if (!graph || nested || graph.length === 0) return;
    let wanted = true;
    import("./ranked").then(({ layOutRanked }) => {
      if (wanted) setRanked({ of: graph, layout: layOutRanked(graph) });
    });
    return () => {
      wanted = false;
    };
  }, [graph, nested]);
  return nested ?? (ranked && ranked.of === graph ? ranked.layout : undefined);
}
