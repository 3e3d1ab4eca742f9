import { useQuery } from "@tanstack/react-query";
import { get } from "~/api/client";

/** Parameters and constants of a run. They come once it has begun, and never change after. */
export function useParameters(flow: string, run: string) {
  return useQuery({
    queryKey: ["parameters", flow, run],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/parameters", { path: { flow, run }, signal }),
  });
}

/** Where a value is from. */
export interface Origin {
  kind: "file" | "command_line" | "environment" | "default" | "schema" | "nothing";
  path?: string;
  line?: number | null;
  option?: string;
  variable?: string;
  file?: string;
}

/** A value in a config. */
export interface Leaf {
  key: string;
  pointer: string;
  value: unknown;
  from: string;
  origin: Origin;
  /** It was set over what the config's own source says. */
  overrides: boolean;
  /** What was there before that, if anything was. */
  replaced?: { value: unknown; from: string };
}

/** A config. */
export interface Config {
  name: string;
  attribute: string;
  value: unknown;
  /** Where it is from as a whole. */
  source: { kind: string; path?: string; by?: string; variable?: string; file?: string; line?: number };
  leaves: Leaf[];
}

/** Configs of a run, with where each value is from. */
export function useConfigs(flow: string, run: string) {
  return useQuery({
    queryKey: ["configs", flow, run],
    queryFn: async ({ signal }) => {
      const { configs } = await get("/api/v1/flows/{flow}/runs/{run}/config", {
        path: { flow, run },
        signal,
      });
      return { configs: (configs as unknown as Config[]).map(read) };
    },
  });
}

function read(config: Config): Config {
  const set = (leaf: Leaf) => leaf.origin.kind === "command_line" && leaf.origin.option === "--set";
  return { ...config, leaves: config.leaves.map((leaf) => ({ ...leaf, overrides: set(leaf) })) };
}
