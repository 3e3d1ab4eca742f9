/** Blocks for tests: what the server would have written. Not part of the page. */

import type { Header } from "./format";
import { OPEN } from "./format";

/** A task as tests write it; times are microseconds since the epoch. */
export interface FakeTask {
  id: number;
  step: string;
  state: number;
  created: number;
  index?: number[];
  value?: string;
  parents?: [first: number, count: number][];
  bars?: { state: number; start: number; end?: number; failure?: number }[];
}

/** A block of tasks, in order of id. */
export function fakeBlock(
  tasks: FakeTask[],
  seq = 1,
  full = true,
  failures: Header["failures"] = [],
): ArrayBuffer {
  const times = tasks.flatMap((task) => [task.created, ...(task.bars ?? []).map((bar) => bar.start)]);
  const base = times.length > 0 ? Math.min(...times) : 0;
  const steps = [...new Set(tasks.map((task) => task.step))].reverse();
  const bars = tasks.flatMap((task) => task.bars ?? []);
  const labels = tasks.map((task) => new TextEncoder().encode(task.value ?? ""));
  const columns: [string, string, number[]][] = [
    ["task.id", tasks.some((task) => task.id > 0xffff_ffff) ? "u64" : "u32", tasks.map((task) => task.id)],
    ["task.step", "u16", tasks.map((task) => steps.indexOf(task.step))],
    ["task.state", "u8", tasks.map((task) => task.state)],
    ["task.created", "u32", tasks.map((task) => task.created - base)],
    ["task.attempts", "u16", tasks.map((task) => task.bars?.length ?? 0)],
    ["task.depth", "u8", tasks.map((task) => task.index?.length ?? 0)],
    ["index", "u32", tasks.flatMap((task) => task.index ?? [])],
    ["task.parents", "u32", tasks.map((task) => task.parents?.length ?? 0)],
    ["parent.first", "u32", tasks.flatMap((task) => (task.parents ?? []).map(([first]) => first))],
    ["parent.count", "u32", tasks.flatMap((task) => (task.parents ?? []).map(([, count]) => count))],
    ["task.label", "u32", labels.map((label) => label.length)],
    ["label", "u8", labels.flatMap((label) => [...label])],
    ["attempt.number", "u16", tasks.flatMap((task) => (task.bars ?? []).map((_, i) => i))],
    ["attempt.state", "u8", bars.map((bar) => bar.state)],
    ["attempt.started", "u32", bars.map((bar) => bar.start - base)],
    ["attempt.duration", "u32", bars.map((bar) => (bar.end === undefined ? OPEN : bar.end - bar.start))],
    ["attempt.failure", "u32", bars.map((bar) => bar.failure ?? 0)],
  ];
  return framed({ version: 1, seq, full, base_at: base, tick_us: 1, steps, failures, columns: [] }, columns);
}

const WIDTHS: Record<string, number> = { u8: 1, u16: 2, u32: 4, u64: 8 };

function framed(header: Header, columns: [string, string, number[]][]): ArrayBuffer {
  let size = 0;
  for (const [name, type, values] of columns) {
    size = Math.ceil(size / 8) * 8;
    header.columns.push({ name, type, offset: size, len: values.length });
    size += values.length * (WIDTHS[type] as number);
  }
  const plain = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(plain.length / 8) * 8;
  const bytes = new ArrayBuffer(8 + length + size);
  const view = new DataView(bytes);
  new Uint8Array(bytes).set([0x53, 0x4c, 0x54, 0x43]);
  view.setUint32(4, length, true);
  new Uint8Array(bytes, 8, length).fill(32).set(plain);
  for (const [i, [, type, values]] of columns.entries()) {
    const at = 8 + length + (header.columns[i]?.offset ?? 0);
    for (const [j, value] of values.entries()) {
      if (type === "u8") view.setUint8(at + j, value);
      else if (type === "u16") view.setUint16(at + 2 * j, value, true);
      else if (type === "u32") view.setUint32(at + 4 * j, value, true);
      else view.setBigUint64(at + 8 * j, BigInt(value), true);
    }
  }
  return bytes;
}
