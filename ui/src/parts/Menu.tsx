import { type KeyboardEvent, type ReactElement, useRef } from "react";
import type { Align } from "./float";
import { Icon, type IconName } from "./Icon";
import css from "./Menu.module.css";
import { Popover } from "./Popover";

/** One line of a menu; `checked` makes it one of a choice; `heading` is none one can choose. */
export type MenuItem =
  | "line"
  | { heading: string }
  | {
      label: string;
      icon?: IconName;
      /** The key that does the same. */
      keys?: string;
      checked?: boolean;
      disabled?: boolean;
      onSelect: () => void;
    };

export interface MenuProps {
  trigger: ReactElement<Record<string, unknown>>;
  label: string;
  align?: Align;
  items: readonly MenuItem[];
}

/** A menu under a button: arrows, Home, End, first letters, Enter, Escape. */
export function Menu({ trigger, label, align, items }: MenuProps): ReactElement {
  const typed = useRef({ text: "", at: 0 });
  const onOpen = (panel: HTMLElement) => {
    const all = entries(panel);
    (all.find((item) => item.getAttribute("aria-checked") === "true") ?? all[0])?.focus();
  };
  return (
    <Popover
      trigger={trigger}
      label={label}
      role="menu"
      onOpen={onOpen}
      className={css.menu}
      {...(align && { align })}
    >
      {(close) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the menu round it
        <div onKeyDown={(event) => move(event, typed.current)} role="presentation">
          {items.map((item, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a menu does not change while it is open
            <Entry key={row} item={item} close={close} />
          ))}
        </div>
      )}
    </Popover>
  );
}

function Entry({ item, close }: { item: MenuItem; close: () => void }): ReactElement {
  if (item === "line") return <hr className={css.line} />;
  if ("heading" in item) {
    return (
      <div className={css.heading} role="presentation">
        {item.heading}
      </div>
    );
  }
  const choice = item.checked !== undefined;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only where it is one of a choice
    <button
      type="button"
      role={choice ? "menuitemradio" : "menuitem"}
      aria-checked={choice ? item.checked : undefined}
      disabled={item.disabled}
      tabIndex={-1}
      className={css.item}
      onClick={() => {
        close();
        item.onSelect();
      }}
    >
      <span className={css.icon}>
        {choice
          ? item.checked && <Icon name="check" size={14} />
          : item.icon && <Icon name={item.icon} size={14} />}
      </span>
      <span className={css.label}>{item.label}</span>
      {item.keys && <kbd className={css.keys}>{item.keys}</kbd>}
    </button>
  );
}

function entries(within: Element): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)")];
}

function move(event: KeyboardEvent<HTMLElement>, typed: { text: string; at: number }): void {
  const all = entries(event.currentTarget);
  const now = all.indexOf(document.activeElement as HTMLElement);
  const last = all.length - 1;
  const to = { ArrowDown: now >= last ? 0 : now + 1, ArrowUp: now <= 0 ? last : now - 1, Home: 0, End: last }[
    event.key
  ];
  if (to !== undefined) {
    all[to]?.focus();
  } else if (
    event.key.length === 1 &&
    event.key !== " " &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey
  ) {
    typed.text = event.timeStamp - typed.at > 700 ? event.key : typed.text + event.key;
    typed.at = event.timeStamp;
    all.find((item) => item.textContent?.trim().toLowerCase().startsWith(typed.text.toLowerCase()))?.focus();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}
