import { expect, test } from "vitest";
import type { TaskDetail } from "~/api/types";
import { commandsOf } from "./commands";

const commands = [
  { name: "logs", text: "spinloom logs F/1/train/3" },
  { name: "spin", text: "spinloom spin flow.py 1/train/3" },
  { name: "python", text: 'from spinloom import Task\ntask = Task("F/1/train/3")' },
];
const task = { commands, attempts: [{ attempt: 0 }, { attempt: 1 }] } as unknown as TaskDetail;
const texts = (attempt: number) =>
  Object.fromEntries(commandsOf(task, attempt).map(({ label, text }) => [label, text]));

test("what is known is offered, and artifacts can be dumped where the flow's file is known", () => {
  expect(texts(1)).toEqual({
    Spin: "spinloom spin flow.py 1/train/3",
    Logs: "spinloom logs F/1/train/3",
    Dump: "spinloom dump flow.py 1/train/3",
    Notebook: 'from spinloom import Task\ntask = Task("F/1/train/3")',
  });
});

test("an earlier attempt is named", () => {
  expect(texts(0).Logs).toBe("spinloom logs F/1/train/3 --attempt 0");
  expect(texts(0).Notebook).toContain('Task("F/1/train/3", attempt=0)');
});
