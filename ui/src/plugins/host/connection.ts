import { call, leave, listen } from "./bus";
import { Limit } from "./limit";
import { isSpoken, read, type Said } from "./messages";

/** How a plugin is. */
export type State =
  | { is: "loading" }
  | { is: "ready"; problem?: string }
  /** It was taken away, and why. */
  | { is: "failed"; why: string };

/** What the page does for a plugin. */
export interface Page {
  /** What a plugin is told when it is ready. */
  welcome: () => object;
  onState: (state: State) => void;
  onHeight: (height: number) => void;
  onVisible: (visible: boolean) => void;
  /** It wants to know of these. */
  onPaths: (paths: readonly string[]) => void;
  onNotice: (text: string) => void;
  /** What only some slots are for. */
  onSaid: (said: Said) => void;
  send: (message: object, port?: MessagePort) => void;
}

/** It has so long to load, and then so long to register, ms. */
export const LOAD = 10_000;
export const REGISTER = 5_000;
/** It is asked so often whether it is alive, ms, and may be silent that often. */
export const PING = 3_000;
const SILENT = 3;
/** More messages than that at once, and than that every second from then on, are a flood. */
const BURST = 300;
const RATE = 60;
/** Notices to the viewer: so many, and one more every ten seconds. */
const NOTICES = 3;
/** No frame is higher, pixels. */
const HIGHEST = 8000;

/** The line to one plugin: what it says is read, counted and acted upon; what it asked for is sent to it. */
export class Connection {
  state: State = { is: "loading" };
  private readonly paths = new Set<string>();
  private readonly data = new Map<string, unknown>();
  private readonly limit: Limit;
  private readonly notices: Limit;
  private port: MessagePort | undefined;
  /** Whether it speaks over the port; else it is answered as it asks, by messages to its window. */
  private private = false;
  private timer: number;
  private pings = 0;
  private silent = 0;
  private pinger = 0;

  constructor(private readonly page: Page) {
    const now = performance.now();
    this.limit = new Limit(BURST, RATE, now);
    this.notices = new Limit(NOTICES, 0.1, now);
    this.timer = window.setTimeout(() => this.fail("it does not load"), LOAD);
  }

  /** Its document is there. */
  loaded(theme: string): void {
    if (this.state.is === "failed") return;
    this.port?.close();
    const channel = new MessageChannel();
    this.port = channel.port1;
    this.port.onmessage = ({ data }) => {
      this.private = true;
      this.hear(data);
    };
    this.page.send({ type: "PluginPort" }, channel.port2);
    this.theme(theme);
    if (this.state.is === "loading") {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.fail(this.silence()), REGISTER);
    }
    window.clearInterval(this.pinger);
    this.pinger = window.setInterval(() => this.ping(), PING);
  }

  private silence(): string {
    return this.trouble === undefined
      ? "it does not register"
      : `it failed before it was ready: ${this.trouble}`;
  }

  private trouble: string | undefined;

  /** The pages look otherwise. */
  theme(theme: string): void {
    this.page.send({ type: "PluginTheme", theme });
  }

  /** Something is otherwise that it may want to know of. */
  update(path: string, data: unknown): void {
    if (this.data.has(path) && Object.is(this.data.get(path), data)) return;
    this.data.set(path, data);
    if (this.paths.has(path)) this.tell({ type: "DataUpdate", path, data });
  }

  /** It said something. */
  hear(data: unknown): void {
    if (this.state.is === "failed") return;
    if (!this.limit.take(performance.now())) {
      this.fail("it sends too many messages");
      return;
    }
    const said = read(data);
    if (said) this.act(said);
  }

  private act(said: Said): void {
    switch (said.type) {
      case "PluginRegisterEvent":
        this.register(said.api);
        break;
      case "PluginHeightCheck":
        this.page.onHeight(Math.min(HIGHEST, Math.max(0, Math.ceil(said.height))));
        break;
      case "PluginSubscribeToData":
        this.subscribe(said.paths);
        break;
      case "PluginSubscribeToEvent":
        listen(this, said.events, (event, data) => this.tell({ type: "EventUpdate", event, data }));
        break;
      case "PluginCallEvent":
        this.called(said.event, said.data);
        break;
      case "PluginProblem":
        this.trouble = said.message;
        if (this.state.is === "ready") this.become({ is: "ready", problem: said.message });
        break;
      case "PluginPong":
        if (said.ping === this.pings) this.silent = 0;
        break;
      // Metaflow's pages do not heed this either: a frame goes when its page goes.
      case "PluginRemoveRequest":
        break;
      default:
        this.page.onSaid(said);
    }
  }

  private register(api: string): void {
    if (!isSpoken(api)) {
      this.fail(`it speaks version ${api} of the plugin API; 0.13.0 is the oldest that is understood`);
      return;
    }
    window.clearTimeout(this.timer);
    if (this.state.is !== "ready") this.become({ is: "ready" });
    this.tell({ type: "ReadyToRender", ...this.page.welcome() });
  }

  private subscribe(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.paths.has(path) || this.paths.size >= 100) continue;
      this.paths.add(path);
      if (this.data.has(path)) this.tell({ type: "DataUpdate", path, data: this.data.get(path) });
    }
    this.page.onPaths([...this.paths]);
  }

  private called(event: string, data: unknown): void {
    const fields = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
    if (event === "SEND_NOTIFICATION") {
      const text = typeof data === "string" ? data : fields.message;
      if (typeof text === "string" && text !== "" && this.notices.take(performance.now()))
        this.page.onNotice(text.slice(0, 300));
    } else if (event === "UPDATE_PLUGIN") {
      // Whatever it calls itself: it can show and hide itself alone.
      if (typeof fields.visible === "boolean") this.page.onVisible(fields.visible);
    }
    call(event, data);
  }

  private ping(): void {
    // A tab that nobody sees is slowed down by the browser.
    if (document.visibilityState !== "visible") {
      this.silent = 0;
      return;
    }
    if (this.silent >= SILENT) {
      this.fail("it hangs");
      return;
    }
    this.silent += 1;
    this.pings += 1;
    this.page.send({ type: "PluginPing", ping: this.pings });
  }

  private tell(message: object): void {
    if (this.private) this.port?.postMessage(message);
    else this.page.send(message);
  }

  private become(state: State): void {
    this.state = state;
    this.page.onState(state);
  }

  private fail(why: string): void {
    this.close();
    this.become({ is: "failed", why });
  }

  /** It is gone. */
  close(): void {
    window.clearTimeout(this.timer);
    window.clearInterval(this.pinger);
    if (this.port) this.port.onmessage = null;
    this.port?.close();
    this.port = undefined;
    leave(this);
  }
}
