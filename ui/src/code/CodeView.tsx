import {
  type MouseEvent,
  memo,
  type ReactElement,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import css from "./CodeView.module.css";
import { coloured, type Piece } from "./highlight";
import type { Lines } from "./search";

/** Lines that are laid out together: those of a chunk out of sight cost nothing. */
const CHUNK = 200;
const HEIGHT = 18;
/** A file of so many lines is there as a whole: then the browser can search it. */
const WHOLE = 3000;

interface CodeViewProps {
  name: string;
  text: string;
  lines: Lines | undefined;
  onLines: (lines: Lines | undefined) => void;
}

/** A file with numbered lines; a click on a number marks the line, with Shift all from the one before. */
export function CodeView({ name, text, lines, onLines }: CodeViewProps): ReactElement {
  const box = useRef<HTMLElement>(null);
  const [near, setNear] = useState(0);
  const all = useMemo(() => coloured(name, text), [name, text]);
  const chunks = useMemo(() => split(all), [all]);
  const first = lines?.first;
  useScroll(box, first, `${name}\n${text.length}`);
  const onClick = (event: MouseEvent) => {
    const number = Number(
      (event.target as HTMLElement).closest("[data-line]")?.getAttribute("data-line") ?? 0,
    );
    if (number === 0) return;
    if (event.shiftKey && lines) {
      onLines({ first: Math.min(lines.first, number), last: Math.max(lines.first, number) });
    } else {
      onLines(lines?.first === number && lines.last === number ? undefined : { first: number, last: number });
    }
  };
  const onScroll = () => {
    const place = box.current;
    if (place) setNear(Math.floor((place.scrollTop + place.clientHeight / 2) / (CHUNK * HEIGHT)));
  };
  const digits = String(all.length).length;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the numbers in it are buttons
    <section
      ref={box}
      className={css.code}
      aria-label={name}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      style={{ "--digits": `${digits}ch` } as React.CSSProperties}
      onClick={onClick}
      onScroll={onScroll}
    >
      {chunks.map((chunk, at) => (
        <Chunk
          // biome-ignore lint/suspicious/noArrayIndexKey: chunks of one file do not move
          key={at}
          from={at * CHUNK}
          lines={chunk}
          drawn={all.length <= WHOLE || Math.abs(at - near) <= 1}
          marked={within(lines, at * CHUNK, chunk.length)}
        />
      ))}
    </section>
  );
}

/** Shows the first marked line; another file begins at its top. */
function useScroll(box: RefObject<HTMLElement | null>, first: number | undefined, file: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file scrolls anew
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    if (first === undefined) {
      place.scrollTop = 0;
      return;
    }
    const top = (first - 1) * HEIGHT;
    const seen = top >= place.scrollTop && top < place.scrollTop + place.clientHeight - HEIGHT;
    if (!seen) place.scrollTop = Math.max(0, top - place.clientHeight / 4);
  }, [first, file]);
}

function split(all: Piece[][]): Piece[][][] {
  const chunks: Piece[][][] = [];
  for (let at = 0; at < all.length; at += CHUNK) chunks.push(all.slice(at, at + CHUNK));
  return chunks;
}

/** The part of what is marked that is in a chunk, as text: so that other chunks are not drawn again. */
function within(lines: Lines | undefined, from: number, count: number): string {
  if (!lines || lines.last <= from || lines.first > from + count) return "";
  return `${Math.max(lines.first, from + 1)}-${Math.min(lines.last, from + count)}`;
}

interface ChunkProps {
  from: number;
  lines: Piece[][];
  /** It is near what is seen. */
  drawn: boolean;
  marked: string;
}

const Chunk = memo(function Chunk(props: ChunkProps): ReactElement {
  const { from, lines, drawn, marked } = props;
  if (!drawn) return <div style={{ height: lines.length * HEIGHT }} />;
  const [first = 0, last = -1] = marked.split("-").map(Number);
  return (
    <pre className={css.chunk} style={{ containIntrinsicHeight: lines.length * HEIGHT }}>
      {lines.map((pieces, at) => {
        const number = from + at + 1;
        const on = marked !== "" && number >= first && number <= last;
        return (
          <div key={number} className={css.line} data-on={on ? "" : undefined}>
            <button
              type="button"
              className={css.number}
              data-line={number}
              tabIndex={on ? 0 : -1}
              aria-label={`line ${number}`}
            >
              {number}
            </button>
            <code className={css.text}>
              {pieces.map(([text, mark], piece) =>
                mark ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one line
                  <span key={piece} data-mark={mark}>
                    {text}
                  </span>
                ) : (
                  text
                ),
              )}
            </code>
          </div>
        );
      })}
    </pre>
  );
});
