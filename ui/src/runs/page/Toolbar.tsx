import { type ReactElement, useRef, useState } from "react";
import { isAbort, toProblem } from "~/api/client";
import { Button, IconButton } from "~/parts/Button";
import { Select } from "~/parts/Field";
import { Menu } from "~/parts/Menu";
import { toast } from "~/parts/toast";
import { isOfPlugin } from "~/plugins/columns/store";
import { count } from "~/theme/format";
import { setRunsPrefs, useRunsPrefs } from "../prefs";
import css from "../RunsPage.module.css";
import { GROUPS, type GroupBy } from "../search";
import type { CellContext, Column } from "../table/columns";
import { ColumnsPicker } from "./ColumnsPicker";

interface Props {
  query: string;
  sort: string;
  by: GroupBy | undefined;
  onBy: (by: GroupBy | undefined) => void;
  columns: readonly Column[];
  onColumns: (columns: readonly string[]) => void;
  more: CellContext;
}

/** What is shown of the runs, and how: groups, columns, dots, files. */
export function Toolbar({ query, sort, by, onBy, columns, onColumns, more }: Props): ReactElement {
  const { scatter } = useRunsPrefs();
  const writing = useRef<AbortController | undefined>(undefined);
  const [done, setDone] = useState<string>();
  const write = async (format: "csv" | "json") => {
    writing.current?.abort();
    const mine = new AbortController();
    writing.current = mine;
    const onProgress = (done: number, of: number) => setDone(`${count(done)} of ${count(of)}`);
    try {
      // Few write a file: what it takes is fetched then.
      const { exported, exportedGroups, keep, MOST } = await import("./export");
      const common = { query, format, onProgress, signal: mine.signal };
      const blob = by
        ? await exportedGroups({ ...common, by })
        : await exported({ ...common, sort, columns, more });
      keep(blob, `runs.${format}`);
      toast(`runs.${format} has been written, with at most ${count(MOST)} ${by ? "groups" : "runs"}`);
    } catch (error) {
      if (!isAbort(error)) toast(`It could not be written: ${toProblem(error).title}`);
    }
    setDone(undefined);
  };
  return (
    <div className={css.tools}>
      <Select
        label="Group runs by"
        value={by ?? ""}
        options={[["", "No groups"], ...GROUPS.map((one) => [one, `By ${one}`] as const)]}
        onChange={(value) => onBy(GROUPS.find((known) => known === value))}
      />
      {!by && (
        <ColumnsPicker
          columns={columns.map(({ id }) => id).filter((id) => !isOfPlugin(id))}
          onColumns={onColumns}
        />
      )}
      <IconButton
        icon="chart"
        look="normal"
        label="Runs as dots"
        pressed={scatter}
        onClick={() => setRunsPrefs({ scatter: !scatter })}
      />
      {done === undefined ? (
        <Menu
          label="Write to a file"
          align="end"
          trigger={<IconButton icon="download" look="normal" label="Write to a file" />}
          items={[
            {
              label: by ? "CSV of these groups" : "CSV of these columns",
              icon: "table",
              onSelect: () => void write("csv"),
            },
            {
              label: by ? "JSON of these groups" : "JSON of these columns",
              icon: "code",
              onSelect: () => void write("json"),
            },
          ]}
        />
      ) : (
        <Button icon="close" onClick={() => writing.current?.abort()}>
          {done}
        </Button>
      )}
    </div>
  );
}
