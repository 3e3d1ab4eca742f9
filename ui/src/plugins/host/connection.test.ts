// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, LOAD, type Page, PING, REGISTER, type State } from "./connection";

function connected() {
  const states: State[] = [];
  const sent: { type: string; [field: string]: unknown }[] = [];
  const notices: string[] = [];
  const heights: number[] = [];
  const visible: boolean[] = [];
  const page: Page = {
    welcome: () => ({ config: {}, resource: { flow_id: "F" } }),
    onState: (state) => states.push(state),
    onHeight: (height) => heights.push(height),
    onVisible: (shown) => visible.push(shown),
    onPaths: () => {},
    onNotice: (text) => notices.push(text),
    onSaid: () => {},
    send: (message) => sent.push(message as { type: string }),
  };
  const connection = new Connection(page);
  const types = () => sent.map(({ type }) => type);
  return { connection, states, sent, types, notices, heights, visible };
}

const REGISTERS = { type: "PluginRegisterEvent", version: { api: "1.2.0" } };

describe("the line to a plugin", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("welcomes who registers, before or after the document has loaded", () => {
    const { connection, states, sent } = connected();
    connection.hear(REGISTERS);
    connection.loaded("dark");
    expect(states).toEqual([{ is: "ready" }]);
    expect(sent[0]).toMatchObject({ type: "ReadyToRender", resource: { flow_id: "F" } });
    vi.advanceTimersByTime(REGISTER);
    expect(states).toHaveLength(1);
    connection.close();
  });

  it("gives up on who never registers, and on who never loads", () => {
    const one = connected();
    one.connection.loaded("light");
    vi.advanceTimersByTime(REGISTER);
    expect(one.states).toEqual([{ is: "failed", why: "it does not register" }]);
    const other = connected();
    vi.advanceTimersByTime(LOAD);
    expect(other.states).toEqual([{ is: "failed", why: "it does not load" }]);
  });

  it("says what failed before it was ready", () => {
    const { connection, states } = connected();
    connection.hear({ type: "PluginProblem", message: "x is not defined" });
    connection.loaded("light");
    vi.advanceTimersByTime(REGISTER);
    expect(states).toEqual([{ is: "failed", why: "it failed before it was ready: x is not defined" }]);
  });

  it("gives up on who hangs", () => {
    const { connection, states, sent } = connected();
    connection.hear(REGISTERS);
    connection.loaded("light");
    vi.advanceTimersByTime(PING);
    connection.hear({ type: "PluginPong", ping: sent.findLast(({ type }) => type === "PluginPing")?.ping });
    vi.advanceTimersByTime(4 * PING);
    expect(states.at(-1)).toEqual({ is: "failed", why: "it hangs" });
  });

  it("gives up on who floods, and hears nothing of it any more", () => {
    const { connection, states, heights } = connected();
    connection.hear(REGISTERS);
    for (let n = 0; n < 1000; n++) connection.hear({ type: "PluginHeightCheck", height: n });
    expect(states.at(-1)).toEqual({ is: "failed", why: "it sends too many messages" });
    expect(heights.length).toBeLessThan(400);
  });

  it("sends what was asked for, at once and whenever it changes", () => {
    const { connection, sent } = connected();
    connection.update("run", 1);
    connection.hear(REGISTERS);
    connection.hear({ type: "PluginSubscribeToData", paths: ["run"] });
    connection.update("run", 1);
    connection.update("run", 2);
    connection.update("task", 3);
    const updates = sent.filter(({ type }) => type === "DataUpdate").map(({ path, data }) => [path, data]);
    expect(updates).toEqual([
      ["run", 1],
      ["run", 2],
    ]);
    connection.close();
  });

  it("carries events from one plugin to the others who listen", () => {
    const one = connected();
    const other = connected();
    for (const { connection } of [one, other]) connection.hear(REGISTERS);
    other.connection.hear({ type: "PluginSubscribeToEvent", events: ["chosen"] });
    one.connection.hear({ type: "PluginCallEvent", event: "chosen", data: 7 });
    expect(other.sent.at(-1)).toEqual({ type: "EventUpdate", event: "chosen", data: 7 });
    expect(one.types()).toEqual(["ReadyToRender"]);
    one.connection.close();
    other.connection.close();
  });

  it("lets a plugin hide itself, whatever name it gives, and say a few words", () => {
    const { connection, visible, notices } = connected();
    connection.hear(REGISTERS);
    const data = { slot: "run-header", name: "somebody else", visible: false };
    connection.hear({ type: "PluginCallEvent", event: "UPDATE_PLUGIN", data });
    expect(visible).toEqual([false]);
    for (let n = 0; n < 9; n++)
      connection.hear({ type: "PluginCallEvent", event: "SEND_NOTIFICATION", data: "<b>x</b>" });
    expect(notices).toEqual(["<b>x</b>", "<b>x</b>", "<b>x</b>"]);
    connection.close();
  });
});
