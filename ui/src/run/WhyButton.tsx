import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { get } from "~/api/client";
import { Button } from "~/parts/Button";
import { KeyValue } from "~/parts/KeyValue";
import { Loading } from "~/parts/Loading";
import { Popover } from "~/parts/Popover";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { Time } from "~/parts/Time";
import { duration } from "~/theme/format";
import { taskHref } from "./links";
import { RunLink } from "./RunLink";
import { Said } from "./Said";
import css from "./WhyButton.module.css";

interface WhyProps {
  flow: string;
  run: string;
  /** It is asked again when this changes. */
  seq: number;
}

/** Why a run is in its state: the facts behind the sentence. */
export function WhyButton(props: WhyProps): ReactElement {
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      trigger={
        <Button small icon="help">
          Why?
        </Button>
      }
      label="why it is in this state"
      align="end"
      onOpen={(panel) => {
        setOpened(true);
        panel.focus();
      }}
    >
      <div className={css.why}>{opened && <Why {...props} />}</div>
    </Popover>
  );
}

function Why({ flow, run, seq }: WhyProps): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: ["why", flow, run, seq],
    queryFn: ({ signal }) => get("/api/v1/flows/{flow}/runs/{run}/why", { path: { flow, run }, signal }),
    placeholderData: (before) => before,
  });
  if (!data)
    return error ? <ProblemNotice error={error} retry={() => void refetch()} /> : <Loading what="why" />;
  const { last_event: last, longest, failed } = data;
  const [, , step, task] = failed?.split("/") ?? [];
  return (
    <>
      <p className={css.sentence}>
        <Said>{data.sentence}</Said>
      </p>
      <KeyValue
        rows={[
          ["Driver", driver(data.host, data.pid)],
          ["Last heard of", `${duration(data.heartbeat_age_us)} ago`],
          [
            "Last event",
            last ? (
              <>
                <RunLink href={taskHref(flow, run, last.step, last.task, { attempt: last.attempt })}>
                  <bdi>{`${last.step}/${last.task}`}</bdi>
                </RunLink>{" "}
                {last.what} <Time at={last.at} />
              </>
            ) : undefined,
          ],
          ["At work", `${data.running} tasks, ${data.queued} queued`],
          [
            "For longest",
            longest ? (
              <>
                <RunLink href={taskHref(flow, run, longest.step, longest.task)}>
                  <bdi>{`${longest.step}/${longest.task}`}</bdi>
                </RunLink>
                , {duration(longest.took_us)}
                {longest.usual_us != null && ` (usually ${duration(longest.usual_us)})`}
              </>
            ) : undefined,
          ],
          [
            "Failed first",
            step && task ? (
              <RunLink key={failed} href={taskHref(flow, run, step, task)}>
                <bdi>{`${step}/${task}`}</bdi>
              </RunLink>
            ) : undefined,
          ],
          ["Exit", exit(data.failure)],
        ]}
      />
    </>
  );
}

function driver(host: string | null | undefined, pid: number | null | undefined): string | undefined {
  const parts = [host, pid != null ? `process ${pid}` : undefined].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : undefined;
}

type Failure =
  | { exit_code?: number | null; signal?: number | null; out_of_memory: boolean }
  | null
  | undefined;

function exit(failure: Failure): string | undefined {
  if (!failure) return undefined;
  if (failure.out_of_memory) return "out of memory";
  if (failure.signal != null) return `killed by signal ${failure.signal}`;
  return failure.exit_code != null ? `exit code ${failure.exit_code}` : undefined;
}
