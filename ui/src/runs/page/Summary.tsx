import type { ReactElement } from "react";
import { Button } from "~/parts/Button";
import { Chip } from "~/parts/Chip";
import { count, plural } from "~/theme/format";
import type { RunList } from "../data/list";
import { without } from "../query/edit";
import { terms } from "../query/terms";
import css from "../RunsPage.module.css";

interface Props {
  list: RunList;
  query: string;
  onQuery: (query: string) => void;
  selected: number;
  onCompare: () => void;
  onClear: () => void;
}

/** How many runs there are, what was asked for, what is chosen. */
export function Summary({ list, query, onQuery, selected, onCompare, onClear }: Props): ReactElement {
  const said = terms(query);
  const { loading } = list;
  return (
    <div className={css.summary}>
      <span className={css.total} role="status">
        {list.ready ? plural(list.total, "run") : "…"}
        {loading && `, ${Math.floor((loading.loaded / Math.max(1, loading.of)) * 100)} % of the store read`}
      </span>
      {selected > 0 ? (
        <span className={css.chips}>
          <strong>{count(selected)} chosen</strong>
          <Button small look="solid" icon="compare" disabled={selected < 2} onClick={onCompare}>
            Compare <kbd className={css.kbd}>c</kbd>
          </Button>
          <Button small look="plain" onClick={onClear}>
            Choose none
          </Button>
        </span>
      ) : (
        <span className={css.chips}>
          {said.map((term) => {
            const text = query.slice(term.from, term.to);
            return (
              <Chip
                key={term.from}
                onRemove={() => onQuery(without(query, term))}
                removeLabel={`remove ${text}`}
              >
                {text}
              </Chip>
            );
          })}
          {said.length > 1 && (
            <Button small look="plain" onClick={() => onQuery("")}>
              Clear
            </Button>
          )}
        </span>
      )}
    </div>
  );
}
