export { type Connection, useConnection } from "./connection";
export { live } from "./live";
export type { LogNews, News, RunNews, RunsNews, TaskNews, Topic } from "./topic";
export { useLive } from "./useLive";
