import { type CSSProperties, type MouseEvent, memo, type ReactElement } from "react";
import type { LogLine } from "~/api/types";
import { Icon } from "~/parts/Icon";
import { count, duration, moment, plural } from "~/theme/format";
import { type Look, paletteColour } from "./ansi";
import type { Group } from "./folds";
import css from "./LogLines.module.css";
import type { Times } from "./params";
import { type Piece, piecesOf } from "./pieces";
import { type Match, rangesIn } from "./searching";

/** Letters of a line that are shown unless one asks for more: laying out millions of them takes a while. */
const LONGEST = 6000;
const ENDS = /^\s*::endgroup::/;

export interface RowProps {
  number: number;
  line: LogLine | undefined;
  match: Match | undefined;
  /** It is the match one is at. */
  current: boolean;
  selected: boolean;
  group: Group | undefined;
  folded: boolean;
  times: Times;
  startedAt: number;
  digits: number;
}

/** One line of a log. What it says is text: nothing in it is run. */
export const LogRow = memo(function LogRow(props: RowProps): ReactElement {
  const { number, line, match, current, selected, group, folded, times, startedAt, digits } = props;
  const label = count(number + 1);
  return (
    <div
      className={css.row}
      data-line={number}
      data-stream={line?.stream}
      data-selected={selected || undefined}
      data-current={current || undefined}
      data-match={match ? true : undefined}
    >
      <span className={css.gutter}>
        <a
          className={css.number}
          href={`?line=${number + 1}`}
          style={{ width: `${digits + 1}ch` }}
          tabIndex={-1}
          aria-label={`line ${label}`}
        >
          {number + 1}
        </a>
        {line?.stream === "stderr" && (
          <span className={css.error} role="img" aria-label="standard error" data-tip="standard error" />
        )}
      </span>
      {times !== "none" && <span className={css.time}>{line ? timeOf(line.at, times, startedAt) : ""}</span>}
      {line ? (
        <Line line={line} match={match} group={group} folded={folded} number={number} />
      ) : (
        <span className={css.missing} />
      )}
    </div>
  );
});

function timeOf(at: number, times: Times, startedAt: number): string {
  return times === "clock" ? moment(at, "clock", 3) : `+${duration(Math.max(0, at - startedAt))}`;
}

function Line({
  line,
  match,
  group,
  folded,
  number,
}: Pick<RowProps, "match" | "group" | "folded" | "number"> & { line: LogLine }): ReactElement {
  if (group) return <Heading group={group} folded={folded} number={number} />;
  const long = line.text.length > LONGEST;
  const shown = long ? line.text.slice(0, LONGEST) : line.text;
  return (
    <span className={css.text} dir="auto" data-end={ENDS.test(line.text) || undefined}>
      {piecesOf(shown, rangesIn(shown, match)).map((piece, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line do not move
        <Shown key={at} piece={piece} />
      ))}
      {(long || line.cut) && (
        <span className={css.note} data-tip="download the log to see all of it">
          … cut here
        </span>
      )}
      {line.overwritten ? (
        <span
          className={css.note}
          data-tip={`A progress bar: it was overwritten ${plural(line.overwritten, "time")}. This is its last state.`}
        >
          ↻ {count(line.overwritten)}
        </span>
      ) : null}
      {line.open && <span className={css.caret} role="img" aria-label="being written" />}
    </span>
  );
}

function Heading({ group, folded, number }: { group: Group; folded: boolean; number: number }): ReactElement {
  const inside = group.end === undefined ? undefined : Math.max(0, group.end - group.line - 2);
  return (
    <button type="button" className={css.group} data-fold={number} aria-expanded={!folded}>
      <Icon name={folded ? "chevron-right" : "chevron-down"} size={12} />
      <bdi>{group.name || "Group"}</bdi>
      {folded && inside !== undefined && <span className={css.note}>{plural(inside, "line")}</span>}
    </button>
  );
}

function Shown({ piece }: { piece: Piece }): ReactElement | string {
  const { text, look, marked, href } = piece;
  const plain = Object.keys(look).length === 0;
  if (plain && !marked && !href) return text;
  const inside = marked ? <mark className={css.mark}>{text}</mark> : text;
  const looks = plain ? {} : { className: css.look, ...attributes(look), style: colours(look) };
  return href ? (
    <a href={href} target="_blank" rel="noopener noreferrer" {...looks} className={css.link}>
      {inside}
    </a>
  ) : (
    <span {...looks}>{inside}</span>
  );
}

/** The first sixteen colours are the theme's, and so are letters of other kinds. */
function attributes(look: Look): Record<string, unknown> {
  const [fg, bg] = look.inverse ? [look.bg ?? "bg", look.fg ?? "text"] : [look.fg, look.bg];
  const named = (colour: number | string | undefined) =>
    (typeof colour === "number" && colour < 16) || colour === "bg" || colour === "text" ? colour : undefined;
  const kinds = (["bold", "dim", "italic", "underline", "strike"] as const).filter((kind) => look[kind]);
  return {
    "data-fg": named(fg),
    "data-bg": named(bg),
    "data-look": kinds.length > 0 ? kinds.join(" ") : undefined,
  };
}

function colours(look: Look): CSSProperties | undefined {
  const [fg, bg] = look.inverse ? [look.bg, look.fg] : [look.fg, look.bg];
  const own = (colour: number | string | undefined) =>
    typeof colour === "string"
      ? colour
      : typeof colour === "number" && colour > 15
        ? paletteColour(colour)
        : undefined;
  const [color, backgroundColor] = [own(fg), own(bg)];
  if (!color && !backgroundColor) return undefined;
  return { ...(color && { color }), ...(backgroundColor && { backgroundColor }) };
}

/** The line that was clicked on, and how: its number, or the heading of its group. */
export function clicked(event: MouseEvent): { line: number; fold: boolean } | undefined {
  const on = event.target instanceof Element ? event.target : undefined;
  const fold = on?.closest<HTMLElement>("[data-fold]");
  if (fold) return { line: Number(fold.dataset.fold), fold: true };
  const number = on?.closest(`.${css.number}`)?.closest<HTMLElement>("[data-line]");
  return number ? { line: Number(number.dataset.line), fold: false } : undefined;
}
