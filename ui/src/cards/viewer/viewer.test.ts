// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { brief } from "./artifacts";
import { code } from "./code";
import { ranked } from "./dag";
import { Canvas } from "./draw";
import { duration, number } from "./format";
import { markdown } from "./markdown";

function drawn(...parts: Parameters<Canvas["show"]>[0]): HTMLElement {
  const root = document.createElement("div");
  new Canvas(root).show(parts);
  return root;
}

describe("components", () => {
  it("shows HTML in texts as text", () => {
    const evil = "<img src=x onerror=alert(1)>";
    const root = drawn(
      { type: "log", data: evil },
      { type: "table", columns: [evil], data: [[evil]] },
      { type: "valueBox", value: evil, title: evil },
      { type: "pythonCode", data: evil },
      { type: "artifacts", data: [{ name: evil, type: evil, data: evil }] },
    );
    expect(root.querySelector("img")).toBeNull();
    expect(root.textContent).toContain(evil);
  });

  it("takes what can do harm out of Markdown and HTML", () => {
    const body = markdown(
      "**b** <script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>a</a>",
    );
    expect(body.querySelector("strong")?.textContent).toBe("b");
    expect(body.querySelector("script")).toBeNull();
    expect(body.innerHTML).not.toMatch(/onerror|javascript:/);
  });

  it("keeps what has not changed", () => {
    const root = document.createElement("div");
    const canvas = new Canvas(root);
    const page = (value: number) => [
      {
        type: "page",
        contents: [
          {
            type: "section",
            contents: [
              { type: "markdown", source: "text", id: "m" },
              { type: "progressBar", value, max: 10, id: "bar" },
            ],
          },
        ],
      },
    ];
    canvas.show(page(1));
    const text = root.querySelector(".part-markdown");
    expect(root.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow")).toBe("1");
    canvas.show(page(2));
    expect(root.querySelector(".part-markdown")).toBe(text);
    expect(root.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow")).toBe("2");
    canvas.show([]);
    expect(root.childElementCount).toBe(0);
  });

  it("draws only some rows of a long table", () => {
    const data = Array.from({ length: 100_000 }, (_, at) => [at]);
    const root = drawn({ type: "table", columns: ["n"], data });
    expect(root.querySelectorAll("tbody tr").length).toBeLessThan(200);
    expect(root.textContent).toContain("100,000 rows");
  });

  it("shows what it does not know as data", () => {
    expect(drawn({ type: "of tomorrow", a: 1 }).textContent).toContain("of tomorrow");
  });
});

describe("texts", () => {
  it("tells words of Python apart, and loses none", () => {
    const source = 'def f(x):\n    # "no"\n    return """a\nb""" + \'c\'  # end\n';
    const shown = code(source);
    expect(shown.querySelector("pre")?.textContent).toBe(source);
    expect([...shown.querySelectorAll(".keyword")].map((word) => word.textContent)).toEqual([
      "def",
      "return",
    ]);
  });

  it("writes numbers and times", () => {
    expect([number(1234567), number(0.1 + 0.2), number(1e-9)]).toEqual(["1,234,567", "0.3", "1e-9"]);
    expect([duration(500), duration(61e6), duration(2.5e6)]).toEqual(["500 µs", "1 min 1 s", "2.50 s"]);
  });

  it("tells a preview in a line", () => {
    const items = [
      { kind: "scalar", value: 1 },
      { kind: "text", text: "a" },
    ];
    expect(brief({ kind: "collection", length: 2, items })).toBe("2 items: 1, a");
    expect(brief({ kind: "array", shape: [2, 3], dtype: "float64" })).toBe("2 × 3 float64");
  });
});

describe("ranked", () => {
  it("puts each step behind all that lead to it, and does not follow what goes back", () => {
    const step = (...next: string[]) => ({ next, type: "linear" });
    const steps = ranked({ a: step("b", "c"), b: step("d"), c: step("c2"), c2: step("d", "c"), d: step() });
    expect(Object.fromEntries(steps.map(({ name, rank }) => [name, rank]))).toEqual({
      a: 0,
      b: 1,
      c: 1,
      c2: 2,
      d: 3,
    });
  });
});
