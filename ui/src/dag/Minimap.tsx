import { type PointerEvent, type ReactElement, useRef } from "react";
import type { RunState } from "~/api/types";
import css from "./Graph.module.css";
import type { Layout } from "./layout";
import type { View } from "./view";

const WIDTH = 168;
const HEIGHT = 120;

interface MinimapProps {
  layout: Layout;
  state: RunState;
  view: View;
  size: { width: number; height: number };
  onMove(view: View): void;
}

/** All of a graph that does not fit, small, with a frame round what is seen; pressing goes there. */
export function Minimap({ layout, state, view, size, onMove }: MinimapProps): ReactElement | null {
  const box = useRef<SVGSVGElement>(null);
  const all = layout.width * view.k <= size.width + 40 && layout.height * view.k <= size.height + 40;
  if (all || size.width < 480) return null;
  const k = Math.min(WIDTH / layout.width, HEIGHT / layout.height);
  const go = (event: PointerEvent) => {
    event.stopPropagation();
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const rect = box.current?.getBoundingClientRect();
    if (!rect) return;
    const [x, y] = [(event.clientX - rect.left) / k, (event.clientY - rect.top) / k];
    onMove({ k: view.k, x: size.width / 2 - x * view.k, y: size.height / 2 - y * view.k });
  };
  return (
    <svg
      ref={box}
      className={css.minimap}
      width={layout.width * k}
      height={layout.height * k}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      onPointerDown={go}
      onPointerMove={go}
    >
      {layout.groups.map((group) => (
        <rect
          key={group.owner}
          className={css.small}
          x={group.x}
          y={group.y}
          width={group.w}
          height={group.h}
        />
      ))}
      {layout.nodes.map((node) => (
        <rect
          key={node.step}
          className={css.dot}
          data-state={state.steps[node.step]?.state}
          x={node.x}
          y={node.y}
          width={node.w}
          height={node.h}
        />
      ))}
      <rect
        className={css.window}
        x={-view.x / view.k}
        y={-view.y / view.k}
        width={size.width / view.k}
        height={size.height / view.k}
      />
    </svg>
  );
}
