import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

// Every text colour on everything it may lie on, in both themes: WCAG AA wants 4.5, and 3 for what is no text.

const css = readFileSync(new URL("theme.css", import.meta.url), "utf8");
const [plain = "", more = ""] = css.split(':root[data-contrast="more"]');

function colours(text: string): Map<string, [string, string]> {
  const found = text.matchAll(/--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)/g);
  return new Map([...found].map(([, name = "", light = "", dark = ""]) => [name, [light, dark]]));
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const STATES = ["running", "done", "failed", "stopped", "lost", "queued"];
const UNDER = ["bg", "bg-sunken", "bg-raised", "bg-hover", "bg-active", "bg-selected"];
const PAIRS = [
  ...["text", "text-dim", "text-faint", "accent"].flatMap((over) =>
    UNDER.map((under) => [over, under, 4.5] as const),
  ),
  ...STATES.flatMap((state) => [...UNDER, `${state}-bg`].map((under) => [state, under, 4.5] as const)),
  ...STATES.map((state) => [`${state}-bar`, "bg", 3] as const),
];

describe.each([
  ["as it is", colours(plain)],
  ["with more contrast", new Map([...colours(plain), ...colours(more)])],
])("%s", (_, known) => {
  test.each([
    ["light", 0],
    ["dark", 1],
  ])("%s colours can be read", (_, theme) => {
    const bad = PAIRS.filter(([over, under, least]) => {
      const [above, below] = [known.get(over)?.[theme], known.get(under)?.[theme]];
      return !above || !below || contrast(above, below) < least;
    });
    expect(bad).toEqual([]);
  });
});
