import { memo, type ReactElement, type ReactNode, useCallback, useRef, useState } from "react";
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
  const latest = useRef(query);
  latest.current = query;
  const edit = useCallback(
    (how: Edit, value: string) => onQuery(how(latest.current, name, value)),
    [name, onQuery],
  );
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
              name={value.name}
              runs={value.count}
              share={(value.count ?? 0) / most}
              state={wanted.has(value.name) ? "wanted" : unwanted.has(value.name) ? "unwanted" : undefined}
              show={show}
              onEdit={edit}
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

/** A change of a query, by a key and a value. */
type Edit = (query: string, key: string, value: string) => string;

interface ValueProps {
  name: string;
  runs: number | undefined;
  share: number;
  state: "wanted" | "unwanted" | undefined;
  show: ((name: string) => ReactNode) | undefined;
  onEdit: (how: Edit, value: string) => void;
}

/** There are dozens, and a click changes one or two. */
const Value = memo(function Value({ name, runs, share, state, show, onEdit }: ValueProps): ReactElement {
  return (
    <li className={css.value} data-state={state}>
      <label className={css.label} title={name}>
        <input
          type="checkbox"
          checked={state === "wanted"}
          onChange={() => onEdit(toggle, name)}
          aria-label={name}
        />
        <span className={css.name}>{show?.(name) ?? <bdi>{name}</bdi>}</span>
      </label>
      <span className={css.deeds}>
        <button type="button" onClick={() => onEdit(only, name)} aria-label={`only ${name}`}>
          only
        </button>
        <button type="button" onClick={() => onEdit(exclude, name)} aria-label={`not ${name}`}>
          not
        </button>
      </span>
      <span className={css.count} style={{ "--share": share } as React.CSSProperties}>
        {runs === undefined ? "" : count(runs)}
      </span>
    </li>
  );
});
