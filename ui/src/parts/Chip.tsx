import type { ReactElement, ReactNode } from "react";
import css from "./Chip.module.css";
import { Icon, type IconName } from "./Icon";

export interface ChipProps {
  children: ReactNode;
  icon?: IconName;
  /** What pressing it does. */
  onClick?: () => void;
  /** What its cross does; with the name of what is removed. */
  onRemove?: () => void;
  removeLabel?: string;
  title?: string;
}

/** A small piece of a whole: a tag, a filter. */
export function Chip({ children, icon, onClick, onRemove, removeLabel, title }: ChipProps): ReactElement {
  const inside = (
    <>
      {icon && <Icon name={icon} size={12} />}
      <bdi className={css.text}>{children}</bdi>
    </>
  );
  return (
    <span className={css.chip} title={title}>
      {onClick ? (
        <button type="button" className={css.inside} onClick={onClick}>
          {inside}
        </button>
      ) : (
        <span className={css.inside}>{inside}</span>
      )}
      {onRemove && (
        <button type="button" className={css.remove} onClick={onRemove} aria-label={removeLabel ?? "remove"}>
          <Icon name="close" size={11} />
        </button>
      )}
    </span>
  );
}
