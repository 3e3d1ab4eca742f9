import type { ReactElement } from "react";
import css from "./cells.module.css";

/** At most so many tags are made; more do not fit any screen. */
const MOST = 12;

/** Tags; pressing one looks for runs that have it. */
export function TagsCell({
  tags,
  onTag,
}: {
  tags: readonly string[];
  onTag: (tag: string) => void;
}): ReactElement | null {
  if (tags.length === 0) return null;
  return (
    <span className={css.tags} title={tags.join("\n")}>
      {tags.slice(0, MOST).map((tag) => (
        <button key={tag} type="button" className={css.tag} tabIndex={-1} onClick={() => onTag(tag)}>
          <bdi>{tag}</bdi>
        </button>
      ))}
    </span>
  );
}
