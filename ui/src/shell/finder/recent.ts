// Where one has been, so that one finds back; in the browser alone.
const KEY = "spinloom.recent";
const MOST = 12;

/** The pathspecs that were looked at last, the latest first. */
export function recent(): string[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(known) ? known.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Remembers that one was looked at. */
export function remember(pathspec: string): void {
  const all = [pathspec, ...recent().filter((one) => one !== pathspec)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // It is a convenience only.
  }
}
