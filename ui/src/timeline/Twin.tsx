import { type KeyboardEvent, type ReactElement, useEffect, useState } from "react";
import { duration, moment } from "~/theme/format";
import { attempts, began, labelOf, stateName, stepOf, took } from "./data/ask";
import { errorOf } from "./data/filter";
import type { Layout } from "./data/layout";
import type { Tasks } from "./data/tasks";
import css from "./Twin.module.css";
import { seenLanes } from "./view/base";
import type { Way } from "./view/cursor";
import { visible } from "./view/geometry";
import { inLane } from "./view/hit";
import type { Scene } from "./view/scene";

/** So many of the tasks that are seen are told. */
const MOST = 60;
/** The list follows when nothing has moved for so long, ms. */
const STILL = 250;

export interface TwinProps {
  scene: Scene;
  tasks: Tasks;
  layout: Layout;
  /** The row of the task the keyboard is at; -1 for none. */
  cursor: number;
  go: (way: Way) => void;
  open: () => void;
  leave: () => void;
}

const KEYS: Record<string, Way> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

/** The tasks that are seen, as a table for people who listen, and the place of the keyboard. The canvas shows where it is. */
export function Twin({ scene, tasks, layout, cursor, go, open, leave }: TwinProps): ReactElement {
  const rows = useSeen(scene, tasks.count);
  const all = cursor < 0 || rows.includes(cursor) ? rows : [cursor, ...rows];
  const press = (event: KeyboardEvent) => {
    const way = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
    if (way) go(way);
    else if (event.key === "Enter") open();
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: it has one place for the keyboard, and rows that are told by it
    <div
      className={css.grid}
      role="grid"
      tabIndex={0}
      aria-label="Tasks that are seen. Arrows go from task to task, Enter opens one."
      aria-rowcount={layout.rows.length}
      aria-activedescendant={cursor >= 0 ? `bar-${tasks.id[cursor]}` : undefined}
      onKeyDown={press}
      onFocus={() => cursor < 0 && go("first")}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: of the grid above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div role="row">
        {["Task", "Item", "State", "Began", "Took", "Attempts", "Error"].map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: of the grid above
          // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
          <span role="columnheader" key={name}>
            {name}
          </span>
        ))}
      </div>
      {all.map((row) => (
        <Row key={tasks.id[row]} tasks={tasks} row={row} now={scene.clock()} chosen={row === cursor} />
      ))}
    </div>
  );
}

function Row({
  tasks,
  row,
  now,
  chosen,
}: {
  tasks: Tasks;
  row: number;
  now: number;
  chosen: boolean;
}): ReactElement {
  const cells = [
    `${stepOf(tasks, row)}/${tasks.id[row]}`,
    labelOf(tasks, row),
    stateName(tasks.state[row] as number),
    moment(tasks.base + began(tasks, row), "clock"),
    duration(took(tasks, row, now) || 0),
    String(attempts(tasks, row)),
    errorOf(tasks, row),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: of the grid round it
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <div role="row" id={`bar-${tasks.id[row]}`} aria-selected={chosen}>
      {cells.map((cell, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
        // biome-ignore lint/a11y/useSemanticElements: of the grid round it
        // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
        <span role="gridcell" key={i}>
          {cell}
        </span>
      ))}
    </div>
  );
}

/** Rows of the first tasks that are seen, when the view rests. */
function useSeen(scene: Scene, count: number): readonly number[] {
  const [rows, setRows] = useState<readonly number[]>([]);
  useEffect(() => {
    let timer = 0;
    const look = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const next = seen(scene);
        setRows((known) =>
          known.length === next.length && known.every((row, i) => row === next[i]) ? known : next,
        );
      }, STILL);
    };
    look();
    scene.listeners.add(look);
    return () => {
      window.clearTimeout(timer);
      scene.listeners.delete(look);
    };
  }, [scene]);
  // Tasks may have come in between: numbers of rows are of the layout before.
  return rows.filter((row) => row < count);
}

function seen(scene: Scene): number[] {
  const picture = scene.picture();
  if (!picture) return [];
  const { layout, geometry, scroll, scale } = picture;
  const rows = new Set<number>();
  const to = scale.from + scene.width / scale.by;
  for (const place of visible(geometry, scroll, scroll + scene.height)) {
    if (place.form === "heat" || place.form === "folded") continue;
    const [first, past] = seenLanes(place, scroll, scene.height);
    for (let lane = first; lane < past && rows.size < MOST; lane++) {
      const [a, b] = inLane(layout, lane, scale.from, to);
      for (let item = a; item < b && rows.size < MOST; item++) rows.add(layout.task[item] as number);
    }
  }
  return [...rows];
}
