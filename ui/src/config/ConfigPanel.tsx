import { type ReactElement, useMemo, useState } from "react";
import { Copy } from "~/parts/Copy";
import { Icon, type IconName } from "~/parts/Icon";
import { Panel } from "~/parts/Panel";
import { codeHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { plural } from "~/theme/format";
import css from "./ConfigTab.module.css";
import { plain, rowsOf, type TreeRow } from "./tree";
import type { Config, Leaf, Origin } from "./useSetup";

interface ConfigPanelProps {
  flow: string;
  run: string;
  config: Config;
  /** Those of its values that are shown. */
  leaves: Leaf[];
  filtered: boolean;
}

/** A config as a tree, each value with where it is from. */
export function ConfigPanel({ flow, run, config, leaves, filtered }: ConfigPanelProps): ReactElement {
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(leaves, shut), [leaves, shut]);
  const turn = (pointer: string) => {
    const next = new Set(shut);
    if (!next.delete(pointer)) next.add(pointer);
    setShut(next);
  };
  const many = filtered
    ? `${leaves.length} of ${plural(config.leaves.length, "value")}`
    : plural(config.leaves.length, "value");
  return (
    <Panel
      title={<bdi>{config.name}</bdi>}
      count={`${many} · ${sourceWords(config)}`}
      flush
      actions={<Copy text={() => JSON.stringify(config.value, null, 2)} label="as JSON" wide />}
    >
      {rows.length === 0 ? (
        <p className={css.none}>
          {config.leaves.length === 0 ? "It is empty." : "No value fits the filter."}
        </p>
      ) : (
        <table className={css.table}>
          <thead className="sr-only">
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
              <th scope="col">Copy</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.pointer} flow={flow} run={run} config={config} row={row} onTurn={turn} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

interface RowProps {
  flow: string;
  run: string;
  config: Config;
  row: TreeRow;
  onTurn: (pointer: string) => void;
}

function Row({ flow, run, config, row, onTurn }: RowProps): ReactElement {
  const { leaf, label, depth, pointer } = row;
  const indent = { paddingInlineStart: 12 + depth * 18 + (leaf ? 24 : 0) };
  if (!leaf) {
    return (
      <tr className={css.row}>
        <th scope="row" style={indent} colSpan={4}>
          <span className={css.key}>
            <button
              type="button"
              className={css.fold}
              aria-label={`${row.shut ? "open" : "shut"} ${label}`}
              aria-expanded={!row.shut}
              onClick={() => onTurn(pointer)}
            >
              <Icon name={row.shut ? "chevron-right" : "chevron-down"} size={13} />
            </button>
            <bdi>{label}</bdi>
            {row.shut && <span className={css.holds}>{plural(row.holds, "value")}</span>}
          </span>
        </th>
      </tr>
    );
  }
  return (
    <tr className={css.row} data-overrides={leaf.overrides ? "" : undefined}>
      <th scope="row" style={indent}>
        <bdi>{label || config.name}</bdi>
      </th>
      <td className={css.value} data-type={leaf.value === null ? "null" : typeof leaf.value}>
        <bdi>{plain(leaf.value)}</bdi>
        {leaf.replaced && (
          <del className={css.was} data-tip={leaf.replaced.from}>
            <bdi>{plain(leaf.replaced.value)}</bdi>
          </del>
        )}
      </td>
      <td className={css.from}>
        <From flow={flow} run={run} leaf={leaf} config={config} />
      </td>
      <td className={css.copy}>
        <Copy text={plain(leaf.value)} label={`value of ${leaf.key || config.name}`} />
      </td>
    </tr>
  );
}

const ICONS: Record<Origin["kind"], IconName> = {
  file: "log",
  command_line: "terminal",
  environment: "settings",
  default: "code",
  schema: "check",
  nothing: "minus",
};

function From({
  flow,
  run,
  leaf,
  config,
}: {
  flow: string;
  run: string;
  leaf: Leaf;
  config: Config;
}): ReactElement {
  const { origin } = leaf;
  const inCode = origin.kind === "default" && origin.file;
  return (
    <span className={css.origin} data-kind={origin.kind}>
      <Icon name={ICONS[origin.kind] ?? "info"} size={13} />
      {inCode ? (
        <RunLink
          href={codeHref(flow, run, {
            file: inCode.split("/").at(-1) ?? inCode,
            ...(origin.line != null && { line: origin.line }),
          })}
        >
          <bdi>{leaf.from}</bdi>
        </RunLink>
      ) : (
        <bdi>{leaf.from}</bdi>
      )}
      {leaf.overrides && (
        <span
          className={css.over}
          data-tip={`it was given on the command line, over what ${nameOf(config)} says`}
        >
          over {nameOf(config)}
        </span>
      )}
    </span>
  );
}

function nameOf({ source }: Config): string {
  return source.path ?? source.variable ?? (source.kind === "default" ? "the default" : "what was given");
}

function sourceWords({ source }: Config): string {
  switch (source.kind) {
    case "file":
      return `${source.path} (${source.by === "default" ? "by default" : source.by})`;
    case "command_line":
      return "--config-value";
    case "environment":
      return `$${source.variable}`;
    case "default":
      return "default of the flow";
    default:
      return "nothing gave it a value";
  }
}
