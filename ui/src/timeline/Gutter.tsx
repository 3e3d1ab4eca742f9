import { type ReactElement, type RefObject, useEffect, useState } from "react";
import { IconButton } from "~/parts/Button";
import { Icon } from "~/parts/Icon";
import { Menu, type MenuItem } from "~/parts/Menu";
import { StatusMark } from "~/parts/StatusBadge";
import type { Patch } from "~/shell/url";
import { count } from "~/theme/format";
import { labelOf } from "./data/ask";
import type { Layout, Section } from "./data/layout";
import type { Tasks } from "./data/tasks";
import css from "./Gutter.module.css";
import { filterPatch, heatText, listText, type View } from "./search";
import { toggled } from "./Toolbar";
import { type Geometry, HEAD, type Place } from "./view/geometry";
import type { HeatBy } from "./view/heat";

export interface GutterProps {
  geometry: Geometry;
  tasks: Tasks;
  layout: Layout;
  view: View;
  scroller: RefObject<HTMLDivElement | null>;
  /** How many tasks a step will have, if more than it has. */
  expected: ReadonlyMap<string, number>;
  change: (patch: Patch) => void;
}

/** Only what is near to what is seen is there, in pieces so high. */
const PIECE = 400;

/** The names of steps and what can be done with them, beside their bars. */
export function Gutter(props: GutterProps): ReactElement {
  const { geometry, scroller, layout, tasks, view } = props;
  const [piece, height] = useScrolled(scroller);
  const [from, to] = [(piece - 1) * PIECE, (piece + 2) * PIECE + height];
  const near = geometry.places.filter((place) => place.top < to && place.top + place.height > from);
  return (
    <div className={css.gutter} style={{ height: geometry.height }}>
      {near.map((place) => (
        <div
          key={place.section.name}
          className={css.section}
          style={{ transform: `translateY(${place.top}px)`, height: place.height }}
        >
          {place.section.name !== "" && <Head {...props} place={place} />}
          {view.mode === "rows" && place.form === "lanes" && place.lane >= 12 && (
            <Labels tasks={tasks} layout={layout} place={place} from={from} to={to} />
          )}
        </div>
      ))}
    </div>
  );
}

/** In which piece the top of what is seen is, and how high that is. */
function useScrolled(scroller: RefObject<HTMLDivElement | null>): [number, number] {
  const [seen, setSeen] = useState<[number, number]>([0, 800]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const [piece, height] = [Math.floor(element.scrollTop / PIECE), element.clientHeight];
      setSeen((known) => (known[0] === piece && known[1] === height ? known : [piece, height]));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [scroller]);
  return seen;
}

/** A step's state in one mark. */
function stateOf({ counts, tasks }: Section): string {
  if (counts.failed > 0) return "failed";
  if (counts.running > 0) return "running";
  if (counts.stopped > 0) return "stopped";
  return tasks === 0 ? "queued" : "done";
}

function Head(props: GutterProps & { place: Place }): ReactElement {
  const { place, view, expected, change } = props;
  const { section, form } = place;
  const folds = form !== "line" && section.tasks > 0;
  const folded = form === "folded";
  const fold = () => change({ folded: listText(toggled(view.folded, section.name)) });
  return (
    <div
      className={css.head}
      style={{ height: form === "folded" ? place.height : HEAD }}
      data-empty={section.tasks === 0}
    >
      {folds ? (
        <button
          type="button"
          className={css.fold}
          aria-expanded={!folded}
          onClick={fold}
          title={section.name}
        >
          <Icon name={folded ? "chevron-right" : "chevron-down"} size={12} />
          <StatusMark status={stateOf(section)} size={11} />
          <bdi className={css.name}>{section.name}</bdi>
        </button>
      ) : (
        <span className={css.fold} title={section.name}>
          <span className={css.leaf} />
          <StatusMark status={stateOf(section)} size={11} />
          <bdi className={css.name}>{section.name}</bdi>
        </span>
      )}
      <Counts section={section} expected={expected.get(section.name) ?? 0} />
      <StepMenu view={view} section={section} form={form} change={change} />
    </div>
  );
}

function Counts({ section, expected }: { section: Section; expected: number }): ReactElement {
  const { counts, tasks } = section;
  const over = tasks - counts.running;
  return (
    <span className={css.counts}>
      {counts.failed > 0 && (
        <span className={css.failed} title={`${count(counts.failed)} failed`}>
          {count(counts.failed)} ✕
        </span>
      )}
      {counts.retried > 0 && tasks > 1 && (
        <span title={`${count(counts.retried)} tried more than once`}>{count(counts.retried)} ↻</span>
      )}
      {(tasks > 1 || expected > 1) && (
        <span>
          {over < Math.max(tasks, expected)
            ? `${count(over)}/${count(Math.max(tasks, expected))}`
            : count(tasks)}
        </span>
      )}
    </span>
  );
}

function StepMenu({
  view,
  section,
  form,
  change,
}: {
  view: View;
  section: Section;
  form: Place["form"];
  change: (patch: Patch) => void;
}): ReactElement {
  const { name } = section;
  const heat = (by: HeatBy | undefined) => {
    const next = new Map(view.heat);
    if (by) next.set(name, by);
    else next.delete(name);
    change({ heat: heatText(next), folded: listText(view.folded.filter((one) => one !== name)) });
  };
  const many: MenuItem[] =
    section.tasks > 1
      ? [
          { label: "Bars", checked: form !== "heat", onSelect: () => heat(undefined) },
          {
            label: "Map of items by state",
            checked: view.heat.get(name) === "state",
            onSelect: () => heat("state"),
          },
          {
            label: "Map of items by duration",
            checked: view.heat.get(name) === "duration",
            onSelect: () => heat("duration"),
          },
          "line",
        ]
      : [];
  const only = view.filter.steps.length === 1 && view.filter.steps[0] === name;
  const pinned = view.pins.includes(name);
  return (
    <Menu
      label={`Step ${name}`}
      align="end"
      trigger={<IconButton small icon="more" label={`Step ${name}`} className={css.more ?? ""} />}
      items={[
        ...many,
        { label: "Statistics", icon: "chart", onSelect: () => change({ stats: name }) },
        {
          label: only ? "All steps" : "Only this step",
          icon: "filter",
          onSelect: () => change({ ...filterPatch({ steps: only ? [] : [name] }), y: undefined }),
        },
        {
          label: pinned ? "Unpin" : "Pin to the top",
          icon: "pin",
          onSelect: () => change({ pins: listText(toggled(view.pins, name)) }),
        },
      ]}
    />
  );
}

/** What rows are called, where each task has one. */
function Labels({
  tasks,
  layout,
  place,
  from,
  to,
}: {
  tasks: Tasks;
  layout: Layout;
  place: Place;
  from: number;
  to: number;
}): ReactElement {
  const [first, past] = place.section.lanes;
  const top = Math.max(first, first + Math.floor((from - place.body) / place.lane));
  const bottom = Math.min(past, first + Math.ceil((to - place.body) / place.lane));
  const lanes = Array.from({ length: Math.max(0, bottom - top) }, (_, i) => top + i);
  return (
    <>
      {lanes.map((lane) => {
        const row = layout.task[layout.laneFrom[lane] as number] as number;
        const y = place.body - place.top + (lane - first) * place.lane;
        return (
          <div
            key={tasks.id[row]}
            className={css.label}
            style={{ transform: `translateY(${y}px)`, height: place.lane }}
          >
            <bdi>{labelOf(tasks, row)}</bdi>
            <span>{tasks.id[row]}</span>
          </div>
        );
      })}
    </>
  );
}
