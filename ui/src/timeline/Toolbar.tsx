import { type ReactElement, useDeferredValue, useEffect, useState } from "react";
import { Button, IconButton } from "~/parts/Button";
import { Segmented, Select, TextInput } from "~/parts/Field";
import { Menu } from "~/parts/Menu";
import type { Patch } from "~/shell/url";
import { count } from "~/theme/format";
import type { Filter, StateCounts } from "./data/filter";
import { filterPatch, listText, type View } from "./search";
import css from "./Toolbar.module.css";
import { moved, zoomed } from "./view/camera";
import type { Scene } from "./view/scene";

const STATES = ["running", "done", "failed", "stopped", "adopted", "retried"] as const;
const WORDS: Record<(typeof STATES)[number], string> = {
  running: "Running",
  done: "Done",
  failed: "Failed",
  stopped: "Stopped",
  adopted: "From the origin run",
  retried: "Tried more than once",
};

type Change = (patch: Patch) => void;

/** A list with or without one. */
export function toggled(list: readonly string[], one: string): string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

/** What is typed into a filter is asked for when the typing rests. */
export function FilterText({ filter, change }: { filter: Filter; change: Change }): ReactElement {
  const [text, setText] = useState(filter.text);
  const settled = useDeferredValue(text);
  useEffect(() => setText(filter.text), [filter.text]);
  useEffect(() => {
    if (settled === filter.text) return;
    const timer = window.setTimeout(() => change(filterPatch({ text: settled })), 160);
    return () => window.clearTimeout(timer);
  }, [settled, filter.text, change]);
  return (
    <TextInput
      icon="search"
      className={css.text}
      aria-label="Filter tasks"
      placeholder="Task, step, item, error"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && setText("")}
    />
  );
}

/** Which states are shown, each with how many there are. */
export function StateMenu({
  filter,
  counts,
  change,
}: {
  filter: Filter;
  counts: StateCounts | undefined;
  change: Change;
}): ReactElement {
  const { statuses } = filter;
  return (
    <Menu
      label="States"
      trigger={
        <Button small icon="filter" pressed={statuses.length > 0}>
          {statuses.length === 0 ? "State" : statuses.join(", ")}
        </Button>
      }
      items={STATES.map((state) => ({
        label: counts ? `${WORDS[state]}  ${count(counts[state])}` : WORDS[state],
        checked: statuses.includes(state),
        onSelect: () => change(filterPatch({ statuses: toggled(statuses, state) })),
      }))}
    />
  );
}

/** Which steps are shown. */
export function StepMenu({
  filter,
  steps,
  change,
}: {
  filter: Filter;
  steps: readonly string[];
  change: Change;
}): ReactElement {
  const shown = filter.steps.length === 1 ? filter.steps[0] : `${filter.steps.length} steps`;
  return (
    <Menu
      label="Steps"
      trigger={
        <Button small icon="flow" pressed={filter.steps.length > 0} className={css.steps}>
          <bdi>{filter.steps.length === 0 ? "Step" : shown}</bdi>
        </Button>
      }
      items={[
        {
          label: "All steps",
          checked: filter.steps.length === 0,
          onSelect: () => change(filterPatch({ steps: [] })),
        },
        "line",
        ...steps.map((step) => ({
          label: step,
          checked: filter.steps.includes(step),
          onSelect: () => change(filterPatch({ steps: toggled(filter.steps, step) })),
        })),
      ]}
    />
  );
}

export interface ToolbarProps {
  view: View;
  counts: StateCounts | undefined;
  steps: readonly string[];
  scene: Scene;
  live: boolean;
  /** Steps that can be folded. */
  wide: readonly string[];
  change: Change;
}

