/** A line of the tree of files. */
export interface FileRow {
  /** Its full name. */
  name: string;
  label: string;
  depth: number;
  folder: boolean;
}

/** The lines of a tree of files: folders before files, each by name; what is in `shut` folders is left out. */
export function fileRows(names: string[], shut: ReadonlySet<string>): FileRow[] {
  const root = new Folder();
  for (const name of names) root.add(name.split("/"), name);
  return root.rows("", 0, shut);
}

class Folder {
  readonly #folders = new Map<string, Folder>();
  readonly #files = new Map<string, string>();

  add(words: string[], name: string): void {
    const [first = "", ...rest] = words;
    if (rest.length === 0) {
      this.#files.set(first, name);
      return;
    }
    const known = this.#folders.get(first) ?? new Folder();
    this.#folders.set(first, known);
    known.add(rest, name);
  }

  rows(path: string, depth: number, shut: ReadonlySet<string>): FileRow[] {
    const rows: FileRow[] = [];
    for (const [label, folder] of sorted(this.#folders)) {
      const name = `${path}${label}/`;
      rows.push({ name, label, depth, folder: true });
      if (!shut.has(name)) rows.push(...folder.rows(name, depth + 1, shut));
    }
    for (const [label, name] of sorted(this.#files)) rows.push({ name, label, depth, folder: false });
    return rows;
  }
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
