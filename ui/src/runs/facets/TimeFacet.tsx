import { type FormEvent, type ReactElement, useState } from "react";
import { Button, IconButton } from "~/parts/Button";
import { between, meant, PRESETS, startedTerm, withStarted } from "../query/ranges";
import css from "./Facets.module.css";

interface Props {
  query: string;
  onQuery: (query: string) => void;
}

/** When runs began: stretches people ask for, or any. */
export function TimeFacet({ query, onQuery }: Props): ReactElement {
  const said = startedTerm(query);
  const preset = PRESETS.some((one) => one.term === said);
  const [exact, setExact] = useState(said !== "" && !preset);
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const at = (name: string) => {
      const text = form.get(name);
      return typeof text === "string" && text !== "" ? meant(text) : null;
    };
    onQuery(withStarted(query, between(at("from"), at("to"))));
  };
  return (
    <section className={css.facet} aria-label="Started">
      <header className={css.head}>
        <h2 className={css.plain}>Started</h2>
        {said !== "" && (
          <IconButton small icon="close" label="Any time" onClick={() => onQuery(withStarted(query, ""))} />
        )}
      </header>
      <div className={css.presets}>
        {PRESETS.map(({ name, term }) => (
          <button
            key={term}
            type="button"
            className={css.preset}
            aria-pressed={said === term}
            onClick={() => onQuery(withStarted(query, said === term ? "" : term))}
          >
            {name}
          </button>
        ))}
        <button
          type="button"
          className={css.preset}
          aria-expanded={exact}
          aria-pressed={said !== "" && !preset}
          onClick={() => setExact(!exact)}
        >
          From … to …
        </button>
      </div>
      {exact && (
        <form className={css.exact} onSubmit={apply}>
          <label>
            From
            <input type="datetime-local" name="from" />
          </label>
          <label>
            To
            <input type="datetime-local" name="to" />
          </label>
          <Button small type="submit">
            Set
          </Button>
        </form>
      )}
    </section>
  );
}
