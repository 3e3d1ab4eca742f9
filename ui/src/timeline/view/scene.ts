/** What is drawn and when: the camera, the canvases, and one frame for whatever has changed. */

import { fromShown, toShown } from "../data/idle";
import type { Layout } from "../data/layout";
import type { Tasks } from "../data/tasks";
import { drawBase, type Kept, type Picture } from "./base";
import { between, type Span, whole, within } from "./camera";
import { type Colours, coloursOf, whenColoursChange } from "./colours";
import type { Geometry } from "./geometry";
import type { HeatBy } from "./heat";
import { drawOverlay, type Marks, noMarks } from "./overlay";
import type { Pen } from "./pen";
import { drawCurve, drawFailures } from "./strip";

/** The canvases, and the element that says how large the bars' are. */
export interface Canvases {
  stage: HTMLElement;
  base: HTMLCanvasElement;
  over: HTMLCanvasElement;
  strip: HTMLCanvasElement;
  mini: HTMLCanvasElement;
}

/** What comes from outside. */
export interface Shown {
  tasks: Tasks;
  layout: Layout;
  geometry: Geometry;
  heat: ReadonlyMap<string, HeatBy>;
  /** Something goes on. */
  live: boolean;
}

/** How long a move by a key or a button takes, ms. */
const GLIDE = 140;
/** A run that goes on is drawn again so often, ms. */
const BEAT = 250;

type Dirty = "base" | "over" | "mini";

/** Draws a timeline. Nothing is drawn while nothing changes. */
export class Scene {
  camera: Span = { from: 0, to: 1 };
  /** The right edge stays at the end. */
  follow = true;
  scroll = 0;
  width = 0;
  height = 0;
  marks: Marks = noMarks;
  /** Most at work at once in what is seen, and bars drawn in the last frame. */
  peak = 0;
  bars = -1;
  shown: Shown | undefined;
  /** The clock of the server, µs since the base of the tasks. */
  clock: () => number = () => 0;
  /** Somebody wants to know of each frame: the axis, the list of what is seen. */
  readonly listeners = new Set<() => void>();
  /** The camera was moved by the user. */
  onMoved: () => void = () => {};
  onResize: () => void = () => {};

  private readonly dirty = new Set<Dirty>();
  private readonly pens = new Map<keyof Canvases, Pen>();
  private kept: Kept = { cells: new Map() };
  private canvases: Canvases | undefined;
  private frame = 0;
  private glide: { from: Span; to: Span; since: number } | undefined;
  private colours: Colours | undefined;

  /** Takes its canvases; says how to leave them. */
  attach(canvases: Canvases): () => void {
    this.canvases = canvases;
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(canvases.stage);
    observer.observe(canvases.mini);
    const stop = whenColoursChange(() => {
      this.colours = undefined;
      this.resize();
    });
    const beat = setInterval(() => this.beat(), BEAT);
    this.resize();
    return () => {
      observer.disconnect();
      stop();
      clearInterval(beat);
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.canvases = undefined;
    };
  }

  /** Shows this from now on. */
  show(shown: Shown): void {
    this.shown = shown;
    if (this.follow && !this.glide && (shown.live || !this.zoomedIn)) this.camera = this.following();
    this.changed("base", "over", "mini");
  }

  /** Where the run ends, or now: µs as shown. */
  get end(): number {
    const { shown } = this;
    if (!shown) return 1;
    return Math.max(1, shown.layout.end, shown.live ? this.now : 0);
  }

  /** Now, µs as shown. */
  get now(): number {
    return this.shown ? toShown(this.shown.layout.idle, this.clock()) : 0;
  }

  /** A time of the run as it is shown, and back. */
  toShown(time: number): number {
    return this.shown ? toShown(this.shown.layout.idle, time) : time;
  }

  fromShown(shown: number): number {
    return this.shown ? fromShown(this.shown.layout.idle, shown) : shown;
  }

  /** Looks at a part of the run, at once or in a short while; the user wants it so unless `quiet`. */
  look(to: Span, how: { glide?: boolean; quiet?: boolean } = {}): void {
    const view = within(to, this.end);
    // Whoever looks at now goes on looking at now.
    this.follow = view.to >= this.end;
    const all = whole(this.end);
    this.zoomedIn = view.to - view.from < (all.to - all.from) * 0.999;
    if (how.glide && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.glide = { from: this.camera, to: view, since: performance.now() };
    } else {
      this.glide = undefined;
      this.camera = view;
    }
    this.changed("base", "over");
    if (!how.quiet) this.onMoved();
  }

