import type { ReactElement } from "react";
import { urlOf } from "~/api/client";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { useUrl } from "~/shell/url";
import { bytes } from "~/theme/format";
import css from "./CodeTab.module.css";
import { CodeView } from "./CodeView";
import { type Lines, writeLines } from "./search";
import { useFile } from "./useCode";

interface FilePaneProps {
  flow: string;
  run: string;
  name: string | undefined;
  lines: Lines | undefined;
  /** Why the lines of the step are not known. */
  problem: unknown;
}

/** One file: its text, to copy and to download. */
export function FilePane({ flow, run, name, lines, problem }: FilePaneProps): ReactElement {
  const { data, error, refetch } = useFile(flow, run, name);
  const [, setUrl] = useUrl();
  if (name === undefined) return <p className={css.none}>The package has no files.</p>;
  if (!data)
    return error ? (
      <ProblemNotice error={error} retry={() => void refetch()} />
    ) : (
      <Loading what={name} lines={8} />
    );
  const { text } = data;
  return (
    <section className={css.pane} aria-label="file">
      <header className={css.head}>
        <bdi className={css.path}>{name}</bdi>
        <span className={css.faint}>{bytes(data.size)}</span>
        <span className={css.actions}>
          {text != null && (
            <Copy text={lines ? part(text, lines) : text} label={lines ? "marked lines" : "file"} wide />
          )}
          <Button small icon="download" onClick={() => download(flow, run, name)}>
            Download
          </Button>
        </span>
      </header>
      {problem != null && <ProblemNotice error={problem} />}
      {data.cut && <p className={css.note}>Only the first 2 MB are shown.</p>}
      {text == null ? (
        <p className={css.none}>It is no text. You can download it.</p>
      ) : (
        <CodeView
          name={name}
          text={text}
          lines={lines}
          onLines={(next) => setUrl({ file: name, line: next && writeLines(next), step: undefined })}
        />
      )}
    </section>
  );
}

function part(text: string, { first, last }: Lines): string {
  return text
    .split("\n")
    .slice(first - 1, last)
    .join("\n");
}

/** All of it, as it is: what is shown may be cut, or be no text. */
function download(flow: string, run: string, name: string): void {
  const link = document.createElement("a");
  link.href = urlOf("/api/v1/flows/{flow}/runs/{run}/code/raw", { path: { flow, run }, query: { name } });
  link.download = "";
  link.click();
}
