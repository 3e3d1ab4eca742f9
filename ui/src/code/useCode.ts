import { useQuery } from "@tanstack/react-query";
import { get } from "~/api/client";

// What is kept of a run's code never changes.
const FOREVER = { staleTime: Number.POSITIVE_INFINITY };

/** The files of a run's code. */
export function useCode(flow: string, run: string) {
  return useQuery({
    queryKey: ["code", flow, run],
    queryFn: ({ signal }) => get("/api/v1/flows/{flow}/runs/{run}/code", { path: { flow, run }, signal }),
    ...FOREVER,
  });
}

/** One of them. */
export function useFile(flow: string, run: string, name: string | undefined) {
  return useQuery({
    queryKey: ["code-file", flow, run, name],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/code/file", {
        path: { flow, run },
        query: { name: name ?? "" },
        signal,
      }),
    enabled: name !== undefined,
    ...FOREVER,
  });
}

/** Where a step is defined. */
export function useStepSource(flow: string, run: string, step: string | undefined) {
  return useQuery({
    queryKey: ["step-source", flow, run, step],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/code/steps/{step}", {
        path: { flow, run, step: step ?? "" },
        signal,
      }),
    enabled: step !== undefined,
    ...FOREVER,
  });
}

/** How the code changed from another run, `Flow/run`, to this one. */
export function useCodeDiff(flow: string, run: string, from: string | undefined) {
  const [otherFlow = flow, otherRun = ""] = from?.includes("/") ? from.split("/") : [flow, from];
  return useQuery({
    queryKey: ["code-diff", flow, run, from],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/code/diff", {
        path: { flow: otherFlow, run: otherRun },
        query: { against: `${flow}/${run}` },
        signal,
      }),
    enabled: from !== undefined,
    ...FOREVER,
  });
}
