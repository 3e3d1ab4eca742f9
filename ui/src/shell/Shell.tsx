import { type ErrorComponentProps, Link, Outlet } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useDenied } from "~/api/session";
import { Empty } from "~/parts/Empty";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { TooltipLayer } from "~/parts/Tooltip";
import { useKeyboard } from "./keys";

/** What is round every page. */
export function Shell(): ReactElement {
  useKeyboard();
  const denied = useDenied();
  return (
    <>
      <main>{denied ? <ProblemNotice error={denied} /> : <Outlet />}</main>
      <TooltipLayer />
    </>
  );
}

/** No page is at this address. */
export function NotFound(): ReactElement {
  return (
    <Empty title="No page is here" icon="search">
      <Link to="/">All runs</Link>
    </Empty>
  );
}

/** A page failed. */
export function PageProblem({ error, reset }: ErrorComponentProps): ReactElement {
  return <ProblemNotice error={error} retry={reset} />;
}
