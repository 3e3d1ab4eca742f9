import { type ReactElement, useState } from "react";
import { Icon } from "~/parts/Icon";
import { count } from "~/theme/format";
import { asText, type Named, type Preview, shortType } from "./preview";
import css from "./TreeView.module.css";

interface Branch {
  /** How it is called where it stands; a key that is no text is shown as it is. */
  readonly name: string;
  readonly value: Preview;
}

/** What stands in a value, to be opened level by level. */
export function TreeView({ preview, label }: { preview: Preview; label: string }): ReactElement {
  const branches = branchesOf(preview);
  return (
    <ul className={css.tree} aria-label={label}>
      {branches.map((branch, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
        <Node key={at} branch={branch} open={branches.length <= 8} />
      ))}
      <More preview={preview} shown={branches.length} />
    </ul>
  );
}

function Node({ branch, open: first }: { branch: Branch; open: boolean }): ReactElement {
  const [open, setOpen] = useState(first);
  const { name, value } = branch;
  const inside = branchesOf(value);
  const head = (
    <>
      <bdi className={css.name}>{name}</bdi>
      {(!open || inside.length === 0) && (
        <bdi className={css.value} data-kind={value.kind} data-type={value.type}>
          {value.kind === "text" && value.text !== undefined
            ? `'${asText(value)}'`
            : asText(value) || shortType(value.type)}
        </bdi>
      )}
      <span className={css.type}>{shortType(value.type)}</span>
    </>
  );
  if (inside.length === 0) return <li className={css.leaf}>{head}</li>;
  return (
    <li>
      <button type="button" className={css.branch} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "chevron-down" : "chevron-right"} size={12} />
        {head}
      </button>
      {open && (
        <ul className={css.inside}>
          {inside.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
            <Node key={at} branch={one} open={false} />
          ))}
          <More preview={value} shown={inside.length} />
        </ul>
      )}
    </li>
  );
}

function More({ preview, shown }: { preview: Preview; shown: number }): ReactElement | null {
  const length = preview.kind === "collection" ? preview.length : shown;
  return length > shown && shown > 0 ? <li className={css.more}>… {count(length - shown)} more</li> : null;
}

function branchesOf(preview: Preview): Branch[] {
  const named = (pairs: Named | undefined) => (pairs ?? []).map(([name, value]) => ({ name, value }));
  if (preview.kind === "object") return named(preview.fields);
  if (preview.kind === "model") return [...named(preview.parameters), ...named(preview.fitted)];
  if (preview.kind !== "collection") return [];
  if (preview.entries) return preview.entries.map(([key, value]) => ({ name: asText(key), value }));
  return (preview.items ?? []).map((value, at) => ({ name: String(at), value }));
}
