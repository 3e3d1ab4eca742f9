// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which a table does not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the current row
import type { ReactElement } from "react";
import { Icon } from "~/parts/Icon";
import type { Column } from "./columns";
import css from "./RunsTable.module.css";

interface Props {
  columns: readonly Column[];
  sort: string;
  onSort: (sort: string) => void;
  allSelected: boolean;
  onClear: () => void;
}

/** What one gets by pressing the head of a column: the largest or latest first, then the other way round; names begin at A. */
export function nextSort(sort: string, key: string): string {
  if (sort === `-${key}`) return key;
  if (sort === key) return `-${key}`;
  return ["flow", "user", "status"].includes(key) ? key : `-${key}`;
}

/** The heads of the columns. */
export function HeaderRow({ columns, sort, onSort, allSelected, onClear }: Props): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className={css.head}>
      <div role="columnheader" className={css.check}>
        <label>
          <input
            type="checkbox"
            checked={allSelected}
            disabled={!allSelected}
            aria-label="clear the selection"
            onChange={onClear}
          />
        </label>
      </div>
      {columns.map((column) => (
        <Head key={column.id} column={column} sort={sort} onSort={onSort} />
      ))}
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: string; onSort: (sort: string) => void }) {
  const { sort: key, title, untitled } = column;
  const direction =
    key === undefined ? undefined : sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none";
  const inside =
    key === undefined ? (
      <bdi className={untitled ? "sr-only" : css.title}>{title}</bdi>
    ) : (
      <button type="button" className={css.sort} onClick={() => onSort(nextSort(sort, key))}>
        <bdi className={css.title}>{title}</bdi>
        {direction !== "none" && (
          <Icon name={direction === "ascending" ? "arrow-up" : "arrow-down"} size={12} />
        )}
      </button>
    );
  return (
    <div
      role="columnheader"
      aria-sort={direction}
      className={css.cell}
      data-right={column.right || undefined}
    >
      {inside}
    </div>
  );
}
