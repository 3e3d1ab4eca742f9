import { create } from "zustand";

/** How we are connected to the server. */
export interface Connection {
  /**
   * `connecting` for the first time; `live`: what changes is told at once; `polling`: the socket does not come through, so it is asked for
   * every few seconds; `lost`: the server cannot be reached.
   */
  state: "connecting" | "live" | "polling" | "lost";
  /** When the next try is made, in milliseconds since the epoch, while it is lost. */
  retryAt: number;
  /** Since when it is lost. */
  since: number;
  /** The server's version, once it has said it. */
  version: string;
}

/** The state of the connection: `useConnection((connection) => connection.state)`. */
export const useConnection = create<Connection>(() => ({
  state: "connecting",
  retryAt: 0,
  since: 0,
  version: "",
}));
