import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { get } from "~/api/client";
import { developing } from "./dev";
import type { FramedPlugin, Plugin, Slot } from "./types";

const NONE: readonly Plugin[] = [];
/** In development, files are looked at so often, ms. */
const LOOK = 1000;
/** Otherwise the list is asked for again after so long, ms: the addresses in it are good for hours. */
const FRESH = 300_000;

/** All plugins, and whether it is known yet which there are. They are asked for when the page itself has been drawn. */
export function usePluginList(): { plugins: readonly Plugin[]; known: boolean } {
  const [drawn, setDrawn] = useState(asked);
  useEffect(() => {
    if (drawn) return;
    const timer = window.setTimeout(() => {
      asked = true;
      setDrawn(true);
    }, 60);
    return () => window.clearTimeout(timer);
  }, [drawn]);
  const { data, isError } = useQuery({
    queryKey: ["plugins"],
    queryFn: ({ signal }) =>
      get("/api/v1/plugins" as never, { signal } as never) as unknown as Promise<{ plugins: Plugin[] }>,
    staleTime: FRESH,
    refetchInterval: developing() ? LOOK : false,
    // An older server has none.
    retry: false,
    enabled: drawn,
  });
  return { plugins: data?.plugins ?? NONE, known: data !== undefined || isError };
}

/** All plugins, as far as they are known: nothing waits for them. */
export function usePlugins(): readonly Plugin[] {
  return usePluginList().plugins;
}

let asked = false;

/** The plugins of a slot. */
export function useSlot(slot: Slot): readonly FramedPlugin[] {
  const plugins = usePlugins();
  return useMemo(() => {
    return plugins.filter((plugin): plugin is FramedPlugin => plugin.frame?.slot === slot);
  }, [plugins, slot]);
}
