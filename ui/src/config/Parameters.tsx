import type { ReactElement } from "react";
import type { Schemas } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { Panel } from "~/parts/Panel";
import css from "./ConfigTab.module.css";
import { preview, python } from "./preview";

type Given = Schemas["RunParameters"];
type Parameter = Schemas["RunParameter"];

/** Parameters with their values and defaults, and constants of the flow. */
export function Parameters({
  given,
  filter,
  only,
}: {
  given: Given;
  filter: string;
  only: boolean;
}): ReactElement {
  const changed = new Set(given.changed);
  const fits = (...texts: string[]) =>
    filter
      .toLowerCase()
      .split(/\s+/)
      .every((word) => texts.join("\n").toLowerCase().includes(word));
  const parameters = given.parameters.filter(
    (one) => fits(one.name, one.help, preview(one.value?.preview)) && (!only || one.is_default === false),
  );
  const constants = only ? [] : given.constants.filter((one) => fits(one.name, preview(one.preview)));
  return (
    <>
      <Panel title="Parameters" count={given.parameters.length} flush>
        {given.parameters.length === 0 ? (
          <p className={css.none}>
            The flow has none: <code>lr = Parameter("lr", default=0.1)</code> would be one.
          </p>
        ) : (
          <table className={css.table}>
            <Head />
            <tbody>
              {parameters.map((one) => (
                <Row key={one.name} one={one} changed={changed.has(one.name)} />
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      {constants.length > 0 && <Constants constants={constants} />}
    </>
  );
}

const COLUMNS = ["Name", "Value", "Default", "Type", "What it is for"];

function Head(): ReactElement {
  return (
    <thead>
      <tr>
        {COLUMNS.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        <th scope="col">
          <span className="sr-only">Copy</span>
        </th>
      </tr>
    </thead>
  );
}

function Constants({ constants }: { constants: Given["constants"] }): ReactElement {
  return (
    <Panel title="Constants" count={constants.length} flush>
      <table className={css.table}>
        <tbody>
          {constants.map((one) => (
            <tr key={one.name} className={css.row}>
              <th scope="row">
                <bdi>{one.name}</bdi>
              </th>
              <td className={css.value}>
                <bdi>{preview(one.preview)}</bdi>
              </td>
              <td className={css.faint}>{one.type}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Row({ one, changed }: { one: Parameter; changed: boolean }): ReactElement {
  const value = one.value ? preview(one.value.preview) : "not stored yet";
  return (
    <tr className={css.row} data-overrides={one.is_default === false ? "" : undefined}>
      <th scope="row">
        <bdi>{one.name}</bdi>
      </th>
      <td className={css.value}>
        <bdi>{value}</bdi>
        {changed && <span className={css.over}>changed by the resume</span>}
      </td>
      <td className={css.faint}>
        <bdi>{one.required ? "must be given" : defaultOf(one)}</bdi>
      </td>
      <td className={css.faint}>{one.type}</td>
      <td className={css.help}>
        <bdi>{one.help}</bdi>
      </td>
      <td className={css.copy}>{one.value && <Copy text={value} label={`value of ${one.name}`} />}</td>
    </tr>
  );
}

function defaultOf(one: Parameter): string {
  if (one.is_default === null && one.default === null) return "made by a function";
  return one.is_default ? "the same" : python(one.default);
}
