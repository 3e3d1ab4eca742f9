import { type ReactElement, useMemo, useState } from "react";
import type { Schemas, ShapeStep } from "~/api/types";
import { Icon } from "~/parts/Icon";
import { bytes } from "~/theme/format";
import css from "./CodeTab.module.css";
import { fileRows } from "./tree";

interface FilesProps {
  files: Schemas["CodeFile"][];
  script: string | undefined;
  steps: ShapeStep[];
  file: string | undefined;
  step: string | undefined;
  onFile: (name: string) => void;
  onStep: (step: string) => void;
}

/** The files as a tree, and the steps, which lead to their lines. */
export function Files({ files, script, steps, file, step, onFile, onStep }: FilesProps): ReactElement {
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(
    () =>
      fileRows(
        files.map((one) => one.name),
        shut,
      ),
    [files, shut],
  );
  const sizes = useMemo(() => new Map(files.map((one) => [one.name, one.size])), [files]);
  const turn = (name: string) => {
    const next = new Set(shut);
    if (!next.delete(name)) next.add(name);
    setShut(next);
  };
  const known = steps.filter((shape) => shape.file !== "");
  return (
    <nav className={css.side} aria-label="files and steps">
      <h2 className={css.heading}>Files</h2>
      <ul className={css.list}>
        {rows.map((row) => (
          <li key={row.name}>
            <button
              type="button"
              className={css.item}
              style={{ paddingInlineStart: 8 + row.depth * 14 }}
              aria-current={row.name === file ? "true" : undefined}
              aria-expanded={row.folder ? !shut.has(row.name) : undefined}
              onClick={() => (row.folder ? turn(row.name) : onFile(row.name))}
            >
              <Icon
                name={
                  row.folder
                    ? shut.has(row.name)
                      ? "chevron-right"
                      : "chevron-down"
                    : row.name === script
                      ? "flow"
                      : "log"
                }
                size={13}
              />
              <bdi className={css.label}>{row.label}</bdi>
              {!row.folder && <span className={css.size}>{bytes(sizes.get(row.name) ?? 0)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {known.length > 0 && <Steps steps={known} step={step} onStep={onStep} />}
    </nav>
  );
}

function Steps({ steps, step, onStep }: Pick<FilesProps, "steps" | "step" | "onStep">): ReactElement {
  return (
    <>
      <h2 className={css.heading}>Steps</h2>
      <ul className={css.list}>
        {steps.map((shape) => (
          <li key={shape.step}>
            <button
              type="button"
              className={css.item}
              aria-current={shape.step === step ? "true" : undefined}
              onClick={() => onStep(shape.step)}
            >
              <Icon name="dag" size={13} />
              <bdi className={css.label}>{shape.step}</bdi>
              <span className={css.size}>{shape.line}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
