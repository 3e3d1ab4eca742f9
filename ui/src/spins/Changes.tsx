import { type ReactElement, useState } from "react";
import type { Schemas } from "~/api/types";
import { ArtifactRow } from "~/artifacts/ArtifactRow";
import { PreviewView } from "~/artifacts/PreviewView";
import { asText, previewOf } from "~/artifacts/preview";
import { Panel } from "~/parts/Panel";
import css from "./Spins.module.css";
import { changesText, sideName } from "./words";

type One = Schemas["SpinArtifact"];

/** What it made, and how that differs from what it is compared with. */
export function Changes({ detail }: { detail: Schemas["SpinDetail"] }): ReactElement | null {
  const [opened, setOpened] = useState("");
  const { artifacts, spin, against, commands } = detail;
  if (!artifacts) return null;
  const python = commands.find((one) => one.name === "python")?.text ?? "";
  return (
    <Panel
      title={against == null ? "Artifacts" : `Artifacts, against ${sideName(against)}`}
      count={changesText(spin.changes)}
      flush
    >
      <ul aria-label="artifacts">
        {artifacts.map((artifact) => {
          const shown = artifact.now ?? artifact.was;
          if (!shown) return null;
          const open = opened === shown.name;
          return (
            <ArtifactRow
              key={shown.name}
              artifact={shown}
              open={open}
              onOpen={() => setOpened(open ? "" : shown.name)}
              of={<How artifact={artifact} />}
            >
              <Both artifact={artifact} python={`${python}\ntask[${JSON.stringify(shown.name)}].data`} />
            </ArtifactRow>
          );
        })}
      </ul>
    </Panel>
  );
}

/** `changed`, `new`, …; what it was, where a few words say that. */
function How({ artifact: { change, was } }: { artifact: One }): ReactElement {
  const before = change === "changed" ? asText(previewOf(was?.preview), 40) : "";
  return (
    <span className={css.how} data-change={change} data-tip={before ? `before: ${before}` : undefined}>
      {change}
    </span>
  );
}

function Both({ artifact: { now, was }, python }: { artifact: One; python: string }): ReactElement {
  return (
    <div className={css.both}>
      {was && (
        <section aria-label="before">
          <h3 className={css.title}>Before</h3>
          <PreviewView name={was.name} preview={previewOf(was.preview)} python={python} />
        </section>
      )}
      {now && (
        <section aria-label="now">
          {was && <h3 className={css.title}>Now</h3>}
          <PreviewView name={now.name} preview={previewOf(now.preview)} python={python} />
        </section>
      )}
    </div>
  );
}
