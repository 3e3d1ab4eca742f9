import { one, type Search } from "~/shell/url";
import { read, type View } from "./view";

/** What of the DAG tab is in the address. */
export interface DagSearch {
  /** As a list instead of a drawing. */
  list: boolean;
  /** With the critical path. */
  path: boolean;
  /** What part is seen. */
  view: View | undefined;
}

/** From the search parameters: `?as=list&path=1&at=x_y_k`. */
export function parse(search: Search): DagSearch {
  return {
    list: one(search, "as") === "list",
    path: one(search, "path") === "1",
    view: read(one(search, "at")),
  };
}
