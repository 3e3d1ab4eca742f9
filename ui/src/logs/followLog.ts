import type { LogLines } from "~/api/types";
import { live } from "~/live";
import type { Stream } from "./params";
import type { LogOf } from "./useLog";

/** Has lines told as they are written, from one on, until `stop` is called or the attempt is over. */
export function followLog(
  of: LogOf,
  stream: Stream,
  from: number,
  told: (lines: LogLines) => void,
  ended: () => void,
): () => void {
  const { flow, run, attempt } = of;
  const topic = { view: "log", flow, run, task: Number(of.task), attempt, stream, from } as const;
  return live.watch(topic, (news) => {
    if (news.type === "log") told(news.log);
    else if (news.type === "log_end" || news.type === "gone") ended();
  });
}
