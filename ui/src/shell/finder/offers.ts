import { base } from "~/api/base";
import { get, toProblem } from "~/api/client";
import { queryClient } from "~/api/query";
import type { IconName } from "~/parts/Icon";
import { type Binding, useBindings } from "../keys";
import { addressOf, addressOfResolved, looksLikePlace, pasted } from "../place";
import { best } from "./fuzzy";
import { recent } from "./recent";

/** Something one can go to, or do. */
export interface Offer {
  key: string;
  group: string;
  text: string;
  icon: IconName;
  /** The state of a run or a task. */
  status?: string;
  /** When a run was started. */
  at?: number;
  /** A few words more. */
  note?: string;
  keys?: string;
  address?: string;
  run?: Binding["run"];
  /** What Tab makes of what is typed. */
  fill?: string;
}

/** What is offered, and what is wrong with what was typed. */
export interface Offers {
  offers: Offer[];
  problem?: { title: string; hints: readonly string[] };
}

const FEW = 8;

/** What there is for what has been typed. */
export async function offersFor(typed: string, signal: AbortSignal): Promise<Offers> {
  const text = typed.trim();
  if (text === "")
    return { offers: [...places(recent(), "Recent"), ...(await newest("", signal)), ...commands("")] };
  const there = looksLikePlace(text) ? await resolved(text, signal) : { offers: [] };
  const lists = text.includes("/") ? await below(text, signal) : await among(text, signal);
  const seen = new Set<string>();
  const offers = [...there.offers, ...lists].filter((offer) => {
    const key = offer.address ?? offer.key;
    return !seen.has(key) && seen.add(key);
  });
  return { offers, ...(offers.length === 0 && there.problem && { problem: there.problem }) };
}

/** What a pasted or typed place is, or why there is none. */
export async function resolved(text: string, signal?: AbortSignal): Promise<Offers> {
  const what = pasted(text, window.location.origin, base);
  if (what.kind === "page") {
    return {
      offers: [{ key: "page", group: "Go to", text: what.address, icon: "link", address: what.address }],
    };
  }
  try {
    const found = await get("/api/v1/resolve", { query: { path: what.text }, signal });
    const first: Offer = {
      key: "resolved",
      group: "Go to",
      text: found.pathspec,
      icon: "arrow-right",
      address: addressOfResolved(found),
    };
    return { offers: [first, ...places(found.others, "Other runs of this id")] };
  } catch (error) {
    if (signal?.aborted) throw error;
    const { title, hints } = toProblem(error);
    return { offers: [], problem: { title, hints } };
  }
}

/** Flows, runs and commands that fit some letters. */
async function among(text: string, signal: AbortSignal): Promise<Offer[]> {
  const [flows, runs] = await Promise.all([knownFlows(), newest(text, signal)]);
  return [
    ...best(flows, text, (flow) => flow.name, FEW).map(
      (flow): Offer => ({
        key: `flow ${flow.name}`,
        group: "Flows",
        text: flow.name,
        icon: "flow",
        note: flow.count === 1 ? "1 run" : `${flow.count} runs`,
        address: addressOf({ flow: flow.name }),
        fill: `${flow.name}/`,
      }),
    ),
    ...runs,
    ...commands(text),
  ];
}

/** What is below a pathspec that is being typed: runs of a flow, steps of a run, tasks of a step. */
async function below(text: string, signal: AbortSignal): Promise<Offer[]> {
  const parts = text.replace(/^\/+/, "").split("/");
  const [flow = "", run = "", step = ""] = parts;
  const last = parts.at(-1) ?? "";
  if (/^https?:/.test(text) || parts.length > 4) return [];
  try {
    if (parts.length === 2)
      return await newest(`flow:${quoted(flow)}${last === "" ? "" : ` run:${last}*`}`, signal);
    if (parts.length === 3) return await steps(flow, run, last, signal);
    return await tasks({ flow, run, step }, last, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
}

const quoted = (word: string) => (/^\w+$/.test(word) ? word : JSON.stringify(word));

async function newest(query: string, signal: AbortSignal): Promise<Offer[]> {
  try {
    const { rows } = await get("/api/v1/runs", { query: { query, limit: FEW, facets: 0 }, signal });
    return rows.map((row) => ({
      key: `run ${row.flow}/${row.run}`,
      group: "Runs",
      text: `${row.flow}/${row.run}`,
      icon: "play",
      status: row.status,
      at: row.started_at,
      note: row.user,
      address: addressOf({ flow: row.flow, run: row.run }),
      fill: `${row.flow}/${row.run}/`,
    }));
  } catch (error) {
    if (signal.aborted) throw error;
    // Half a query is none.
    return [];
  }
}

async function steps(flow: string, run: string, typed: string, signal: AbortSignal): Promise<Offer[]> {
  const { graph } = await get("/api/v1/flows/{flow}/runs/{run}", { path: { flow, run }, signal });
  return best(graph, typed, (shape) => shape.step, 20).map((shape) => ({
    key: `step ${shape.step}`,
    group: "Steps",
    text: `${flow}/${run}/${shape.step}`,
    icon: "branch",
    note: shape.kind,
    address: addressOf({ flow, run, step: shape.step }),
    fill: `${flow}/${run}/${shape.step}/`,
  }));
}

async function tasks(
  of: { flow: string; run: string; step: string },
  typed: string,
  signal: AbortSignal,
): Promise<Offer[]> {
  const { rows } = await get("/api/v1/flows/{flow}/runs/{run}/tasks", {
    path: { flow: of.flow, run: of.run },
    query: { step: of.step, text: typed || undefined, limit: 20 },
    signal,
  });
  return rows.map((row) => ({
    key: `task ${row.task}`,
    group: "Tasks",
    text: `${of.flow}/${of.run}/${of.step}/${row.task}`,
    icon: "box",
    status: row.status,
    at: row.began_at,
    address: addressOf({ ...of, task: String(row.task) }),
  }));
}

function knownFlows(): Promise<{ name: string; count: number }[]> {
  return queryClient.fetchQuery({
    queryKey: ["finder", "flows"],
    queryFn: async () => (await get("/api/v1/runs/facets", { query: { limit: 1000 } })).facets.flow,
    staleTime: 30_000,
  });
}

function places(pathspecs: readonly string[], group: string): Offer[] {
  return pathspecs.map((text) => {
    const [flow = "", run, step, task] = text.split("/");
    const address = addressOf({ flow, ...(run && { run }), ...(step && { step }), ...(task && { task }) });
    return { key: `${group} ${text}`, group, text, icon: "clock", address, fill: `${text}/` };
  });
}

function commands(typed: string): Offer[] {
  const newestFirst = new Map(useBindings.getState().map((binding) => [binding.keys, binding]));
  const all = [...newestFirst.values()].filter((binding) => binding.keys !== "mod+k");
  return best(all, typed, (binding) => binding.label, typed === "" ? 5 : FEW).map((binding) => ({
    key: `command ${binding.keys}`,
    group: "Do",
    text: binding.label,
    icon: "bolt",
    keys: binding.keys,
    run: binding.run,
  }));
}
