import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { get } from "~/api/client";
import type { LogLines } from "~/api/types";
import { seenAhead, takeAhead } from "./ahead";
import { plainText } from "./ansi";
import { type Marker, markerOf } from "./folds";
import { followLog } from "./followLog";
import { type Extent, LineCache } from "./lineCache";
import type { Stream } from "./params";
import { findMarkers } from "./searching";

/** Whose log. */
export interface LogOf {
  readonly flow: string;
  readonly run: string;
  readonly step: string;
  readonly task: string | number;
  readonly attempt: number;
}

/** The path of a log, as the API writes it. */
export const LOG = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log";

/** A log that is looked at: its lines, how far it is, and where groups begin and end. */
export interface Log {
  readonly cache: LineCache;
  readonly extent: Extent;
  /** Is another whenever a line came. */
  readonly version: number;
  readonly error: unknown;
  readonly markers: readonly Marker[];
  readonly retry: () => void;
}

/** Reads a log, the end of it first, and goes on as long as it is written. */
export function useLog({ flow, run, step, task, attempt }: LogOf, stream: Stream): Log {
  const [turn, setTurn] = useState(0);
  const [markers, setMarkers] = useState<readonly Marker[]>([]);
  const of = useMemo(() => ({ flow, run, step, task, attempt }), [flow, run, step, task, attempt]);
  const cache = useMemo(() => {
    // Another turn reads it anew.
    const known = turn === 0 ? seenAhead(of, stream) : undefined;
    return new LineCache(async (from, count, signal) => {
      const known = from < 0 ? await takeAhead(of, stream) : undefined;
      return known ?? get(LOG, { path: { ...of }, query: { stream, from, count }, signal });
    }, known);
  }, [of, stream, turn]);
  const known = useRef(cache);
  known.current = cache;
  useEffect(() => {
    let [stop, gone] = [() => {}, false];
    setMarkers([]);
    void cache.open().then(() => {
      if (gone || cache.error) return;
      findMarkers(of, stream, cache.extent).then(
        (found) => !gone && setMarkers((pushed) => joined(found, pushed)),
        ignore,
      );
      if (cache.extent.ended) return;
      const told = (lines: LogLines) => {
        cache.push(lines);
        const found = lines.lines.flatMap((line) => markerOf(line.line, plainText(line.text)) ?? []);
        if (found.length > 0) setMarkers((before) => joined(before, found));
      };
      stop = followLog(of, stream, cache.next(), told, () => cache.end());
    });
    return () => {
      gone = true;
      stop();
      cache.close();
    };
  }, [cache, of, stream]);
  const version = useSyncExternalStore(cache.subscribe, cache.version);
  return {
    cache,
    version,
    extent: cache.extent,
    error: cache.error,
    markers,
    retry: () => setTurn((n) => n + 1),
  };
}

function joined(a: readonly Marker[], b: readonly Marker[]): Marker[] {
  const all = new Map([...a, ...b].map((marker) => [marker.line, marker]));
  return [...all.values()].sort((one, other) => one.line - other.line);
}

function ignore(): void {
  // Groups are a help: a log without them is as good.
}
