import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { get, urlOf } from "~/api/client";
import type { Artifact, Schemas } from "~/api/types";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { copyText } from "~/parts/clipboard";
import { Menu, type MenuItem } from "~/parts/Menu";
import { ArtifactPlugins } from "~/plugins/ArtifactPlugins";
import { bytes, plural } from "~/theme/format";
import css from "./ArtifactDetail.module.css";
import { type ArtifactOf, cliOf, PARAMETERS, pathspecOf, pythonOf } from "./commands";
import { HistoryView } from "./History";
import { PreviewView } from "./PreviewView";
import { previewOf } from "./preview";

const ONE = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/artifacts/{name}";

/** One artifact: what it looks like, who made it, how it was in other runs, and how to have it. */
export function ArtifactDetail({ of, artifact }: { of: ArtifactOf; artifact: Artifact }): ReactElement {
  const { flow, run, task, attempt, name, step } = of;
  const { data } = useQuery({
    queryKey: ["artifact", flow, run, String(task), attempt, name, artifact.hash],
    queryFn: ({ signal }) => get(ONE, { path: { flow, run, task, name }, query: { attempt }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: step !== PARAMETERS,
  });
  const { data: uses } = useQuery({
    queryKey: ["uses", flow, run, String(task), attempt, name, artifact.hash],
    queryFn: ({ signal }) =>
      get(`${ONE}/uses`, { path: { flow, run, task, name }, query: { attempt }, signal }),
    enabled: step !== PARAMETERS,
  });
  const preview = previewOf(data?.preview ?? artifact.preview);
  const python = pythonOf(of);
  return (
    <div className={css.detail}>
      <ArtifactPlugins artifact={artifact} {...{ flow, run, step, attempt }} task={String(task)} />
      <PreviewView name={name} preview={preview} python={python} />
      <div className={css.about}>
        <dl className={css.facts}>
          <Fact name="type">
            <code>{artifact.type}</code>
          </Fact>
          <Fact name="size">
            {bytes(artifact.size)}
            {data && data.pieces.length > 1 && ` in ${plural(data.pieces.length, "piece")}`}
            <Places pieces={data?.pieces} />
          </Fact>
          <Fact name="hash">
            <code data-tip={artifact.hash}>{artifact.hash.slice(0, 12)}</code>{" "}
            <Copy text={artifact.hash} label="hash" />
          </Fact>
          <Fact name="saved as">{artifact.encoding}</Fact>
          {data && (
            <Fact name="made by">
              <Maker flow={flow} run={run} maker={data.made_by} self={String(task)} />
            </Fact>
          )}
          {uses && (
            <Fact name="used by">
              <Users flow={flow} run={run} uses={uses} />
            </Fact>
          )}
        </dl>
        <div className={css.take}>
          <Copy text={pathspecOf(of)} label="pathspec" wide />
          <Copy text={python} label="Python" wide />
          <Copy text={cliOf(of, preview?.kind)} label="command" wide />
          <Download of={of} kind={preview?.kind} encoding={artifact.encoding} />
        </div>
        <HistoryView of={of} hash={artifact.hash} />
      </div>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }): ReactElement {
  return (
    <div className={css.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Places({ pieces }: { pieces: Schemas["ArtifactPiece"][] | undefined }): ReactElement | null {
  const elsewhere = [...new Set(pieces?.map((piece) => piece.place).filter((place) => place !== "store"))];
  return elsewhere.length > 0 ? <> · {elsewhere.join(", ")}</> : null;
}

function Maker({
  flow,
  run,
  maker,
  self,
}: {
  flow: string;
  run: string;
  maker: Schemas["ArtifactMaker"];
  self: string;
}): ReactElement {
  if (maker.run === run && String(maker.task) === self) return <>this task</>;
  const params = { flow, run: maker.run, step: maker.step, task: String(maker.task) };
  return (
    <Link to="/$flow/$run/$step/$task" params={params}>
      {maker.run !== run && `${maker.run}/`}
      <bdi>{maker.step}</bdi>/{maker.task}
    </Link>
  );
}

/** The steps whose tasks got it; which of them read it nobody writes down. */
function Users({
  flow,
  run,
  uses,
}: {
  flow: string;
  run: string;
  uses: Schemas["ArtifactUses"];
}): ReactElement {
  if (uses.steps.length === 0) return <>no task after it</>;
  return (
    <>
      {uses.steps.map(({ step, tasks, first, kept, changed }, n) => (
        <span key={step} data-tip={usedWords(tasks, kept, changed)}>
          {n > 0 && ", "}
          <Link to="/$flow/$run/$step/$task" params={{ flow, run, step, task: String(first) }}>
            <bdi>{step}</bdi>
          </Link>
          {tasks > 1 && ` (${plural(tasks, "task")})`}
        </span>
      ))}
      {uses.cut && " …"}
    </>
  );
}

function usedWords(tasks: number, kept: number, changed: number): string {
  const whose = tasks === 1 ? "it" : "of them";
  if (changed > 0) return `${tasks === 1 ? whose : `${changed} ${whose}`} gave it another value`;
  if (kept > 0) return tasks === 1 ? "it carried it on" : `${kept} ${whose} carried it on`;
  return "not carried on";
}

function Download({
  of,
  kind,
  encoding,
}: {
  of: ArtifactOf;
  kind: string | undefined;
  encoding: string;
}): ReactElement {
  const { flow, run, task, attempt, name } = of;
  const at = (form: "pickle" | "raw" | "text" | "json") =>
    urlOf(`${ONE}/data` as never, { path: { flow, run, task, name }, query: { attempt, form } } as never);
  const save = (form: "pickle" | "raw" | "text" | "json") => {
    const link = document.createElement("a");
    link.href = at(form);
    link.download = "";
    link.click();
  };
  const pickle = encoding.startsWith("pickle");
  const items: MenuItem[] = [];
  if (pickle && kind === "text")
    items.push({ label: "As text", icon: "download", onSelect: () => save("text") });
  if (pickle && (kind === "scalar" || kind === "collection" || kind === "text"))
    items.push({ label: "As JSON", icon: "download", onSelect: () => save("json") });
  if (pickle) items.push({ label: "As a pickle", icon: "download", onSelect: () => save("pickle") });
  items.push({ label: "As it is kept", icon: "download", onSelect: () => save("raw") });
  items.push("line", {
    label: "Copy address",
    icon: "link",
    onSelect: () =>
      void copyText(new URL(at(pickle ? "pickle" : "raw"), window.location.href).href, "address"),
  });
  return (
    <Menu
      label="download"
      trigger={
        <Button small icon="download">
          Download
        </Button>
      }
      items={items}
    />
  );
}