/** Everything that says what the timeline shows. */
export function Toolbar({ view, counts, steps, scene, live, wide, change }: ToolbarProps): ReactElement {
  const { filter } = view;
  return (
    <div className={css.bar} role="toolbar" aria-label="Timeline">
      <FilterText filter={filter} change={change} />
      <StateMenu filter={filter} counts={counts} change={change} />
      <StepMenu filter={filter} steps={steps} change={change} />
      <span className={css.line} />
      <Arrangement view={view} wide={wide} change={change} />
      <span className={css.line} />
      <Highlights view={view} change={change} />
      <span className={css.rest} />
      {live && (
        <Button
          small
          pressed={view.follow || view.t1 === undefined}
          onClick={() => {
            scene.follow = true;
            scene.look({ ...scene.camera, ...shifted(scene) });
          }}
          data-tip="Keep now in view"
        >
          Now
        </Button>
      )}
      <Zoom scene={scene} />
    </div>
  );
}

function shifted(scene: Scene): { from: number; to: number } {
  const length = scene.camera.to - scene.camera.from;
  return { from: scene.end - length * 0.98, to: scene.end + length * 0.02 };
}

function Arrangement({ view, wide, change }: Pick<ToolbarProps, "view" | "wide" | "change">): ReactElement {
  const sort = `${view.down ? "-" : ""}${view.sort}`;
  const allFolded = wide.length > 0 && wide.every((step) => view.folded.includes(step));
  return (
    <>
      <Segmented
        label="Rows"
        value={view.mode}
        options={[
          ["lanes", "Lanes"],
          ["rows", "Tasks"],
        ]}
        onChange={(mode) => change({ mode: mode === "lanes" ? undefined : mode, y: undefined })}
      />
      {view.mode === "rows" && (
        <Select
          label="Sort by"
          value={sort}
          options={[
            ["start", "Start"],
            ["-start", "Start, last first"],
            ["-duration", "Duration, longest first"],
            ["duration", "Duration, shortest first"],
            ["name", "Item"],
          ]}
          onChange={(value) => change({ sort: value === "start" ? undefined : value })}
        />
      )}
      <Button
        small
        pressed={view.group === "none"}
        onClick={() => change({ group: view.group === "none" ? undefined : "none", y: undefined })}
        data-tip="All tasks together, not step by step"
      >
        Ungroup
      </Button>
      {wide.length > 0 && (
        <IconButton
          small
          icon={allFolded ? "expand" : "collapse"}
          label={allFolded ? "Unfold all steps" : "Fold all steps"}
          onClick={() => change({ folded: allFolded ? undefined : listText(wide), y: undefined })}
        />
      )}
      <Button
        small
        pressed={view.idle}
        onClick={() => change({ idle: !view.idle })}
        data-tip="Time in which nothing ran is drawn short"
      >
        Skip idle
      </Button>
    </>
  );
}

function Highlights({ view, change }: Pick<ToolbarProps, "view" | "change">): ReactElement {
  return (
    <>
      <Button
        small
        icon="bolt"
        pressed={view.path}
        onClick={() => change({ path: !view.path })}
        data-tip="The tasks that decided how long the run took  ·  p"
      >
        Critical path
      </Button>
      <Button
        small
        icon="clock"
        pressed={view.slow}
        onClick={() => change({ slow: !view.slow })}
        data-tip="The twenty tasks that took longest"
      >
        Slowest
      </Button>
    </>
  );
}

function Zoom({ scene }: { scene: Scene }): ReactElement {
  const zoom = (factor: number) => scene.look(zoomed(scene.target, factor, 0.5), { glide: true });
  return (
    <span className={css.zoom}>
      <IconButton
        small
        icon="chevron-left"
        label="Earlier"
        keys="a"
        onClick={() => scene.look(moved(scene.target, -0.25), { glide: true })}
      />
      <IconButton
        small
        icon="chevron-right"
        label="Later"
        keys="d"
        onClick={() => scene.look(moved(scene.target, 0.25), { glide: true })}
      />
      <IconButton small icon="zoom-out" label="Zoom out" keys="s" onClick={() => zoom(2)} />
      <IconButton small icon="zoom-in" label="Zoom in" keys="w" onClick={() => zoom(0.5)} />
      <IconButton small icon="fit" label="Show all" keys="f" onClick={() => scene.fit()} />
    </span>
  );
}
