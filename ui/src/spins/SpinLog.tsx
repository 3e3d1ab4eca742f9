import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { get } from "~/api/client";
import { plainText } from "~/logs/ansi";
import { Copy } from "~/parts/Copy";
import { Panel } from "~/parts/Panel";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { Text } from "~/parts/Text";
import { count } from "~/theme/format";
import css from "./Spins.module.css";

const LAST = 1000;

/** What it printed: the end of it. */
export function SpinLog({
  flow,
  step,
  spin,
  status,
}: {
  flow: string;
  step: string;
  spin: string;
  status: string | undefined;
}): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: ["spin-log", flow, step, spin, status],
    queryFn: ({ signal }) =>
      get("/api/v1/spins/{flow}/{step}/{spin}/log", {
        path: { flow, step, spin },
        query: { from: -LAST, count: LAST },
        signal,
      }),
    refetchInterval: status === "running" ? 1000 : false,
    placeholderData: (before) => before,
  });
  const lines = data?.lines ?? [];
  const text = lines.map((line) => plainText(line.text)).join("\n");
  return (
    <Panel
      title="Log"
      count={
        data && data.total > LAST ? `the last ${count(LAST)} of ${count(data.total)} lines` : data?.total
      }
      actions={text && <Copy text={text} label="log" />}
    >
      {error ? (
        <ProblemNotice error={error} retry={() => void refetch()} />
      ) : lines.length === 0 ? (
        <p className={css.dim}>{data ? "It printed nothing." : "…"}</p>
      ) : (
        <Text height={420}>{text}</Text>
      )}
    </Panel>
  );
}
