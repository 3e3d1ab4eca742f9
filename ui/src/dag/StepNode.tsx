import { type MouseEvent, memo, type ReactElement } from "react";
import { base } from "~/api/base";
import type { ShapeStep, StepState } from "~/api/types";
import type { OnPath } from "./critical";
import css from "./Graph.module.css";
import type { NodeBox } from "./layout";
import { fitting } from "./measure";
import { arc } from "./paths";
import { StepMark } from "./StepMark";
import { spoken, summary } from "./words";

const RING = 13;
const TEXT = 46;

/** What a step in the graph is drawn from. */
export interface StepNodeProps {
  node: NodeBox;
  shape: ShapeStep;
  state: StepState | undefined;
  onPath: OnPath | undefined;
  href: string;
  /** The one that Tab comes to. */
  current: boolean;
  onOpen(event: MouseEvent, href: string): void;
  onPoint(step: string | null): void;
  onFocus(step: string): void;
}

/** A step: a ring of how far its tasks are round the mark of its state, its name, and its numbers. */
export const StepNode = memo(function StepNode(props: StepNodeProps): ReactElement {
  const { node, shape, state, onPath, href, current, onOpen, onPoint, onFocus } = props;
  const word = state?.state ?? "waiting";
  const room = node.w - TEXT - (onPath ? 44 : 10);
  const second = state ? summary(state) : "";
  return (
    <a
      href={base + href}
      className={css.node}
      data-step={node.step}
      data-state={word}
      data-path={onPath ? "" : undefined}
      tabIndex={current ? 0 : -1}
      aria-label={spoken(shape, state, onPath !== undefined)}
      onClick={(event) => onOpen(event, href)}
      onPointerEnter={() => onPoint(node.step)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onFocus(node.step)}
    >
      <g transform={`translate(${node.x} ${node.y})`}>
        <rect className={css.body} width={node.w} height={node.h} rx={8} />
        <Ring state={state} />
        <text className={css.name} x={TEXT} y={20}>
          {fitting(node.step, room, true)}
        </text>
        <text className={css.numbers} x={TEXT} y={37}>
          {fitting(second, node.w - TEXT - 8, false)}
        </text>
        {onPath && (
          <text className={css.share} x={node.w - 10} y={20}>
            {Math.round(onPath.share * 100)}%
          </text>
        )}
      </g>
    </a>
  );
});

function Ring({ state }: { state: StepState | undefined }): ReactElement {
  const all = Math.max(state?.expected ?? 0, state?.tasks ?? 0, 1);
  const parts: [string, number][] = [
    ["done", state?.done ?? 0],
    ["failed", (state?.failed ?? 0) + (state?.stopped ?? 0)],
    ["running", state?.running ?? 0],
  ];
  let at = 0;
  return (
    <g transform="translate(25 24)">
      <circle className={css.track} r={RING} />
      {parts.map(([word, many]) => {
        const from = at;
        at += many / all;
        return many > 0 ? (
          <path key={word} className={css.arc} data-part={word} d={arc(RING, from, at)} />
        ) : null;
      })}
      <g transform="translate(-6 -6)">
        <StepMark state={state?.state ?? "waiting"} label={null} />
      </g>
    </g>
  );
}
