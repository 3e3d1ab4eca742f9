/**
 * Blocks of columns, as `tasks.bin` and the socket send them (docs/design/0009).
 *
 * What is read are views of the bytes that came: nothing is copied, and there is no object for a task.
 */

/** What failed attempts have in common. */
export interface Failure {
  id: number;
  kind: string;
  message: string;
  file?: string | null;
  line?: number | null;
  function?: string | null;
  signal?: number | null;
  exit_code?: number | null;
}

/** What stands before the columns. */
export interface Header {
  version: number;
  seq: number;
  full: boolean;
  base_at: number;
  tick_us: number;
  steps: string[];
  failures: Failure[];
  columns: { name: string; type: string; offset: number; len: number }[];
}

/** A column of numbers. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** A block that was read. */
export interface Block {
  header: Header;
  columns: Map<string, Column>;
}

const MAGIC = 0x43_54_4c_53; // "SLTC", little-endian
const VERSION = 1;
/** A duration of what has not ended. */
export const OPEN = 0xffff_ffff;

/** Reads a block that begins at `at`, a multiple of eight. Throws if it is none, or newer than this page. */
export function readBlock(bytes: ArrayBuffer, at = 0): Block {
  const view = new DataView(bytes, at);
  if (view.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new Error("these are no columns");
  const length = view.getUint32(4, true);
  if (8 + length > view.byteLength) throw new Error("the header of the columns is cut off");
  const text = new TextDecoder().decode(new Uint8Array(bytes, at + 8, length));
  const header = JSON.parse(text) as Header;
  if (header.version > VERSION)
    throw new Error("the server is newer than this page; load the page again to see its tasks");
  const body = at + 8 + length;
  const columns = new Map<string, Column>();
  for (const place of header.columns) {
    columns.set(place.name, columnAt(bytes, body + place.offset, place.len, place.type));
  }
  return { header, columns };
}

function columnAt(bytes: ArrayBuffer, offset: number, length: number, type: string): Column {
  switch (type) {
    case "u8":
      return new Uint8Array(bytes, offset, length);
    case "u16":
      return new Uint16Array(bytes, offset, length);
    case "u32":
      return new Uint32Array(bytes, offset, length);
    case "u64":
      return wide(new DataView(bytes, offset, length * 8), length);
    default:
      throw new Error(`columns of ${type} are not known`);
  }
}

/** Ids stay exact up to 2^53, more tasks than a run can have. */
function wide(view: DataView, length: number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    values[i] = view.getUint32(i * 8, true) + view.getUint32(i * 8 + 4, true) * 2 ** 32;
  }
  return values;
}
