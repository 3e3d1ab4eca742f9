import type { ComponentProps, ReactElement } from "react";
import css from "./Field.module.css";
import { Icon, type IconName } from "./Icon";

/** A line to type in. Give it an `aria-label`, or a `<label>` round it. */
export function TextInput({
  icon,
  className,
  ...rest
}: ComponentProps<"input"> & { icon?: IconName }): ReactElement {
  return (
    <span className={[css.field, className].filter(Boolean).join(" ")}>
      {icon && <Icon name={icon} size={14} />}
      <input type="text" autoComplete="off" spellCheck={false} className={css.input} {...rest} />
    </span>
  );
}

/** A choice of few: the browser's own. */
export function Select({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly (readonly [value: string, text: string])[];
  value: string;
  onChange: (value: string) => void;
}): ReactElement {
  return (
    <span className={css.select}>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" size={12} />
    </span>
  );
}

/** Yes or no. */
export function Check({
  label,
  checked,
  onChange,
  hideLabel,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hideLabel?: boolean;
}): ReactElement {
  return (
    <label className={css.check}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span className={hideLabel ? "sr-only" : undefined}>{label}</span>
    </label>
  );
}

/** One of few, all of them to be seen. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly (readonly [value: T, text: string])[];
  value: T;
  onChange: (value: T) => void;
}): ReactElement {
  return (
    <fieldset className={css.segmented}>
      <legend className="sr-only">{label}</legend>
      {options.map(([one, text]) => (
        <label key={one} className={css.segment}>
          <input
            className="sr-only"
            type="radio"
            name={label}
            checked={one === value}
            onChange={() => onChange(one)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
