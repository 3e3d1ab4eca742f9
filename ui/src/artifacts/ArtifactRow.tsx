import type { ReactElement, ReactNode } from "react";
import type { Artifact } from "~/api/types";
import { Icon } from "~/parts/Icon";
import { bytes } from "~/theme/format";
import css from "./ArtifactRow.module.css";
import { HistogramBars } from "./Bars";
import { pictureOf } from "./Pictures";
import { asText, type Preview, previewOf, shortType } from "./preview";

export interface RowProps {
  artifact: Artifact;
  open: boolean;
  onOpen: () => void;
  /** Whose it is, where artifacts of many tasks are listed. */
  of?: ReactNode;
  /** The first row of its name, where many have it. */
  children?: ReactNode;
}

/** One artifact in a list: its name, what it looks like in a line, its type and size. It opens. */
export function ArtifactRow({ artifact, open, onOpen, of, children }: RowProps): ReactElement {
  const preview = previewOf(artifact.preview);
  return (
    <li className={css.item} data-artifact={artifact.name}>
      <div className={css.row} data-open={open || undefined}>
        <button type="button" className={css.head} aria-expanded={open} onClick={onOpen}>
          <Icon name={open ? "chevron-down" : "chevron-right"} size={13} />
          <bdi className={css.name} title={artifact.name}>
            {artifact.name}
          </bdi>
          <span className={css.look}>
            <Small preview={preview} />
            <bdi className={css.text} data-kind={preview?.kind}>
              {asText(preview)}
            </bdi>
          </span>
          <span className={css.type} title={artifact.type}>
            {shortType(artifact.type)}
          </span>
          <span className={css.size}>{bytes(artifact.size)}</span>
        </button>
        {of && <span className={css.of}>{of}</span>}
      </div>
      {open && children}
    </li>
  );
}

/** A small picture, where there is one. */
function Small({ preview }: { preview: Preview | undefined }): ReactElement | null {
  if (preview?.kind === "array" && preview.histogram) {
    return (
      <span className={css.small} aria-hidden="true">
        <HistogramBars of={preview.histogram} height={18} />
      </span>
    );
  }
  const src = preview?.kind === "image" || preview?.kind === "figure" ? pictureOf(preview) : undefined;
  return src ? <img className={css.thumb} src={src} alt="" /> : null;
}
