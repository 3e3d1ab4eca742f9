import { type KeyboardEvent, type ReactElement, type RefObject, useEffect, useState } from "react";
import { IconButton } from "~/parts/Button";
import { Segmented } from "~/parts/Field";
import { Icon } from "~/parts/Icon";
import { Menu, type MenuItem } from "~/parts/Menu";
import { count, plural } from "~/theme/format";
import css from "./LogBar.module.css";
import type { LogParams, Stream } from "./params";
import type { Searched } from "./useMatches";

const STREAMS: readonly (readonly [Stream, string])[] = [
  ["both", "Both"],
  ["stdout", "stdout"],
  ["stderr", "stderr"],
];

const PRESETS = [
  ["Errors", "\\b(error|exception|traceback|fatal|critical|panic)\\b"],
  ["Errors and warnings", "\\b(error|exception|traceback|fatal|critical|panic|warn(ing)?)\\b"],
] as const;

export interface BarProps {
  params: LogParams;
  searched: Searched;
  /** Which of the matches one is at, from 0. */
  at: number | undefined;
  input: RefObject<HTMLInputElement | null>;
  running: boolean;
  following: boolean;
  more: readonly MenuItem[];
  onChange: (changed: Partial<LogParams>) => void;
  onStep: (by: 1 | -1) => void;
  onFollow: (follow: boolean) => void;
  onLeave: () => void;
}

/** What one can do with a log: search, choose streams, times, wrapping; follow it; take it away. */
export function LogBar(props: BarProps): ReactElement {
  const { params, running, following, onChange, onFollow, more } = props;
  return (
    <div className={css.bar} role="toolbar" aria-label="log">
      <Segmented
        label="streams"
        options={STREAMS}
        value={params.stream}
        onChange={(stream) => onChange({ stream, lines: undefined })}
      />
      <Search {...props} />
      <span className={css.space} />
      <IconButton
        icon={running && following ? "pause" : "arrow-down"}
        label={
          running ? (following ? "following: stay here instead" : "follow what is written") : "to the end"
        }
        keys="f"
        pressed={running && following}
        onClick={() => onFollow(!(running && following))}
      />
      <Menu
        label="times"
        align="end"
        trigger={
          <IconButton icon="clock" label="times of lines" keys="t" pressed={params.times !== "none"} />
        }
        items={[
          { heading: "Times of lines" },
          { label: "None", checked: params.times === "none", onSelect: () => onChange({ times: "none" }) },
          {
            label: "Time of day",
            checked: params.times === "clock",
            onSelect: () => onChange({ times: "clock" }),
          },
          {
            label: "Since the attempt began",
            checked: params.times === "since",
            onSelect: () => onChange({ times: "since" }),
          },
        ]}
      />
      <IconButton
        icon="wrap"
        label="wrap long lines"
        keys="w"
        pressed={params.wrap}
        onClick={() => onChange({ wrap: !params.wrap })}
      />
      <Menu
        label="more"
        align="end"
        trigger={<IconButton icon="more" label="copy, download" />}
        items={more}
      />
    </div>
  );
}

function Search({ params, searched, at, input, onChange, onStep, onLeave }: BarProps): ReactElement {
  const [typed, setTyped] = useState(params.q);
  // Back and forward change it from outside.
  useEffect(() => setTyped(params.q), [params.q]);
  const change = (q: string) => {
    setTyped(q);
    onChange({ q, ...(q === "" && { only: false }) });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown") onStep(1);
    else if (event.key === "ArrowUp") onStep(-1);
    else if (event.key === "Escape") {
      if (typed !== "") change("");
      else onLeave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className={css.search}>
      <Icon name="search" size={14} />
      <input
        ref={input}
        type="text"
        className={css.input}
        value={typed}
        placeholder="Search the whole log"
        aria-label="search the whole log"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change(event.target.value)}
        onKeyDown={press}
      />
      <Counter searched={searched} at={at} asked={params.q !== ""} />
      <Toggle
        on={params.case}
        text="Aa"
        label="capital letters matter"
        set={(on) => onChange({ case: on })}
      />
      <Toggle on={params.regex} text=".*" label="regular expression" set={(on) => onChange({ regex: on })} />
      <IconButton
        small
        icon="chevron-up"
        label="match before"
        keys="⇧↵"
        disabled={params.q === ""}
        onClick={() => onStep(-1)}
      />
      <IconButton
        small
        icon="chevron-down"
        label="next match"
        keys="↵"
        disabled={params.q === ""}
        onClick={() => onStep(1)}
      />
      <IconButton
        small
        icon="filter"
        label="only lines that match"
        pressed={params.only}
        disabled={params.q === ""}
        onClick={() => onChange({ only: !params.only })}
      />
      <Menu
        label="looks for"
        align="end"
        trigger={<IconButton small icon="warning" label="find errors and warnings" />}
        items={PRESETS.map(([label, q]) => ({
          label,
          onSelect: () => onChange({ q, regex: true, case: false }),
        }))}
      />
    </search>
  );
}

function Toggle({
  on,
  text,
  label,
  set,
}: {
  on: boolean;
  text: string;
  label: string;
  set: (on: boolean) => void;
}): ReactElement {
  return (
    <button
      type="button"
      className={css.toggle}
      aria-pressed={on}
      aria-label={label}
      data-tip={label}
      onClick={() => set(!on)}
    >
      {text}
    </button>
  );
}

/** `3/217`: which match one is at, of how many. */
function Counter({
  searched,
  at,
  asked,
}: {
  searched: Searched;
  at: number | undefined;
  asked: boolean;
}): ReactElement | null {
  if (!asked) return null;
  const { matches, busy, error } = searched;
  if (error)
    return (
      <span className={css.counter} data-bad="true">
        !
      </span>
    );
  const shown = matches.lines.length;
  const of = matches.over ? matches.total : shown;
  const text =
    of === 0
      ? busy
        ? "…"
        : "none"
      : `${at === undefined ? "–" : count(at + 1)}/${count(of)}${busy ? "…" : ""}`;
  const tip =
    shown < of
      ? `${plural(of, "line")} match; the first ${count(shown)} can be gone through`
      : `${plural(of, "line")} match`;
  return (
    <output
      className={css.counter}
      data-bad={(!busy && of === 0) || undefined}
      data-tip={matches.complete ? tip : `${tip}; not all of the log could be looked at`}
    >
      {text}
      {!matches.complete && "+"}
    </output>
  );
}
