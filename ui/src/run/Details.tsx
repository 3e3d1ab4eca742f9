import type { ReactElement } from "react";
import type { RunBundle } from "~/api/types";
import { preview } from "~/config/preview";
import { useConfigs, useParameters } from "~/config/useSetup";
import { Chip } from "~/parts/Chip";
import { KeyValue } from "~/parts/KeyValue";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { Time } from "~/parts/Time";
import css from "./Details.module.css";
import { tabHref } from "./links";
import { RunLink } from "./RunLink";

/** What a run was started with, and where. */
export function Details({ bundle }: { bundle: RunBundle }): ReactElement {
  const { info, doc, state } = bundle;
  const text = (key: string) => {
    const value = (info as Record<string, unknown>)[key];
    return typeof value === "string" && value !== "" ? <bdi>{value}</bdi> : undefined;
  };
  const argv = (info as { argv?: unknown }).argv;
  const command = Array.isArray(argv) ? <code>{argv.join(" ")}</code> : undefined;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section id="run-details" className={css.details} aria-label="details" tabIndex={0}>
      {doc !== "" && (
        <p className={css.doc} dir="auto">
          {doc}
        </p>
      )}
      <Parameters flow={bundle.flow} run={bundle.run} />
      <div className={css.part}>
        <h2 className={css.heading}>Run</h2>
        <KeyValue
          rows={[
            ["Finished", state.finished_at != null ? <Time key="at" at={state.finished_at} /> : undefined],
            ["Command", command],
            ["Flow file", text("script")],
            ["Folder", text("cwd")],
            ["Machine", text("host")],
            ["Python", text("python")],
            ["Spinloom", text("spinloom")],
          ]}
        />
        <div className={css.chips}>
          {bundle.system_tags.map((tag) => (
            <Chip key={tag}>{tag}</Chip>
          ))}
        </div>
      </div>
    </section>
  );
}

function Parameters({ flow, run }: { flow: string; run: string }): ReactElement {
  const parameters = useParameters(flow, run);
  const configs = useConfigs(flow, run);
  if (parameters.error)
    return <ProblemNotice error={parameters.error} retry={() => void parameters.refetch()} />;
  if (!parameters.data) return <Loading what="parameters" />;
  const rows = parameters.data.parameters.map(
    (one) =>
      [
        one.name,
        <Value key={one.name} text={preview(one.value?.preview)} own={one.is_default === false} />,
      ] as const,
  );
  return (
    <>
      <div className={css.part}>
        <h2 className={css.heading}>Parameters</h2>
        {rows.length > 0 ? <KeyValue rows={rows} /> : <p className={css.none}>The flow has none.</p>}
      </div>
      {(configs.data?.configs.length ?? 0) > 0 && (
        <div className={css.part}>
          <h2 className={css.heading}>
            <RunLink href={tabHref(flow, run, "config")}>Configs</RunLink>
          </h2>
          <KeyValue
            rows={(configs.data?.configs ?? []).map((config) => {
              const set = config.leaves.filter((leaf) => leaf.overrides).map((leaf) => leaf.key);
              const words = `${config.leaves.length} values${set.length > 0 ? `, of them set: ${set.join(", ")}` : ""}`;
              return [config.name, <bdi key={config.name}>{words}</bdi>] as const;
            })}
          />
        </div>
      )}
    </>
  );
}

function Value({ text, own }: { text: string; own: boolean }): ReactElement {
  return (
    <span className={css.value}>
      <bdi>{text}</bdi>
      {own && <span className={css.own}>not the default</span>}
    </span>
  );
}