  /** Where it is looked at when a move that has begun is over. */
  get target(): Span {
    return this.glide?.to ?? this.camera;
  }

  fit(): void {
    this.look(whole(this.end), { glide: true });
  }

  scrolled(to: number): void {
    if (this.scroll === to) return;
    this.scroll = to;
    this.changed("base", "over");
  }

  mark(marks: Partial<Marks>): void {
    this.marks = { ...this.marks, ...marks };
    this.changed("over");
  }

  /** What is drawn now. */
  picture(): Picture | undefined {
    const { shown } = this;
    if (!shown || this.width === 0) return undefined;
    const { from, to } = this.camera;
    const scale = { from, by: this.width / (to - from), now: this.now };
    const { tasks, layout, geometry, heat } = shown;
    return { tasks, layout, geometry, heat, scale, scroll: this.scroll, now: this.clock() };
  }

  pen(of: keyof Canvases): Pen | undefined {
    return this.pens.get(of);
  }

  private changed(...what: Dirty[]): void {
    for (const one of what) this.dirty.add(one);
    if (this.frame === 0 && this.canvases) this.frame = requestAnimationFrame(this.draw);
  }

  private readonly draw = (time: number): void => {
    this.frame = 0;
    this.step(time);
    const picture = this.picture();
    if (!picture) return;
    const drawing = new Set(this.dirty);
    this.dirty.clear();
    const [base, over, strip, mini] = (["base", "over", "strip", "mini"] as const).map((of) =>
      this.pens.get(of),
    );
    if (drawing.has("base") && base) {
      if (this.bars < 0) performance.mark("timeline drawn");
      this.bars = drawBase(base, picture, this.kept);
    }
    if (drawing.has("base") && strip) this.peak = drawCurve(strip, picture.layout, picture.scale, 20);
    if (drawing.has("over") && over)
      drawOverlay(over, picture, { ...this.marks, live: this.shown?.live ?? false });
    if (drawing.has("mini") && mini) this.drawMini(mini, picture);
    for (const listener of this.listeners) listener();
    if (this.glide) this.changed("base", "over");
  };

  private drawMini(pen: Pen, picture: Picture): void {
    const all = whole(this.end);
    const scale = { from: all.from, by: pen.width / (all.to - all.from), now: picture.scale.now };
    drawCurve(pen, picture.layout, scale, 4);
    drawFailures(pen, picture.layout, scale);
  }

  /** One step of a move that takes a while. */
  private step(time: number): void {
    if (!this.glide) return;
    const part = Math.min(1, Math.max(0, (time - this.glide.since) / GLIDE));
    const eased = 1 - (1 - part) ** 3;
    this.camera = part === 1 ? this.glide.to : between(this.glide.from, this.glide.to, eased);
    if (part === 1) this.glide = undefined;
  }

  /** Bars that go on grow. */
  private beat(): void {
    if (!this.shown?.live || document.hidden) return;
    if (this.follow && !this.glide) this.camera = this.following();
    this.changed("base", "over", "mini");
  }

  /** What is looked at while the right edge stays at now: all of it, or as much as before. */
  private following(): Span {
    const all = whole(this.end);
    const length = this.camera.to - this.camera.from;
    const seen = this.zoomedIn ? Math.min(length, all.to - all.from) : all.to - all.from;
    return { from: all.to - seen, to: all.to };
  }

  /** Less than all is looked at, while it is followed. */
  zoomedIn = false;

  private resize(): void {
    const { canvases } = this;
    if (!canvases) return;
    const ratio = window.devicePixelRatio || 1;
    this.colours ??= coloursOf(canvases.stage);
    for (const of of ["base", "over", "strip", "mini"] as const) {
      const canvas = canvases[of];
      const { clientWidth: width, clientHeight: height } = canvas;
      const known = this.pens.get(of);
      const context = known?.context ?? canvas.getContext("2d");
      if (!context) continue;
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== wide) canvas.width = wide;
      if (canvas.height !== high) canvas.height = high;
      this.pens.set(of, { context, width, height, ratio, colours: this.colours, patterns: new Map() });
    }
    const { clientWidth, clientHeight } = canvases.base;
    const other = clientWidth !== this.width || clientHeight !== this.height;
    this.width = clientWidth;
    this.height = clientHeight;
    this.changed("base", "over", "mini");
    if (other) this.onResize();
  }
}
