import { expect, test } from "vitest";
import { readLogParams, writeLogParams } from "./params";

test("what is written is read", () => {
  const params = {
    ...readLogParams({}),
    stream: "stderr",
    lines: [119, 129],
    q: "loss",
    regex: true,
    times: "clock",
  } as const;
  expect(readLogParams(writeLogParams(params))).toEqual(params);
});

test("what is as usual is not in the address", () => {
  expect(Object.values(writeLogParams(readLogParams({}))).filter((one) => one !== undefined)).toEqual([]);
});

test("lines are read as people write them", () => {
  const lines = (line: unknown, hash = "") => readLogParams({ line }, hash).lines;
  expect(lines(120)).toEqual([119, 119]);
  expect(lines("130-120")).toEqual([119, 129]);
  expect(lines(undefined, "#L5")).toEqual([4, 4]);
  expect(lines(undefined, "#L5-L9")).toEqual([4, 8]);
  for (const wrong of ["0", "x", "-1", "1-", "1e9", {}]) expect(lines(wrong)).toBeUndefined();
});
