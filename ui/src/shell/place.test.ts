import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, addressOfResolved, looksLikePlace, pasted, pathspecOf } from "./place";

const ORIGIN = "http://127.0.0.1:8040";
const asked = (text: string) => ({ kind: "ask", text });

describe("what is pasted", () => {
  test("a pathspec is asked about, without what is round it", () => {
    for (const text of [
      "TrainFlow/12/train/5",
      "  TrainFlow/12/train/5\n",
      "'TrainFlow/12/train/5'",
      "`TrainFlow/12/train/5`",
      "TrainFlow / 12 / train / 5",
      "/TrainFlow/12/train/5/",
      'Task("TrainFlow/12/train/5")',
      "metaflow.Task('TrainFlow/12/train/5').data.model",
    ]) {
      expect(pasted(text, ORIGIN), text).toEqual(asked("TrainFlow/12/train/5"));
    }
  });

  test("an address of these pages keeps all it says of the view", () => {
    const address = "/TrainFlow/12/view/timeline?steps=train&from=3#line-7";
    expect(pasted(ORIGIN + address, ORIGIN)).toEqual({ kind: "page", address });
  });

  test("below a path, only what is below it is a page", () => {
    expect(pasted(`${ORIGIN}/loom/F/1`, ORIGIN, "/loom")).toEqual({ kind: "page", address: "/F/1" });
    expect(pasted(`${ORIGIN}/other/F/1`, ORIGIN, "/loom")).toEqual(asked(`${ORIGIN}/other/F/1`));
  });

  test("the server is asked about addresses from elsewhere, and of its API", () => {
    for (const text of ["https://gui.example/F/1/view/task", `${ORIGIN}/api/v1/flows/F/runs/1`]) {
      expect(pasted(text, ORIGIN)).toEqual(asked(text));
    }
  });

  test("any text is something", () => {
    fc.assert(fc.property(fc.string(), (text) => ["page", "ask"].includes(pasted(text, ORIGIN).kind)));
  });
});

test("words are no place, pathspecs and ids are", () => {
  for (const text of ["Flow/1", "12", "TrainFlow", "Flow / 1 / step", 'Run("F/1")', "http://x/F/1"]) {
    expect(looksLikePlace(text), text).toBe(true);
  }
  for (const text of ["", "some words", "lower", "status:failed user:ann"])
    expect(looksLikePlace(text), text).toBe(false);
});

test("places have addresses, whatever they are called", () => {
  expect(addressOf({})).toBe("/");
  expect(addressOf({ flow: "F" })).toBe("/F");
  expect(addressOf({ flow: "F", run: "1" })).toBe("/F/1/view/timeline");
  expect(addressOf({ flow: "F", run: "1", step: "a b" })).toBe("/F/1/view/timeline?steps=a%20b");
  expect(addressOf({ flow: "F", run: "sfn-1/2", step: "s", task: "5" })).toBe("/F/sfn-1%2F2/s/5");
  expect(pathspecOf({ flow: "F", run: "1", step: "s", task: "5" })).toBe("F/1/s/5");
  expect(pathspecOf({ flow: "F" })).toBe("F");
  expect(pathspecOf({})).toBe("");
});

test("an artifact is shown on the page of its task", () => {
  const found = {
    flow: "F",
    run: "1",
    step: "s",
    task: 5,
    artifact: "x&y",
    pathspec: "F/1/s/5/x&y",
    path: "",
    others: [],
  };
  expect(addressOfResolved(found)).toBe("/F/1/s/5?section=artifacts&artifact=x%26y");
});
