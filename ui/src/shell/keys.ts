import { useEffect, useRef } from "react";
import { create } from "zustand";

/** Something a key does. */
export interface Binding {
  /** `f`, `?`, `mod+k`, `ArrowDown`; two keys one after the other: `g r`. */
  keys: string;
  /** What it does, as the help sheet says. */
  label: string;
  /** Under which heading the sheet says so. */
  group: string;
  run: (event: KeyboardEvent) => void;
}

export interface KeyOptions {
  group?: string;
  /** Not now, if false: it is not in the sheet then either. */
  enabled?: boolean;
}

/** All bindings there are now, the newest last; the sheet shows them. */
export const useBindings = create<readonly Binding[]>(() => []);

/** Binds a key while the component is there: `useKey("f", "fit", fit, { group: "Timeline" })`. The newest of two for one key wins. */
export function useKey(keys: string, label: string, run: Binding["run"], options: KeyOptions = {}): void {
  const { group = "This page", enabled = true } = options;
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled) return;
    const binding: Binding = { keys, label, group, run: (event) => latest.current(event) };
    useBindings.setState([...useBindings.getState(), binding], true);
    return () => {
      useBindings.setState(
        useBindings.getState().filter((one) => one !== binding),
        true,
      );
    };
  }, [keys, label, group, enabled]);
}

/** How long the second key of a sequence is waited for, milliseconds. */
const WAIT = 1200;

/** A pressed key as bindings name it. */
export function nameOf(event: KeyboardEvent): string {
  const { key } = event;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  // Of letters and signs the key itself tells whether Shift was held.
  if (event.shiftKey && key.length > 1) parts.push("shift");
  parts.push(parts[0] === "mod" ? key.toLowerCase() : key);
  return parts.join("+");
}

/** Whether what has focus wants plain keys for itself. */
export function wantsKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select, [role=menu] *, [role=listbox] *"))
    return true;
  return (
    target instanceof HTMLInputElement &&
    !["checkbox", "radio", "button", "submit", "range"].includes(target.type)
  );
}

/** Which binding is meant, given the key before (`g` of `g r`) and this one. */
export function bindingFor(bindings: readonly Binding[], before: string, name: string): Binding | undefined {
  const sequence = before === "" ? undefined : bindings.findLast((one) => one.keys === `${before} ${name}`);
  return sequence ?? bindings.findLast((one) => one.keys === name);
}

/** Listens to the keyboard, for all bindings; once, in the shell. */
export function useKeyboard(): void {
  useEffect(() => {
    let before = { name: "", at: 0 };
    const press = (event: KeyboardEvent) => {
      if (
        event.defaultPrevented ||
        event.isComposing ||
        ["Shift", "Control", "Meta", "Alt"].includes(event.key)
      )
        return;
      const name = nameOf(event);
      if (wantsKeys(event.target) && !name.startsWith("mod+") && name !== "Escape") return;
      // What is open above the page has its keys for itself, and Escape closes it.
      const open = document.querySelector("[popover=auto]:popover-open");
      if (open && (name === "Escape" || open.contains(document.activeElement))) return;
      // A dialog keeps the keys of the page behind it from being pressed.
      if (document.querySelector("dialog:modal") && !name.startsWith("mod+")) return;
      const bindings = useBindings.getState();
      const fresh = event.timeStamp - before.at < WAIT ? before.name : "";
      const found = bindingFor(bindings, fresh, name);
      const starts = !found && bindings.some((one) => one.keys.startsWith(`${name} `));
      before = { name: starts ? name : "", at: event.timeStamp };
      if (!found) return;
      event.preventDefault();
      found.run(event);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
