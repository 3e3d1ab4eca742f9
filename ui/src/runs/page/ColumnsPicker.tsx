import { type ReactElement, useState } from "react";
import { Button, IconButton } from "~/parts/Button";
import { Check, TextInput } from "~/parts/Field";
import { Popover } from "~/parts/Popover";
import { PluginColumnChecks } from "~/plugins/columns/usePluginColumns";
import { FIRST_COLUMNS } from "../prefs";
import { useOffers } from "../query/useOffers";
import { PLAIN } from "../table/columns";
import css from "./ColumnsPicker.module.css";

interface Props {
  columns: readonly string[];
  onColumns: (columns: readonly string[]) => void;
}

/** Which columns the table has; parameters and artifacts can be some. */
export function ColumnsPicker({ columns, onColumns }: Props): ReactElement {
  const trigger = <Button icon="columns">Columns</Button>;
  return (
    <Popover trigger={trigger} label="Columns" align="end">
      <Choice columns={columns} onColumns={onColumns} />
    </Popover>
  );
}

function Choice({ columns, onColumns }: Props): ReactElement {
  const set = (id: string, wanted: boolean) => {
    const rest = columns.filter((known) => known !== id);
    // A table without columns would be of no use to anybody.
    if (wanted || rest.length > 0) onColumns(wanted ? [...rest, id] : rest);
  };
  const named = columns.filter((id) => /^(param|artifact)\./.test(id));
  return (
    <div className={css.picker}>
      <div className={css.plain}>
        {PLAIN.map(({ id, title }) => (
          <Check key={id} label={title} checked={columns.includes(id)} onChange={(on) => set(id, on)} />
        ))}
      </div>
      {named.map((id) => (
        <div key={id} className={css.named}>
          <bdi>{id.replace(".", " ")}</bdi>
          <IconButton small icon="close" label={`Remove ${id}`} onClick={() => set(id, false)} />
        </div>
      ))}
      <Named of="param." what="parameter" known={columns} onAdd={(id) => set(id, true)} />
      <Named of="artifact." what="artifact" known={columns} onAdd={(id) => set(id, true)} />
      <PluginColumnChecks />
      <Button small look="plain" onClick={() => onColumns(FIRST_COLUMNS)}>
        As in the beginning
      </Button>
    </div>
  );
}

/** Values by name, of which there are too many for a list: those that runs have are offered. */
function Named({ of, what, known, onAdd }: NamedProps): ReactElement {
  const [typed, setTyped] = useState("");
  const query = of + typed;
  const { offers } = useOffers(query, query.length, true);
  const fresh = offers.filter((offer) => !known.includes(of + offer.text)).slice(0, 6);
  return (
    <div className={css.add}>
      <TextInput
        icon="plus"
        value={typed}
        placeholder={what === "artifact" ? "Artifact that runs end with" : "Parameter"}
        aria-label={`Find ${what === "artifact" ? "an" : "a"} ${what}`}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={({ key }) => key === "Enter" && fresh[0] && onAdd(of + fresh[0].text)}
      />
      <div className={css.offers}>
        {fresh.map((offer) => (
          <button key={offer.text} type="button" onClick={() => onAdd(of + offer.text)}>
            <bdi>{offer.text}</bdi>
          </button>
        ))}
      </div>
    </div>
  );
}

interface NamedProps {
  of: "param." | "artifact.";
  what: "parameter" | "artifact";
  known: readonly string[];
  onAdd: (id: string) => void;
}
