import { memo, type ReactElement } from "react";
import type { RunState, ShapeStep, StepState } from "~/api/types";
import { count } from "~/theme/format";
import type { Overlay } from "./critical";
import css from "./Graph.module.css";
import type { Edge, GroupBox, Layout } from "./layout";
import { fitting } from "./measure";
import { labelAt, loop, smooth } from "./paths";

interface SceneProps {
  layout: Layout;
  shapes: Map<string, ShapeStep>;
  state: RunState;
  overlay: Overlay | undefined;
}

/** What lies under the steps: frames round what belongs together, and the ways between. */
export const Scene = memo(function Scene({ layout, shapes, state, overlay }: SceneProps): ReactElement {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have focus
    <g aria-hidden="true">
      {layout.groups.map((group) => (
        <Frame key={group.owner} group={group} />
      ))}
      {layout.edges.map((edge) => (
        <Way key={`${edge.from}\n${edge.to}`} edge={edge} state={state} overlay={overlay} />
      ))}
      {layout.groups.map((group) => (
        <Heading key={group.owner} group={group} shape={shapes.get(group.owner)} steps={state.steps} />
      ))}
      {layout.nodes.map((node) =>
        node.repeats === null ? null : (
          <g key={node.step}>
            <path
              className={css.way}
              data-taken={(state.steps[node.step]?.tasks ?? 0) > 1 ? "" : undefined}
              d={loop(node)}
              markerEnd="url(#dag-arrow)"
            />
            <text className={css.label} x={node.x + node.w + 24} y={node.y + node.h / 2 + 4}>
              {fitting(`↻ ${node.repeats}`, 120, false)}
            </text>
          </g>
        ),
      )}
    </g>
  );
});

function Way({
  edge,
  state,
  overlay,
}: {
  edge: Edge;
  state: RunState;
  overlay: Overlay | undefined;
}): ReactElement {
  const target = state.steps[edge.to];
  const taken = (target?.tasks ?? 0) > 0 && (state.steps[edge.from]?.tasks ?? 0) > 0;
  const onPath = overlay?.edges.has(`${edge.from}\n${edge.to}`);
  const at = labelAt(edge.points);
  return (
    <g>
      <path
        className={css.way}
        data-taken={taken ? "" : undefined}
        data-path={onPath ? "" : undefined}
        d={smooth(edge.points)}
        markerEnd={onPath ? "url(#dag-arrow-path)" : "url(#dag-arrow)"}
      />
      {edge.label !== "" && (
        <text className={css.label} data-on="" x={at.x} y={at.y}>
          {fitting(edge.label, 110, false)}
        </text>
      )}
    </g>
  );
}

interface HeadingProps {
  group: GroupBox;
  shape: ShapeStep | undefined;
  steps: Record<string, StepState>;
}

function Frame({ group }: { group: GroupBox }): ReactElement {
  const many = group.kind === "foreach" || group.kind === "parallel";
  return (
    <g className={css.group} data-kind={group.kind}>
      <rect className={css.frame} x={group.x} y={group.y} width={group.w} height={group.h} rx={12} />
      {many && (
        <rect
          className={css.frame}
          x={group.x + 5}
          y={group.y + 5}
          width={group.w - 10}
          height={group.h - 10}
          rx={8}
        />
      )}
    </g>
  );
}

/** What a frame is for; over the ways that cross it. */
function Heading({ group, shape, steps }: HeadingProps): ReactElement {
  const many = group.kind === "foreach" || group.kind === "parallel";
  const inner = many ? steps[shape?.next[0] ?? ""] : undefined;
  const tasks = Math.max(inner?.tasks ?? 0, inner?.expected ?? 0);
  const label = words(group, shape) + (tasks > 0 ? ` × ${inner?.estimated ? "~" : ""}${count(tasks)}` : "");
  return (
    <text className={css.heading} x={group.x + 14} y={group.y + 18}>
      {fitting(label, group.w - 24, false)}
    </text>
  );
}

function words(group: GroupBox, shape: ShapeStep | undefined): string {
  switch (group.kind) {
    case "foreach":
      return `for each ${shape?.foreach ?? ""}`;
    case "switch":
      return `switch ${shape?.condition ?? ""}`;
    case "parallel":
      return "parallel";
    default:
      return "split";
  }
}
