import { type ReactElement, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import css from "./Graph.module.css";
import type { NodeBox } from "./layout";
import type { View } from "./view";

interface StepCardProps {
  node: NodeBox;
  view: View;
  size: { width: number; height: number };
  onEnter(): void;
  onLeave(): void;
  children: ReactNode;
}

/** What there is to know of a step, beside it. */
export function StepCard({ node, view, size, onEnter, onLeave, children }: StepCardProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [own, setOwn] = useState({ w: 320, h: 0 });
  useLayoutEffect(() => {
    if (box.current && box.current.dataset.step === node.step)
      setOwn({ w: box.current.offsetWidth, h: box.current.offsetHeight });
  }, [node.step]);
  const right = (node.x + node.w) * view.k + view.x + 10;
  const left = node.x * view.k + view.x - own.w - 10;
  const x = right + own.w < size.width ? right : left > 8 ? left : Math.max(8, size.width - own.w - 8);
  const y = Math.max(8, Math.min(node.y * view.k + view.y - 8, size.height - own.h - 8));
  return (
    <div
      ref={box}
      className={css.card}
      data-step={node.step}
      style={{ left: x, top: y }}
      onPointerEnter={onEnter}
      onPointerLeave={onLeave}
      onPointerDown={(event) => event.stopPropagation()}
    >
      {children}
    </div>
  );
}
