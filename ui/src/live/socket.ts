import { base } from "~/api/base";
import { ask, Problem, urlOf } from "~/api/client";
import { useConnection } from "./connection";

/** What the socket says, and what it wants to know. */
export interface Listener {
  /** It is open: everything watched is to be asked for (again). */
  opened: () => void;
  /** It is closed; it opens again by itself. */
  closed: () => void;
  /** A message of text, as JSON, or columns for a watch. */
  told: (message: Record<string, unknown> | { id: number; columns: ArrayBuffer }) => void;
  /** It does not open though the server answers: ask in other ways (`true`), or not any more. */
  blocked: (blocked: boolean) => void;
}

/** Waits between tries, milliseconds; the last for all after. */
const WAITS = [500, 1_000, 2_000, 3_000, 5_000, 8_000, 10_000];
/** A hint of life is asked for so often, and has to come as soon. */
const PING = 25_000;
const PONG = 10_000;
/** The socket is taken for blocked after so many tries while the server answers. */
const TRIES = 2;

/** The one WebSocket of a tab: kept open, opened again. */
export class Socket {
  #socket: WebSocket | undefined;
  #tries = 0;
  #timer = 0;
  #life = 0;
  #blocked = false;
  #started = false;

  constructor(private readonly listener: Listener) {}

  /** Opens it, if it is not. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    window.addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && useConnection.getState().state === "lost") this.retry();
    });
    this.#open();
  }

  /** Tries now, not later. */
  retry(): void {
    if (this.#socket) return;
    window.clearTimeout(this.#timer);
    this.#open();
  }

  /** Says something, if it is open. */
  say(message: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #open(): void {
    const { protocol, host } = window.location;
    const socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}${base}/api/v1/live`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let hello = false;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      window.clearTimeout(this.#life);
      this.#life = window.setTimeout(() => this.#ask(socket), PING);
      if (typeof data !== "string") {
        this.listener.told({ id: new DataView(data).getUint32(0, true), columns: data.slice(8) });
        return;
      }
      const message = JSON.parse(data) as Record<string, unknown>;
      if (message.type === "hello") {
        hello = true;
        this.#opened(String(message.version));
      } else if (message.type !== "pong") {
        this.listener.told(message);
      }
    };
    socket.onclose = () => {
      if (this.#socket === socket) void this.#closed(hello);
    };
  }

  // A connection that went away without a word (a laptop that slept) is found out by asking.
  #ask(socket: WebSocket): void {
    this.say({ type: "ping" });
    this.#life = window.setTimeout(() => {
      socket.onclose = null;
      socket.close();
      if (this.#socket === socket) void this.#closed(true);
    }, PONG);
  }

  #opened(version: string): void {
    this.#tries = 0;
    if (this.#blocked) this.listener.blocked(false);
    this.#blocked = false;
    useConnection.setState({ state: "live", version, retryAt: 0, since: 0 });
    this.listener.opened();
  }

  async #closed(wasOpen: boolean): Promise<void> {
    this.#socket = undefined;
    this.listener.closed();
    window.clearTimeout(this.#life);
    const wait = (WAITS[Math.min(this.#tries, WAITS.length - 1)] ?? 0) * (0.85 + Math.random() * 0.3);
    this.#tries += 1;
    // At once, and again without haste if that fails: a socket that was open is most often closed by a restart.
    const retryAt = Date.now() + wait;
    this.#timer = window.setTimeout(() => this.#open(), wait);
    if (!wasOpen && this.#tries >= TRIES && (await answers())) {
      if (!this.#blocked) this.listener.blocked(true);
      this.#blocked = true;
      useConnection.setState({ state: "polling", retryAt: 0, since: 0 });
      return;
    }
    if (this.#blocked) this.listener.blocked(false);
    this.#blocked = false;
    const { state, since } = useConnection.getState();
    useConnection.setState({ state: "lost", retryAt, since: state === "lost" ? since : Date.now() });
  }
}

/** Whether the server answers at all; it may say that it does not let us in. */
async function answers(): Promise<boolean> {
  try {
    await ask(urlOf("/api/v1/about"), "application/json", AbortSignal.timeout(4000));
    return true;
  } catch (error) {
    return error instanceof Problem && error.status > 0 && error.status < 500;
  }
}
