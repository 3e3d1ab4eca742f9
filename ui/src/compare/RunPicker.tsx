import { type KeyboardEvent, type ReactElement, useId, useMemo, useState } from "react";
import type { Run } from "~/api/types";
import { Button } from "~/parts/Button";
import { TextInput } from "~/parts/Field";
import { Popover } from "~/parts/Popover";
import { StatusMark } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { duration } from "~/theme/format";
import css from "./RunPicker.module.css";
import { useRecentRuns } from "./useRecentRuns";

interface RunPickerProps {
  flow: string;
  /** Those that are not offered, `Flow/run`. */
  without: readonly string[];
  /** Offered first: the previous good run. */
  suggested: Run | undefined;
  /** What is chosen now. */
  value?: string;
  label?: string;
  onPick: (run: string) => void;
}

/** A button that opens a list of runs to choose from; any pathspec can be typed, too. */
export function RunPicker({ value, label = "Choose a run", ...rest }: RunPickerProps): ReactElement {
  return (
    <Popover
      trigger={
        <Button small icon={value ? "chevron-down" : "plus"}>
          <bdi>{value ?? label}</bdi>
        </Button>
      }
      label={label}
      className={css.panel}
      onOpen={(panel) => panel.querySelector("input")?.focus()}
    >
      {(close) => (
        <Choices
          {...rest}
          onPick={(run) => {
            close();
            rest.onPick(run);
          }}
        />
      )}
    </Popover>
  );
}

function Choices({
  flow,
  without,
  suggested,
  onPick,
}: Omit<RunPickerProps, "value" | "label">): ReactElement {
  const { data = [], isPending } = useRecentRuns(flow);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const offered = useMemo(() => choices(data, suggested, without, text), [data, suggested, without, text]);
  const typed = text.trim();
  const any = typed.includes("/") && !offered.some((run) => nameOf(run) === typed);
  const names = [...(any ? [typed] : []), ...offered.map(nameOf)];
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event, at, names.length);
    const name = names[at];
    if (next !== undefined) {
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && name !== undefined) {
      onPick(name);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        icon="search"
        role="combobox"
        aria-label="find a run"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={`${id}-${at}`}
        placeholder="Number, user, tag, or Flow/run"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Listbox
        id={id}
        at={at}
        typed={any ? typed : undefined}
        offered={offered}
        suggested={suggested}
        pending={isPending}
        onPick={onPick}
      />
    </>
  );
}

interface ListboxProps {
  id: string;
  /** Which is chosen. */
  at: number;
  /** A run that is typed as a whole. */
  typed: string | undefined;
  offered: Run[];
  suggested: Run | undefined;
  pending: boolean;
  onPick: (run: string) => void;
}

function Listbox({ id, at, typed, offered, suggested, pending, onPick }: ListboxProps): ReactElement {
  return (
    <div id={id} role="listbox" aria-label="runs" className={css.list}>
      {typed !== undefined && (
        <Option id={`${id}-0`} on={at === 0} onPick={() => onPick(typed)}>
          <bdi>{typed}</bdi>
        </Option>
      )}
      {offered.map((run, row) => {
        const place = row + (typed !== undefined ? 1 : 0);
        return (
          <Option
            key={nameOf(run)}
            id={`${id}-${place}`}
            on={at === place}
            onPick={() => onPick(nameOf(run))}
          >
            <RunLine run={run} good={run === suggested} />
          </Option>
        );
      })}
      {offered.length === 0 && typed === undefined && (
        <p className={css.none}>
          {pending ? "…" : "No run fits; a run of another flow is typed as Flow/run."}
        </p>
      )}
    </div>
  );
}

/** Where an arrow key leads; nothing of other keys. */
function moved(event: KeyboardEvent, at: number, count: number): number | undefined {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  return step && Math.min(Math.max(0, at + step), Math.max(0, count - 1));
}

function RunLine({ run, good }: { run: Run; good: boolean }): ReactElement {
  return (
    <>
      <StatusMark status={run.status} />
      <bdi className={css.name}>{run.run}</bdi>
      {good && <span className={css.good}>previous good run</span>}
      <span className={css.facts}>
        <bdi>{run.user}</bdi> · {duration(run.duration)} · <Time at={run.started_at} />
      </span>
    </>
  );
}

interface OptionProps {
  id: string;
  on: boolean;
  onPick: () => void;
  children: React.ReactNode;
}

function Option({ id, on, onPick, children }: OptionProps): ReactElement {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input beside it has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input
    <div id={id} role="option" aria-selected={on} className={css.option} onClick={onPick}>
      {children}
    </div>
  );
}

function nameOf(run: Run): string {
  return `${run.flow}/${run.run}`;
}

/** What fits what is typed, the suggested one first. */
function choices(runs: Run[], suggested: Run | undefined, without: readonly string[], text: string): Run[] {
  const words = text.toLowerCase().split(/\s+/);
  const fits = (run: Run) => {
    const all = [nameOf(run), run.user, run.status, ...run.tags].join("\n").toLowerCase();
    return !without.includes(nameOf(run)) && words.every((word) => all.includes(word));
  };
  const first = suggested ? [suggested] : [];
  return [...first, ...runs.filter((run) => nameOf(run) !== (suggested && nameOf(suggested)))].filter(fits);
}
