import { expect, test } from "vitest";
import { type Binding, bindingFor, nameOf } from "./keys";

const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }) as KeyboardEvent;
const binding = (keys: string, label = keys): Binding => ({ keys, label, group: "", run: () => {} });

test("keys have the names bindings use", () => {
  expect(nameOf(press("f"))).toBe("f");
  expect(nameOf(press("Y", { shiftKey: true }))).toBe("Y");
  expect(nameOf(press("?", { shiftKey: true }))).toBe("?");
  expect(nameOf(press("K", { ctrlKey: true }))).toBe("mod+k");
  expect(nameOf(press("k", { metaKey: true }))).toBe("mod+k");
  expect(nameOf(press("ArrowDown", { shiftKey: true }))).toBe("shift+ArrowDown");
  expect(nameOf(press("Enter", { altKey: true }))).toBe("alt+Enter");
});

test("two keys one after the other are one, and come before either alone", () => {
  const all = [binding("r"), binding("g r"), binding("g t")];
  expect(bindingFor(all, "g", "r")?.keys).toBe("g r");
  expect(bindingFor(all, "", "r")?.keys).toBe("r");
  expect(bindingFor(all, "x", "r")?.keys).toBe("r");
  expect(bindingFor(all, "g", "x")).toBeUndefined();
});

test("of two bindings the newest counts", () => {
  expect(bindingFor([binding("f", "old"), binding("f", "new")], "", "f")?.label).toBe("new");
});
