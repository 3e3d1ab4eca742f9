// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which a table does not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the current row
import { type MouseEvent, memo, type ReactElement } from "react";
import type { Run } from "~/api/types";
import { keyOf } from "../data/pages";
import type { CellContext, Column } from "./columns";
import css from "./RunsTable.module.css";

interface Props {
  id: string;
  run: Run | undefined;
  index: number;
  top: number;
  columns: readonly Column[];
  more: CellContext;
  selected: boolean;
  current: boolean;
  stale: boolean;
  onOpen: (run: Run) => void;
  onSelect: (key: string, index: number, range: boolean) => void;
}

/** A run in the table; while it is being read, an empty row. */
export const RunRow = memo(function RunRow(props: Props): ReactElement {
  const { id, run, index, top, columns, more, selected, current, stale, onOpen, onSelect } = props;
  const open = (event: MouseEvent<HTMLElement>) => {
    const inner = (event.target as HTMLElement).closest("a, button, input, label");
    const chosen = globalThis.getSelection()?.toString();
    if (!run || inner || chosen) return;
    if (event.metaKey || event.ctrlKey)
      window.open(`${encodeURIComponent(run.flow)}/${encodeURIComponent(run.run)}`);
    else onOpen(run);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys for all its rows
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={css.row}
      data-current={current || undefined}
      data-stale={stale || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={open}
      title={stale ? "It is not of this list any more" : undefined}
    >
      <div role="gridcell" className={css.check}>
        {run && (
          <label>
            <input
              type="checkbox"
              tabIndex={-1}
              checked={selected}
              aria-label={`select ${keyOf(run)}`}
              onChange={() => {}}
              onClick={(event) => onSelect(keyOf(run), index, event.shiftKey)}
            />
          </label>
        )}
      </div>
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={css.cell} data-right={column.right || undefined}>
          {run ? column.cell(run, more) : <span className={css.blank} />}
        </div>
      ))}
    </div>
  );
});
