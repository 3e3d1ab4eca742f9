import { Link } from "@tanstack/react-router";
import { type ReactElement, type ReactNode, useState } from "react";
import type { Schemas } from "~/api/types";
import { Button, IconButton } from "~/parts/Button";
import { Duration } from "~/parts/Duration";
import { StatusBadge, StatusMark } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { count, plural } from "~/theme/format";
import type { GroupBy } from "../search";
import css from "./Groups.module.css";
import { Outcomes } from "./Outcomes";
import { Sparkline } from "./Sparkline";

type Group = Schemas["RunGroup"];
/** So many of its runs are shown when a group is opened. */
const NEWEST = 8;

interface Props {
  by: GroupBy;
  group: Group;
  most: number;
  onGroup: () => void;
  onOpen: (run: { flow: string; run: string }) => void;
}

function titleOf(by: GroupBy, name: string): ReactNode {
  if (by === "status") return <StatusBadge status={name} />;
  if (by !== "day") return <bdi>{name === "" ? "none" : name}</bdi>;
  const day = new Date(`${name}T12:00:00`);
  return `${day.toLocaleDateString("en", { weekday: "short" })} ${name}`;
}

/** A group of runs in one line; opened, with its newest runs. */
export function GroupRow({ by, group, most, onGroup, onOpen }: Props): ReactElement {
  const [open, setOpen] = useState(false);
  const last = group.newest[0];
  const name = group.name === "" ? "none" : group.name;
  return (
    <li className={css.group}>
      <div className={css.line}>
        <IconButton
          small
          icon={open ? "chevron-down" : "chevron-right"}
          label={`${open ? "Hide" : "Show"} the newest runs of ${name}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        <button type="button" className={css.name} title={name} onClick={onGroup}>
          {titleOf(by, group.name)}
        </button>
        <span className={css.count}>{plural(group.count, "run")}</span>
        <Outcomes by={group.by_status} count={group.count} most={most} />
        <span className={css.spark}>
          <Sparkline dots={group.newest} onOpen={onOpen} />
        </span>
        <span className={css.last}>
          {last && (
            <>
              <StatusMark status={last.status} /> <Time at={last.started_at} />
            </>
          )}
        </span>
      </div>
      {open && (
        <div className={css.newest}>
          {group.newest.slice(0, NEWEST).map((run) => (
            <Link
              key={`${run.flow}/${run.run}`}
              className={css.run}
              to="/$flow/$run"
              params={{ flow: run.flow, run: run.run }}
            >
              <StatusMark status={run.status} />
              <bdi>
                {by === "flow" ? "" : `${run.flow}/`}
                {run.run}
              </bdi>
              <Time at={run.started_at} />
              {run.status === "running" ? <Duration from={run.started_at} /> : <Duration us={run.duration} />}
            </Link>
          ))}
          <Button small look="plain" icon="arrow-right" onClick={onGroup}>
            {group.count === 1 ? "Show it in the list" : `Show all ${count(group.count)} in the list`}
          </Button>
        </div>
      )}
    </li>
  );
}
