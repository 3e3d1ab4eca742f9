import { type ReactElement, useLayoutEffect, useRef } from "react";
import { StatusBadge } from "~/parts/StatusBadge";
import { duration, moment } from "~/theme/format";
import { attempts, foreachValue, indexOf, NONE, stateName, stepOf } from "./data/ask";
import { failureText } from "./data/filter";
import { ADOPTED_BAR, type Layout, LOST_BAR } from "./data/layout";
import type { Tasks } from "./data/tasks";
import css from "./Hover.module.css";

export interface HoverProps {
  tasks: Tasks;
  layout: Layout;
  item: number;
  now: number;
  /** Where the pointer is, in pixels of the window. */
  at: { x: number; y: number };
}

/** What is known of the bar that is pointed at. */
export function Hover({ tasks, layout, item, now, at }: HoverProps): ReactElement {
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    const x = at.x + 14 + width > innerWidth - 8 ? at.x - 14 - width : at.x + 14;
    const y = at.y + 18 + height > innerHeight - 8 ? at.y - 12 - height : at.y + 18;
    element.style.transform = `translate(${Math.max(8, x)}px, ${Math.max(8, y)}px)`;
  });
  const row = layout.task[item] as number;
  const value = foreachValue(tasks, row);
  const index = indexOf(tasks, row);
  const error = failureText(tasks, tasks.barFailure[layout.bar[item] as number] ?? 0);
  return (
    <div ref={card} className={css.card} aria-hidden="true">
      <div className={css.head}>
        <bdi className={css.name}>
          {stepOf(tasks, row)}/{tasks.id[row]}
        </bdi>
        <StatusBadge {...statusOf(tasks, layout, item)} />
      </div>
      {value !== "" && <bdi className={css.value}>{value}</bdi>}
      <dl className={css.facts}>
        {index !== "" && <Fact name="Item">{index}</Fact>}
        <Times tasks={tasks} bar={layout.bar[item] as number} row={row} now={now} />
      </dl>
      {error !== "" && <bdi className={css.error}>{error}</bdi>}
    </div>
  );
}

function statusOf(tasks: Tasks, layout: Layout, item: number): { status: string; text?: string } {
  const kind = layout.kind[item] as number;
  if (kind === LOST_BAR) return { status: "failed", text: "Failed, tried again" };
  if (kind === ADOPTED_BAR) return { status: "done", text: "From the origin run" };
  const bar = layout.bar[item] as number;
  const state = bar === NONE ? tasks.state[layout.task[item] as number] : tasks.barState[bar];
  return { status: stateName(state ?? 0) };
}

function Fact({ name, children }: { name: string; children: React.ReactNode }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Times({
  tasks,
  bar,
  row,
  now,
}: {
  tasks: Tasks;
  bar: number;
  row: number;
  now: number;
}): ReactElement {
  if (bar === NONE) {
    return <Fact name="Made">{moment(tasks.base + (tasks.created[row] as number), "clock", 3)}</Fact>;
  }
  const first = tasks.bars[row] as number;
  const start = tasks.barStart[bar] as number;
  const end = tasks.barEnd[bar] as number;
  const ready = bar === first ? (tasks.ready[row] as number) : (tasks.barEnd[bar - 1] as number);
  const starting = tasks.barStarting[bar] ?? 0;
  const saving = tasks.barSaving[bar] ?? 0;
  return (
    <>
      {attempts(tasks, row) > 1 && (
        <Fact name="Attempt">
          {bar - first + 1} of {attempts(tasks, row)}
        </Fact>
      )}
      <Fact name="Began">{moment(tasks.base + start, "clock", 3)}</Fact>
      <Fact name={Number.isNaN(end) ? "So far" : "Took"}>
        {duration((Number.isNaN(end) ? now : end) - start)}
      </Fact>
      {start > ready && <Fact name={bar === first ? "Waited" : "Before it"}>{duration(start - ready)}</Fact>}
      {starting > 0 && <Fact name="Starting">{duration(starting)}</Fact>}
      {saving > 0 && <Fact name="Saving">{duration(saving)}</Fact>}
    </>
  );
}
