import { cloneElement, type ReactElement, useEffect, useRef } from "react";
import { placeBeside } from "./float";
import css from "./Tooltip.module.css";

/** Shows a text when one points at its child, or comes to it by keyboard. Anything may have a `data-tip` of its own instead. */
export function Tooltip({
  text,
  children,
}: {
  text: string;
  children: ReactElement<Record<string, unknown>>;
}): ReactElement {
  return cloneElement(children, { "data-tip": text });
}

const WAIT = 350;

/** The one tooltip of the page, for everything with a `data-tip`; part of the shell. */
export function TooltipLayer(): ReactElement {
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = tip.current;
    return element ? follow(element) : undefined;
  }, []);
  return <div ref={tip} popover="manual" role="tooltip" className={css.tip} />;
}

function follow(tip: HTMLElement): () => void {
  let shown: Element | undefined;
  let timer = 0;
  const hide = () => {
    window.clearTimeout(timer);
    if (shown && tip.matches(":popover-open")) tip.hidePopover();
    shown = undefined;
  };
  const show = (anchor: Element) => {
    const text = anchor.getAttribute("data-tip");
    if (!text || !anchor.isConnected) return;
    tip.textContent = text;
    if (!tip.matches(":popover-open")) tip.showPopover();
    placeBeside(anchor, tip, "center");
  };
  const over = (event: Event) => {
    const anchor = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
    if (anchor === (shown ?? null)) return;
    const quick = shown !== undefined;
    hide();
    if (!anchor) return;
    const byKeys = event.type === "focusin";
    if (byKeys && !anchor.matches(":focus-visible")) return;
    shown = anchor;
    timer = window.setTimeout(() => show(anchor), quick ? 60 : WAIT);
  };
  const key = (event: KeyboardEvent) => event.key === "Escape" && hide();
  const on = [
    ["pointerover", over],
    ["focusin", over],
    ["focusout", hide],
    ["pointerdown", hide],
    ["wheel", hide],
    ["keydown", key],
  ] as const;
  for (const [name, listener] of on)
    document.addEventListener(name, listener as EventListener, { passive: true });
  document.documentElement.addEventListener("pointerleave", hide);
  return () => {
    hide();
    for (const [name, listener] of on) document.removeEventListener(name, listener as EventListener);
    document.documentElement.removeEventListener("pointerleave", hide);
  };
}
