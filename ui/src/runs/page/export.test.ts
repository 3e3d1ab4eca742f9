import { expect, it } from "vitest";
import { csvCell } from "./export";

it("writes what spreadsheets read and do not calculate", () => {
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvCell(["team:1", "nightly"])).toBe("team:1 nightly");
  expect(csvCell("=1+1")).toBe("'=1+1");
  expect([csvCell(-0.5), csvCell(null), csvCell("two\nlines")]).toEqual(["-0.5", "", '"two\nlines"']);
});
