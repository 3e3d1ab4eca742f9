import type { ReactElement } from "react";
import type { RunBundle } from "~/api/types";
import { Button } from "~/parts/Button";
import { StatusBadge } from "~/parts/StatusBadge";
import { PluginLinks } from "~/plugins/links/PluginLinks";
import { PluginSlot } from "~/plugins/PluginSlot";
import { one, useUrl } from "~/shell/url";
import { CopyMenu } from "./CopyMenu";
import { Details } from "./Details";
import { Facts } from "./Facts";
import { flowHref } from "./links";
import { ProgressStrip } from "./ProgressStrip";
import css from "./RunHeader.module.css";
import { RunLink } from "./RunLink";
import { Said } from "./Said";
import { WhyButton } from "./WhyButton";

/** How a run is, at one look; the rest on demand. */
export function RunHeader({ bundle }: { bundle: RunBundle }): ReactElement {
  const [url, setUrl] = useUrl();
  const open = one(url, "details") === "1";
  const { flow, run, state } = bundle;
  return (
    <header className={css.header}>
      <div className={css.first}>
        <h1 className={css.title}>
          <RunLink href={flowHref(flow)} className={css.flow}>
            <bdi>{flow}</bdi>
          </RunLink>
          <span className={css.slash}>/</span>
          <bdi className={css.run}>{run}</bdi>
        </h1>
        <StatusBadge turning status={state.status} />
        <p className={css.reason} data-tip={state.reason}>
          <Said>{state.reason}</Said>
        </p>
        <div className={css.actions}>
          <WhyButton flow={flow} run={run} seq={state.seq} />
          <CopyMenu bundle={bundle} />
          <Button
            small
            icon={open ? "chevron-up" : "chevron-down"}
            aria-expanded={open}
            aria-controls="run-details"
            onClick={() => setUrl({ details: open ? undefined : "1" })}
          >
            Details
          </Button>
        </div>
      </div>
      <Facts bundle={bundle} />
      <PluginLinks bundle={bundle} />
      {state.status !== "done" && <ProgressStrip bundle={bundle} />}
      {open && <Details bundle={bundle} />}
      <PluginSlot slot="run-header" flow={flow} run={run} />
    </header>
  );
}
