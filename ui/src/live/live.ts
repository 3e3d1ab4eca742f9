import { Problem } from "~/api/problem";
import { poll } from "./poll";
import { type Listener, Socket } from "./socket";
import { type News, resumed, type Topic } from "./topic";

/** Something that is watched. */
interface Watch {
  topic: Topic;
  tell: (news: News) => void;
  /** Ends asking in other ways, while the socket does not come through. */
  stopPolling?: (() => void) | undefined;
}

/** What one tab watches, over one socket. Made once, as `live`; a class so that it can be tested with a socket of one's own. */
export class Live implements Listener {
  readonly #watches = new Map<number, Watch>();
  readonly #back = new Set<() => void>();
  readonly #socket: Pick<Socket, "start" | "say" | "retry">;
  #last = 0;
  #open = false;
  #blocked = false;
  #wasOpen = false;

  constructor(
    make: (listener: Listener) => Pick<Socket, "start" | "say" | "retry"> = (one) => new Socket(one),
  ) {
    this.#socket = make(this);
  }

  /** Connects, whether or not something is watched: the page tells whether the server is there. */
  start(): void {
    this.#socket.start();
  }

  /** Tries to connect now. */
  retry(): void {
    this.#socket.retry();
  }

  /**
   * Watches a topic until what is returned is called. After a loss of the connection it goes on from the last number that was told, so
   * nothing is missed. `{ type: "problem" }` and `{ type: "gone" }` are the last news of a topic.
   */
  watch<T extends Topic>(topic: T, onNews: (news: News<T>) => void): () => void {
    this.#last += 1;
    const id = this.#last;
    const watch: Watch = { topic, tell: onNews as Watch["tell"] };
    this.#watches.set(id, watch);
    this.#socket.start();
    if (this.#open) this.#ask(id, watch);
    else if (this.#blocked) this.#poll(id, watch);
    return () => {
      if (!this.#watches.delete(id)) return;
      watch.stopPolling?.();
      if (this.#open) this.#socket.say({ type: "unwatch", id });
    };
  }

  /** Calls `then` when the server is back after it was gone; what was asked meanwhile may have failed. */
  onBack(then: () => void): () => void {
    this.#back.add(then);
    return () => this.#back.delete(then);
  }

  opened(): void {
    this.#open = true;
    for (const [id, watch] of this.#watches) {
      watch.stopPolling?.();
      watch.stopPolling = undefined;
      this.#ask(id, watch);
    }
    if (this.#wasOpen) for (const then of this.#back) then();
    this.#wasOpen = true;
  }

  told(message: Record<string, unknown> | { id: number; columns: ArrayBuffer }): void {
    const watch = this.#watches.get(Number(message.id));
    if (!watch) return;
    const news = newsOf(message);
    watch.topic = resumed(watch.topic, news);
    // Nothing more will be told; it is not asked for again.
    if (news.type === "gone" || news.type === "problem" || news.type === "log_end") {
      this.#watches.delete(Number(message.id));
    }
    watch.tell(news);
  }

  blocked(blocked: boolean): void {
    this.#blocked = blocked;
    this.#open = false;
    for (const [id, watch] of this.#watches) {
      watch.stopPolling?.();
      watch.stopPolling = undefined;
      if (blocked) this.#poll(id, watch);
    }
  }

  closed(): void {
    this.#open = false;
  }

  #ask(id: number, watch: Watch): void {
    this.#socket.say({ type: "watch", id, ...watch.topic });
  }

  #poll(id: number, watch: Watch): void {
    watch.stopPolling = poll(watch.topic, (news) => {
      if (this.#watches.has(id)) this.told({ ...news, id } as never);
    });
  }
}

function newsOf(message: Record<string, unknown> | { id: number; columns: ArrayBuffer }): News {
  if ("columns" in message && !("type" in message)) {
    return { type: "columns", columns: message.columns as ArrayBuffer };
  }
  if (message.type === "problem" && !(message.problem instanceof Problem)) {
    const { title, hints, code } = message as { title: string; hints?: string[]; code?: string };
    return {
      type: "problem",
      problem: new Problem({ title, hints: hints ?? [], code: code ?? "", status: 400 }),
    };
  }
  return message as unknown as News;
}

/** What this tab watches. */
export const live = new Live();
