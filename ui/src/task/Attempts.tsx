import type { ReactElement } from "react";
import type { AttemptDetail, TaskDetail } from "~/api/types";
import { useNow } from "~/parts/now";
import { StatusMark } from "~/parts/StatusBadge";
import { duration, moment } from "~/theme/format";
import css from "./Attempts.module.css";
import { type Stretch, stretches } from "./times";

export interface AttemptsProps {
  task: TaskDetail;
  chosen: number | undefined;
  onChoose: (attempt: number) => void;
}

/** The attempts of a task side by side on one axis of time. One alone is a bar; of more each is chosen by a tab. */
export function Attempts({ task, chosen, onChoose }: AttemptsProps): ReactElement | null {
  const now = useNow(task.status === "running" ? 1000 : 0);
  const all = stretches(task, now);
  const [from, to] = [all[0]?.from ?? 0, all.at(-1)?.to ?? 0];
  if (all.length === 0) return null;
  const span = Math.max(1, to - from);
  if (task.attempts.length === 1) {
    return (
      <div className={css.single}>
        <Bar all={all} from={from} span={span} />
      </div>
    );
  }
  return (
    <div className={css.attempts} role="tablist" aria-label="attempts" aria-orientation="vertical">
      {task.attempts.map((attempt) => {
        const own = all.filter((one) => one.attempt === attempt.attempt || leadsTo(one, attempt));
        return (
          <button
            key={attempt.attempt}
            type="button"
            role="tab"
            aria-selected={attempt.attempt === chosen}
            tabIndex={attempt.attempt === chosen ? 0 : -1}
            className={css.attempt}
            onClick={() => onChoose(attempt.attempt)}
            onKeyDown={(event) => onKey(event, task, attempt.attempt, onChoose)}
          >
            <StatusMark status={attempt.status} />
            <span className={css.name} data-tip={`attempt ${attempt.attempt} in pathspecs and commands`}>
              Attempt {attempt.attempt + 1}
            </span>
            <span className={css.took}>{duration(took(attempt, now))}</span>
            <Bar all={own} from={from} span={span} />
            <span className={css.reason}>
              <bdi>
                {attempt.failure ? `${attempt.failure.kind}: ${attempt.failure.message}` : attempt.status}
              </bdi>
            </span>
          </button>
        );
      })}
    </div>
  );
}

/** Waiting belongs to the attempt that was waited for. */
function leadsTo(one: Stretch, attempt: AttemptDetail): boolean {
  return one.attempt === undefined && one.to === attempt.started_at;
}

function took(attempt: AttemptDetail, now: number): number {
  return attempt.finished_at == null && attempt.status === "running"
    ? now - attempt.started_at
    : attempt.duration_us;
}

function onKey(
  event: React.KeyboardEvent,
  task: TaskDetail,
  attempt: number,
  onChoose: (attempt: number) => void,
): void {
  const at = task.attempts.findIndex((one) => one.attempt === attempt);
  const to = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: task.attempts.length - 1,
  }[event.key];
  const next = to === undefined ? undefined : task.attempts[to];
  if (!next) return;
  event.preventDefault();
  onChoose(next.attempt);
  const list = event.currentTarget.parentElement;
  requestAnimationFrame(() => list?.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
}

const WORDS = {
  waited: "waited for a worker",
  starting: "starting, before the step's code",
  ran: "at work",
  saving: "saving, after the step's code",
  between: "waited for the next attempt",
};

function Bar({ all, from, span }: { all: readonly Stretch[]; from: number; span: number }): ReactElement {
  const percent = (us: number) => `${(us / span) * 100}%`;
  return (
    <span className={css.bar} aria-hidden="true">
      {all.map((one) => (
        <span
          key={one.from}
          className={css.stretch}
          data-kind={one.kind}
          data-status={one.status}
          style={{ left: percent(one.from - from), width: `max(2px, ${percent(one.to - one.from)})` }}
          data-tip={`${WORDS[one.kind]}: ${duration(one.to - one.from)}  ·  ${moment(one.from, "clock", 3)} – ${moment(one.to, "clock", 3)}`}
        />
      ))}
    </span>
  );
}
