/** Where something floats beside its anchor: below or above, its start or its end at the anchor's. */
export type Align = "start" | "end" | "center";

const GAP = 4;
const EDGE = 8;

/** Puts a floating element beside its anchor and keeps it on the screen. */
export function placeBeside(anchor: Element, floating: HTMLElement, align: Align, above = false): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = floating;
  const [wide, high] = [document.documentElement.clientWidth, window.innerHeight];
  const rightToLeft = getComputedStyle(anchor).direction === "rtl";
  const toLeft = rightToLeft ? align === "end" : align === "start";
  const wanted =
    align === "center" ? at.left + at.width / 2 - width / 2 : toLeft ? at.left : at.right - width;
  const left = Math.max(EDGE, Math.min(wanted, wide - width - EDGE));
  const below = high - at.bottom - GAP - EDGE;
  const over = at.top - GAP - EDGE;
  const up = above ? over >= height || over > below : below < height && over > below;
  const top = up ? Math.max(EDGE, at.top - GAP - height) : at.bottom + GAP;
  floating.style.left = `${left}px`;
  floating.style.top = `${top}px`;
  floating.style.maxHeight = `${Math.max(80, up ? over : below)}px`;
}

/** Keeps it there while things scroll; call what is returned to stop. */
export function keepBeside(anchor: Element, floating: HTMLElement, align: Align): () => void {
  const place = () => placeBeside(anchor, floating, align);
  place();
  const observer = new ResizeObserver(place);
  observer.observe(floating);
  window.addEventListener("scroll", place, { capture: true, passive: true });
  window.addEventListener("resize", place);
  return () => {
    observer.disconnect();
    window.removeEventListener("scroll", place, { capture: true });
    window.removeEventListener("resize", place);
  };
}
