import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { urlOf } from "~/api/client";
import { PAGE } from "~/logs/lineCache";
import { readLogParams } from "~/logs/params";
import { LOG } from "~/logs/useLog";
import { AHEAD } from "../ahead";

const asked = (path: string) => AHEAD.find((page) => page.path === path)?.asks ?? [];

it("the document of a task asks for its log as the page does, word for word", () => {
  const path = { flow: "F", run: "1", task: "2", attempt: "latest" };
  const log = urlOf(LOG, { path, query: { stream: readLogParams({}).stream, from: -PAGE, count: PAGE } });
  const words = { "{flow}": "F", "{run}": "1", "{task}": "2" };
  const said = asked("/{flow}/{run}/{step}/{task}").map((ask) =>
    Object.entries(words).reduce((text, [name, word]) => text.replace(name, word), ask),
  );
  expect(said).toContain(log);
});

it("names scripts that are there", () => {
  const missing = AHEAD.flatMap((page) => page.modules).filter((file) => !existsSync(file));
  expect(missing).toEqual([]);
});
