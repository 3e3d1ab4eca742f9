import { type MouseEvent, type ReactElement, useCallback, useMemo, useRef } from "react";
import type { RunState, ShapeStep } from "~/api/types";
import { IconButton } from "~/parts/Button";
import { useKey } from "~/shell/keys";
import type { Overlay } from "./critical";
import css from "./Graph.module.css";
import type { Layout, NodeBox } from "./layout";
import { Minimap } from "./Minimap";
import { Scene } from "./Scene";
import { StepCard } from "./StepCard";
import { StepNode } from "./StepNode";
import { type Cursor, useCursor, usePointed } from "./useCursor";
import { type Moving, useView } from "./useView";
import { seen, type View } from "./view";

/** Above so many steps only those in sight are drawn. */
const MANY = 300;

/** What a graph is drawn from. */
export interface GraphProps {
  layout: Layout;
  steps: ShapeStep[];
  state: RunState;
  overlay: Overlay | undefined;
  first: View | undefined;
  onView(view: View | undefined): void;
  hrefOf(step: string): string;
  onOpen(href: string): void;
  cardOf(step: string): ReactElement | null;
}

/** The graph: dragged, zoomed, and gone through by arrow keys. */
export function Graph(props: GraphProps): ReactElement {
  const { layout, steps, state, overlay } = props;
  const box = useRef<HTMLDivElement>(null);
  const moving = useView(box, layout, props.first, props.onView);
  const { view, size } = moving;
  const card = usePointed();
  const cursor = useCursor(box, props, moving, card);
  const shapes = useMemo(() => new Map(steps.map((shape) => [shape.step, shape])), [steps]);
  const pointed = layout.nodes.find((node) => node.step === card.step);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is inside can be reached; this only moves between
    <div
      ref={box}
      className={css.canvas}
      data-dragging={moving.dragging}
      onKeyDown={cursor.onKeyDown}
      onBlur={card.left}
      {...moving.drag}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: there is no fieldset in SVG */}
      <svg
        className={css.svg}
        width={size.width}
        height={size.height}
        role="group"
        aria-label="graph of the flow; arrow keys go from step to step"
      >
        <Markers />
        <g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
          <Scene layout={layout} shapes={shapes} state={state} overlay={overlay} />
          <Nodes {...props} shapes={shapes} moving={moving} cursor={cursor} onPoint={card.point} />
        </g>
      </svg>
      {pointed && !moving.dragging && (
        <StepCard node={pointed} view={view} size={size} onEnter={card.stay} onLeave={() => card.point(null)}>
          {props.cardOf(pointed.step)}
        </StepCard>
      )}
      <div className={css.controls}>
        <IconButton icon="plus" label="zoom in" keys="+" onClick={() => moving.zoom(1.25)} />
        <IconButton icon="minus" label="zoom out" keys="−" onClick={() => moving.zoom(0.8)} />
        <IconButton icon="fit" label="fit to screen" keys="f" onClick={moving.fit} />
      </div>
      <Minimap layout={layout} state={state} view={view} size={size} onMove={moving.set} />
      <Keys moving={moving} />
    </div>
  );
}

interface NodesProps extends GraphProps {
  shapes: Map<string, ShapeStep>;
  moving: Moving;
  cursor: Cursor;
  onPoint(step: string | null): void;
}

/** The steps; of a great many those in sight. */
function Nodes(props: NodesProps): ReactElement {
  const { layout, shapes, state, overlay, cursor, onOpen } = props;
  const { view, size } = props.moving;
  const open = useCallback(
    (event: MouseEvent, href: string) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      onOpen(href);
    },
    [onOpen],
  );
  const near = (node: NodeBox) => node.step === cursor.current || seen(view, node, size.width, size.height);
  const drawn = layout.nodes.length > MANY ? layout.nodes.filter(near) : layout.nodes;
  return (
    <>
      {drawn.map((node) => {
        const shape = shapes.get(node.step);
        return shape ? (
          <StepNode
            key={node.step}
            node={node}
            shape={shape}
            state={state.steps[node.step]}
            onPath={overlay?.steps.get(node.step)}
            href={props.hrefOf(node.step)}
            current={node.step === cursor.current}
            onOpen={open}
            onPoint={props.onPoint}
            onFocus={cursor.onFocus}
          />
        ) : null;
      })}
    </>
  );
}

function Markers(): ReactElement {
  return (
    <defs>
      {["dag-arrow", "dag-arrow-path"].map((id) => (
        <marker
          key={id}
          id={id}
          className={css.arrow}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 .8 7 4 0 7.200z" />
        </marker>
      ))}
    </defs>
  );
}

const GROUP = { group: "DAG" };
const STEP = 80;

/** The keys that move the view; those of the timeline. */
function Keys({ moving }: { moving: Moving }): null {
  useKey("f", "fit to screen", moving.fit, GROUP);
  useKey("+", "zoom in", () => moving.zoom(1.25), GROUP);
  useKey("-", "zoom out", () => moving.zoom(0.8), GROUP);
  useKey("w", "up", () => moving.move(0, STEP), GROUP);
  useKey("s", "down", () => moving.move(0, -STEP), GROUP);
  useKey("a", "left", () => moving.move(STEP, 0), GROUP);
  useKey("d", "right", () => moving.move(-STEP, 0), GROUP);
  return null;
}
