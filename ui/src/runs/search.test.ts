import { expect, it } from "vitest";
import { viewOf } from "./search";

it("reads an address, and what it does not know as nothing", () => {
  expect(viewOf({})).toEqual({
    query: "",
    sort: "-started",
    by: undefined,
    columns: undefined,
    selected: [],
  });
  expect(
    viewOf({ q: "tag:x", sort: "duration", by: "day", columns: "status,param.lr", run: ["A/1", "B/2"] }),
  ).toEqual({
    query: "tag:x",
    sort: "duration",
    by: "day",
    columns: ["status", "param.lr"],
    selected: ["A/1", "B/2"],
  });
  expect(viewOf({ by: "moon" }).by).toBeUndefined();
});

it("reads addresses of Metaflow's GUI", () => {
  const view = viewOf({
    _group: "flow_id",
    _order: "-duration",
    flow_id: "A,B",
    status: "completed,failed",
    _tags: "prod,two words",
    timerange_start: "1767268800000",
  });
  expect(view.query).toBe(
    'flow:A|B status:done|failed tag:prod tag:"two words" started>=2026-01-01T12:00:00Z',
  );
  expect([view.by, view.sort]).toEqual(["flow", "-duration"]);
});
