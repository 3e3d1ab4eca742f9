import { skipToken, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactElement } from "react";
import type { TaskDetail } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { Icon } from "~/parts/Icon";
import css from "./Crumbs.module.css";
import { pathspecOf } from "./place";
import { usePlace } from "./usePlace";

/** What the task's item of a foreach is called, once its page knows; nothing is asked for here. */
function Item({ of }: { of: readonly string[] }): ReactElement | null {
  const { data } = useQuery<TaskDetail>({ queryKey: of, queryFn: skipToken });
  const label = data?.foreach.at(-1)?.label;
  return label ? <bdi className={css.item}>{label}</bdi> : null;
}

/** Where one is, each part a way back; and its pathspec to copy. */
export function Crumbs(): ReactElement | null {
  const { flow, run, step, task } = usePlace();
  if (flow === undefined) return null;
  const crumbs = [
    <Link key="flow" to="/$flow" params={{ flow }} activeOptions={{ exact: true, includeSearch: false }}>
      <bdi>{flow}</bdi>
    </Link>,
  ];
  if (run === undefined && step !== undefined) {
    // A step of no run has spins.
    crumbs.unshift(
      <Link key="spins" to="/spins">
        Spins
      </Link>,
    );
    crumbs.push(
      <span key="step" aria-current="page">
        <bdi>{step}</bdi>
      </span>,
    );
  }
  if (run !== undefined) {
    crumbs.push(
      <Link key="run" to="/$flow/$run/view/$tab" params={{ flow, run, tab: "timeline" }}>
        <bdi>{run}</bdi>
      </Link>,
    );
  }
  if (run !== undefined && step !== undefined) {
    crumbs.push(
      <Link
        key="step"
        to="/$flow/$run/view/$tab"
        params={{ flow, run, tab: "timeline" }}
        search={{ steps: step } as never}
      >
        <bdi>{step}</bdi>
      </Link>,
    );
  }
  if (task !== undefined) {
    crumbs.push(
      <span key="task" aria-current="page">
        <bdi>{task}</bdi>
        {run !== undefined && <Item of={["task", flow, run, task]} />}
      </span>,
    );
  }
  return (
    <nav className={css.crumbs} aria-label="Where this is">
      <ol>
        {crumbs.map((crumb) => (
          <Fragment key={crumb.key}>
            <li className={css.between} aria-hidden="true">
              <Icon name="chevron-right" size={12} />
            </li>
            <li className={css.crumb}>{crumb}</li>
          </Fragment>
        ))}
      </ol>
      <Copy
        text={() => pathspecOf({ flow, ...(run && { run }), ...(step && { step }), ...(task && { task }) })}
        label="pathspec"
      />
    </nav>
  );
}
