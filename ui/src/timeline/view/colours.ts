/** The colours bars are drawn in: those of the theme, as the canvas takes them. */

/** Kinds of bars in the order of their numbers. */
const KINDS = ["running", "done", "failed", "stopped", "queued", "failed"] as const;

/** What is drawn with. */
export interface Colours {
  /** By kind, as CSS and as a pixel. */
  bar: string[];
  pixel: Uint32Array;
  /** Text on a bar of that kind. */
  on: string[];
  text: string;
  dim: string;
  line: string;
  strong: string;
  background: string;
  accent: string;
  failed: string;
  queued: string;
  curve: string;
}

/** Reads the colours that hold where `place` is. */
export function coloursOf(place: HTMLElement): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  place.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const bar = KINDS.map((kind) => read(`${kind}-bar`));
  const colours = {
    bar,
    pixel: Uint32Array.from(bar, pixelOf),
    on: bar.map((colour) => (brightness(colour) > 0.19 ? "#0c0d10" : "#ffffff")),
    text: read("text"),
    dim: read("text-dim"),
    line: read("line"),
    strong: read("line-strong"),
    background: read("bg"),
    accent: read("accent"),
    failed: read("failed"),
    queued: read("queued-bar"),
    curve: read("running"),
  };
  probe.remove();
  return colours;
}

function parts(colour: string): [number, number, number] {
  const numbers = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
}

/** A colour as four bytes of an image, where the machine is little-endian, as all are that run browsers. */
export function pixelOf(colour: string): number {
  const [r, g, b] = parts(colour);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** How bright a colour is, from 0 to 1, as eyes see it. */
function brightness(colour: string): number {
  const [r, g, b] = parts(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** A colour that is between two, as a pixel; for durations. */
export function mixed(a: string, b: string, part: number): string {
  const [x, y] = [parts(a), parts(b)];
  const mix = x.map((value, i) => Math.round(value + ((y[i] as number) - value) * part));
  return `rgb(${mix.join(" ")})`;
}

/** Calls back whenever the colours may have changed; says how to stop. */
export function whenColoursChange(call: () => void): () => void {
  const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener("change", call);
  const observer = new MutationObserver(call);
  observer.observe(document.documentElement, { attributes: true });
  return () => {
    for (const query of queries) query.removeEventListener("change", call);
    observer.disconnect();
  };
}
