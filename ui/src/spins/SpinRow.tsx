import type { ReactElement } from "react";
import { StatusMark } from "~/parts/StatusBadge";
import { Duration, Time } from "~/parts/Time";
import css from "./Spins.module.css";
import { changesText, isEdited, type Spin, valueText } from "./words";

/** A spin in the list: how it went, how long it took, what it was given, what it changed. */
export function SpinRow({
  spin,
  before,
  chosen,
  onChoose,
}: {
  spin: Spin;
  /** The spin before it. */
  before: Spin | undefined;
  chosen: boolean;
  onChoose: () => void;
}): ReactElement {
  const { failure } = spin;
  const set = Object.entries(spin.set);
  return (
    <li>
      <button
        type="button"
        className={css.spin}
        aria-current={chosen ? "true" : undefined}
        onClick={onChoose}
      >
        <StatusMark status={spin.status} />
        <span className={css.what}>
          <bdi>
            {failure ? `${failure.kind}: ${failure.message}` : changesText(spin.changes) || spin.status}
          </bdi>
          {isEdited(spin, before) && (
            <span className={css.edited} data-tip="other code than the spin before">
              edited
            </span>
          )}
        </span>
        <span className={css.took}>
          {spin.status === "running" ? (
            <Duration from={spin.started_at} />
          ) : (
            <Duration us={spin.finished_at == null ? null : spin.finished_at - spin.started_at} />
          )}
        </span>
        <span className={css.given}>
          <Time at={spin.started_at} />
          {set.map(([name, value]) => (
            <code key={name}>
              {name}={valueText(value)}
            </code>
          ))}
          {spin.module && <code>{spin.module}</code>}
        </span>
      </button>
    </li>
  );
}
