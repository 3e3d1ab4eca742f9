import { type ReactElement, type ReactNode, useState } from "react";
import { IconButton } from "~/parts/Button";
import { Icon } from "~/parts/Icon";
import { count } from "~/theme/format";
import { chosen, clear, exclude, only, toggle } from "../query/edit";
import css from "./Facets.module.css";
import { useMoreValues } from "./useMoreValues";

/** A value of a facet; without a count where nobody counts. */
export interface FacetValue {
  name: string;
  count: number | undefined;
}

interface Props {
  /** The key of the query. */
  name: string;
  title: string;
  values: readonly FacetValue[];
  query: string;
  onQuery: (query: string) => void;
  /** How a value is shown, where its name alone is not all. */
  show?: (name: string) => ReactNode;
  /** Values can be looked for by what they begin with. */
  searchable?: boolean;
  startClosed?: boolean;
}

const FEW = 6;

/** One thing that runs differ in: its values with how many runs have each; a click narrows the list. */
export function Facet(props: Props): ReactElement | null {
  const { name, title, values, query, onQuery, show, searchable, startClosed } = props;
  const { wanted, unwanted } = chosen(query, name);
  const [open, setOpen] = useState(!startClosed || wanted.size + unwanted.size > 0);
  const [all, setAll] = useState(false);
  const [typed, setTyped] = useState("");
  const more = useMoreValues(name, typed);
  const known = new Map(values.map((value) => [value.name, value]));
  for (const one of [...wanted, ...unwanted])
    if (!known.has(one)) known.set(one, { name: one, count: undefined });
  const found = typed === "" ? [...known.values()] : more;
  const fits =
    all || typed !== ""
      ? found
      : found.filter((value, n) => n < FEW || wanted.has(value.name) || unwanted.has(value.name));
  const most = Math.max(1, ...found.map((value) => value.count ?? 0));
  return (
    <section className={css.facet} aria-label={title}>
      <header className={css.head}>
        <button type="button" className={css.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? "chevron-down" : "chevron-right"} size={12} />
          {title}
        </button>
        {wanted.size + unwanted.size > 0 && (
          <IconButton
            small
            icon="close"
            label={`Any ${title.toLowerCase()}`}
            onClick={() => onQuery(clear(query, name))}
          />
        )}
      </header>
      {open && searchable && (values.length >= FEW || typed !== "") && (
        <input
          className={css.find}
          value={typed}
          placeholder={`Find ${title.toLowerCase()}`}
          aria-label={`Find ${title.toLowerCase()}`}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setTyped(target.value)}
        />
      )}
      {open && (
        <ul>
          {fits.map((value) => (
            <Value
              key={value.name}
              value={value}
              share={(value.count ?? 0) / most}
              state={wanted.has(value.name) ? "wanted" : unwanted.has(value.name) ? "unwanted" : undefined}
              shown={show?.(value.name) ?? <bdi>{value.name}</bdi>}
              onToggle={() => onQuery(toggle(query, name, value.name))}
              onOnly={() => onQuery(only(query, name, value.name))}
              onExclude={() => onQuery(exclude(query, name, value.name))}
            />
          ))}
          {fits.length === 0 && (
            <li className={css.none}>{typed === "" ? "none" : "nothing is called so"}</li>
          )}
        </ul>
      )}
      {open && typed === "" && found.length > FEW && (
        <button type="button" className={css.more} onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${found.length - FEW} more`}
        </button>
      )}
    </section>
  );
}

interface ValueProps {
  value: FacetValue;
  share: number;
  state: "wanted" | "unwanted" | undefined;
  shown: ReactNode;
  onToggle: () => void;
  onOnly: () => void;
  onExclude: () => void;
}

function Value({ value, share, state, shown, onToggle, onOnly, onExclude }: ValueProps): ReactElement {
  return (
    <li className={css.value} data-state={state}>
      <label className={css.label} title={value.name}>
        <input type="checkbox" checked={state === "wanted"} onChange={onToggle} aria-label={value.name} />
        <span className={css.name}>{shown}</span>
      </label>
      <span className={css.deeds}>
        <button type="button" onClick={onOnly} aria-label={`only ${value.name}`}>
          only
        </button>
        <button type="button" onClick={onExclude} aria-label={`not ${value.name}`}>
          not
        </button>
      </span>
      <span className={css.count} style={{ "--share": share } as React.CSSProperties}>
        {value.count === undefined ? "" : count(value.count)}
      </span>
    </li>
  );
}
