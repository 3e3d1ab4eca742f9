import type { ComponentProps, ReactElement } from "react";
import css from "./Button.module.css";
import { Icon, type IconName } from "./Icon";

export interface ButtonProps extends ComponentProps<"button"> {
  /** `plain` has no border, `solid` is what one most likely wants here. */
  look?: "normal" | "plain" | "solid";
  icon?: IconName;
  /** The same small control inside dense rows. */
  small?: boolean;
  /** It stays down: whether it is. */
  pressed?: boolean;
}

/** A button with words on it. */
export function Button({
  look = "normal",
  icon,
  small,
  pressed,
  className,
  children,
  ...rest
}: ButtonProps): ReactElement {
  const classes = [css.button, css[look], small && css.small, className].filter(Boolean).join(" ");
  return (
    <button type="button" className={classes} aria-pressed={pressed} {...rest}>
      {icon && <Icon name={icon} size={small ? 13 : 15} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  icon: IconName;
  /** What it does: for people who listen, and shown when one points at it. */
  label: string;
  /** The key that does the same, shown beside the label. */
  keys?: string;
}

/** A button with an icon alone. */
export function IconButton({
  icon,
  label,
  keys,
  look = "plain",
  small,
  pressed,
  className,
  ...rest
}: IconButtonProps): ReactElement {
  const classes = [css.button, css[look], css.square, small && css.small, className]
    .filter(Boolean)
    .join(" ");
  return (
    <button
      type="button"
      className={classes}
      aria-label={label}
      aria-pressed={pressed}
      data-tip={keys ? `${label}  ·  ${keys}` : label}
      {...rest}
    >
      <Icon name={icon} size={small ? 13 : 16} />
    </button>
  );
}
