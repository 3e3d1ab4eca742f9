import { type ReactElement, useEffect, useMemo } from "react";
import type { Run } from "~/api/types";
import type { Column } from "~/runs/table/columns";
import css from "../links/PluginLinks.module.css";
import { address, fill, ofRun } from "../links/template";
import { OnePlugin } from "../PluginSlot";
import type { Plugin } from "../types";
import { usePlugins, useSlot } from "../usePlugins";
import cells from "./columns.module.css";
import { runKey, setShown, setValues, useColumns, want } from "./store";

const TRACK = "minmax(90px, .8fr)";

/** The columns of the table of runs, with those of plugins that are not hidden. */
export function usePluginColumns(columns: readonly Column[], narrow: boolean): readonly Column[] {
  const plugins = usePlugins();
  const hidden = useColumns((state) => state.hidden);
  return useMemo(() => {
    const more = narrow ? [] : plugins.flatMap(columnsOf).filter(({ id }) => !hidden.includes(id));
    return more.length === 0 ? columns : [...columns, ...more];
  }, [columns, narrow, plugins, hidden]);
}

function columnsOf(plugin: Plugin): Column[] {
  const declared = plugin.columns.map(({ label, template, url }): Column => {
    const text = (run: Run) => fill(template, ofRun(run));
    return {
      id: `plugin.${plugin.name}.${label}`,
      title: label,
      track: TRACK,
      cell: (run) => <Cell text={text(run)} href={url ? address(url, ofRun(run)) : undefined} />,
      value: (run) => text(run) ?? null,
    };
  });
  if (plugin.frame?.slot !== "runs-column") return declared;
  const said = (run: Run) => useColumns.getState().values[plugin.name]?.[runKey(run)]?.text ?? null;
  const id = `plugin.${plugin.name}`;
  const cell = (run: Run) => <SaidCell plugin={plugin.name} run={run} />;
  return [...declared, { id, title: plugin.frame.title, track: TRACK, cell, value: said }];
}

interface CellProps {
  text: string | undefined;
  href: string | undefined;
  tone?: string | undefined;
}

function Cell({ text, href, tone }: CellProps): ReactElement {
  const inside = (
    <bdi className={cells.text} data-tone={tone}>
      {text ?? "–"}
    </bdi>
  );
  if (href === undefined || text === undefined) return inside;
  return (
    <a className={css.link} href={href} target="_blank" rel="noopener noreferrer" tabIndex={-1}>
      {inside}
    </a>
  );
}

/** A cell that a plugin fills: it hears that the run is on the screen. */
function SaidCell({ plugin, run }: { plugin: string; run: Run }): ReactElement {
  const value = useColumns((state) => state.values[plugin]?.[runKey(run)]);
  useEffect(() => want(run), [run]);
  const href = value?.href === undefined ? undefined : address(value.href.replaceAll(/[{}]/g, ""), () => "");
  return <Cell text={value?.text} href={href} tone={value?.tone} />;
}

/** The plugins that fill columns: nothing of them is seen. */
export function ColumnPlugins(): ReactElement | null {
  const plugins = useSlot("runs-column");
  const rows = useColumns((state) => state.rows);
  const context = useMemo(() => ({ rows }), [rows]);
  return plugins.length === 0 ? null : (
    <>
      {plugins.map((plugin) => (
        <OnePlugin
          key={plugin.name}
          plugin={plugin}
          context={context}
          silent
          onSaid={(said) => {
            if (said.type === "PluginColumnValues") setValues(plugin.name, said.values);
          }}
        />
      ))}
    </>
  );
}

/** Which columns of plugins are shown, for the picker of columns. */
export function PluginColumnChecks(): ReactElement | null {
  const columns = usePlugins().flatMap(columnsOf);
  const hidden = useColumns((state) => state.hidden);
  if (columns.length === 0) return null;
  return (
    <fieldset className={cells.checks}>
      <legend>Of plugins</legend>
      {columns.map(({ id, title }) => (
        <label key={id} className={cells.check}>
          <input
            type="checkbox"
            checked={!hidden.includes(id)}
            onChange={(event) => setShown(id, event.target.checked)}
          />
          <bdi>{title}</bdi>
        </label>
      ))}
    </fieldset>
  );
}
