import type { ReactElement } from "react";
import { Copy } from "~/parts/Copy";
import { Text } from "~/parts/Text";
import { count, plural } from "~/theme/format";
import { ArrayView } from "./ArrayView";
import { FigureView, ImageView } from "./Pictures";
import css from "./PreviewView.module.css";
import { type Model, type Preview, plain, scalarText, type TextPreview } from "./preview";
import { TableView } from "./TableView";
import { TreeView } from "./TreeView";

export interface PreviewProps {
  name: string;
  preview: Preview | undefined;
  /** How Python loads it. */
  python: string;
}

/** What an artifact looks like, by its kind. It is what the task noted; nothing is loaded, nothing in it is run. */
export function PreviewView({ name, preview, python }: PreviewProps): ReactElement {
  if (!preview) return <Unknown python={python} />;
  switch (preview.kind) {
    case "scalar":
      return (
        <p className={css.scalar}>
          <bdi>{scalarText(preview)}</bdi> <Copy text={scalarText(preview)} label="value" />
        </p>
      );
    case "text":
      return <TextView text={preview} />;
    case "array":
      return <ArrayView array={preview} />;
    case "table":
      return <TableView table={preview} />;
    case "image":
      return <ImageView image={preview} name={name} />;
    case "figure":
      return <FigureView figure={preview} name={name} python={python} />;
    case "model":
      return <ModelView model={preview} />;
    case "object":
      if (!preview.fields)
        return preview.text === undefined ? (
          <Unknown python={python} />
        ) : (
          <Text height={360}>{preview.text}</Text>
        );
  }
  return (
    <div className={css.tree}>
      <TreeView preview={preview} label={name} />
      <Copy text={() => JSON.stringify(plain(preview), null, 2)} label="JSON" wide />
    </div>
  );
}

function Unknown({ python }: { python: string }): ReactElement {
  return (
    <p className={css.note}>
      Nobody noted what it looks like, and it is not loaded to find out. In a notebook:{" "}
      <code>{python.split("\n").at(-1)}</code> <Copy text={python} label="Python" />
    </p>
  );
}

function TextView({ text: { text, hex, length } }: { text: TextPreview }): ReactElement {
  if (text === undefined) {
    const pairs = (hex ?? "").match(/../g) ?? [];
    return (
      <>
        <pre className={css.hex}>{pairs.join(" ")}</pre>
        <p className={css.note}>
          {length === undefined ? "bytes" : plural(length, "byte")}
          {length !== undefined && length > pairs.length && `, the first ${count(pairs.length)}`}
        </p>
      </>
    );
  }
  const shown = [...text].length;
  return (
    <>
      <Text height={360}>{text}</Text>
      {length !== undefined && length > shown && (
        <p className={css.note}>
          the first {count(shown)} of {plural(length, "letter")}; download it to see all
        </p>
      )}
    </>
  );
}

function ModelView({ model }: { model: Model }): ReactElement {
  const { parameters = [], fitted = [], numbers } = model;
  return (
    <div className={css.model}>
      {parameters.length > 0 && (
        <section>
          <h2 className={css.heading}>What it was told</h2>
          <TreeView preview={{ kind: "model", type: model.type, parameters }} label="parameters" />
        </section>
      )}
      {fitted.length > 0 && (
        <section>
          <h2 className={css.heading}>
            What it learnt
            {numbers !== undefined && <span className={css.note}> · {plural(numbers, "number")}</span>}
          </h2>
          <TreeView preview={{ kind: "model", type: model.type, fitted }} label="what it learnt" />
        </section>
      )}
    </div>
  );
}
