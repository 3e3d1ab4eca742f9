import type { ReactElement } from "react";

/** A sentence of the server's: what stands between backticks is code. */
export function Said({ children }: { children: string }): ReactElement {
  const parts = children.split("`");
  return (
    <bdi>
      {parts.map((part, at) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
        at % 2 === 1 && at < parts.length - 1 ? <code key={at}>{part}</code> : part,
      )}
    </bdi>
  );
}
