import { cloneElement, type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { type Align, keepBeside } from "./float";
import css from "./Popover.module.css";

export interface PopoverProps {
  /** What opens it: a `Button` or an `IconButton`. */
  trigger: ReactElement<Record<string, unknown>>;
  /** What it is, for people who listen. */
  label: string;
  align?: Align;
  /** What is in it; a function is given a way to close it. */
  children: ReactNode | ((close: () => void) => ReactNode);
  /** `menu` and `listbox` bring their own keys; see `Menu`. */
  role?: "dialog" | "menu";
  onOpen?: (panel: HTMLElement) => void;
  className?: string | undefined;
}

/**
 * Something small that opens beside a button. The browser's own popover: it lies above everything, closes with Escape or a click elsewhere,
 * and gives focus back.
 */
export function Popover({
  trigger,
  label,
  align = "start",
  children,
  role = "dialog",
  onOpen,
  className,
}: PopoverProps): ReactElement {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const opened = useRef(onOpen);
  opened.current = onOpen;
  useEffect(() => {
    const [floating, anchor] = [panel.current, button.current];
    if (!open || !floating || !anchor) return;
    const stop = keepBeside(anchor, floating, align);
    if (opened.current) opened.current(floating);
    else firstControl(floating).focus();
    return stop;
  }, [open, align]);
  const close = () => panel.current?.hidePopover();
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        popoverTarget: id,
        "aria-haspopup": role,
        "aria-expanded": open,
      })}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have names */}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role={role}
        aria-label={label}
        tabIndex={-1}
        className={[css.panel, className].filter(Boolean).join(" ")}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {open && (typeof children === "function" ? children(close) : children)}
      </div>
    </>
  );
}

function firstControl(within: HTMLElement): HTMLElement {
  const found = within.querySelector<HTMLElement>(
    "[autofocus], input, select, textarea, button, a[href], [tabindex='0']",
  );
  return found ?? within;
}
