let context: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, string>();

/** As much of a text as has room, in pixels at scale 1; SVG does not cut by itself. */
export function fitting(text: string, room: number, strong: boolean): string {
  const key = `${room}${strong ? "b" : "n"}${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const cut = shorten(text, (part) => width(part, strong) <= room);
  if (known.size > 5000) known.clear();
  known.set(key, cut);
  return cut;
}

/** The longest beginning of a text that fits, with `…` if it is not all; whole characters only. */
export function shorten(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text;
  const letters = [...new Intl.Segmenter().segment(text.slice(0, 400))].map((part) => part.segment);
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(`${letters.slice(0, middle).join("")}…`)) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join("")}…`;
}

function width(text: string, strong: boolean): number {
  if (context === undefined) context = document.createElement("canvas").getContext("2d");
  if (!context) return text.length * 7;
  const family = getComputedStyle(document.body).fontFamily;
  context.font = strong ? `600 13px ${family}` : `12px ${family}`;
  return context.measureText(text).width;
}
