import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { ask, urlOf } from "~/api/client";
import type { Card } from "~/api/types";
import { Icon } from "~/parts/Icon";
import css from "./Cards.module.css";

const HTML = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/cards/{hash}/html";
const DATA = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/cards/{hash}/data";
const LEAST = 120;
const TALLEST = 4000;

/** Whose card it is. */
export interface CardFrameProps {
  flow: string;
  run: string;
  card: Card;
  /** An earlier attempt than the latest. */
  attempt?: number | undefined;
  /** No higher than this, pixels. */
  tallest?: number;
}

/**
 * A card in a frame of its own, whose scripts reach nothing of this page. When the card is made anew its frame is told; one that is not
 * drawn by the viewer is loaded again when its content says so.
 */
export function CardFrame({ flow, run, card, attempt, tallest = TALLEST }: CardFrameProps): ReactElement {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(LEAST * 2);
  const [ready, setReady] = useState(false);
  const [loads, setLoads] = useState(0);
  const asked = { path: { flow, run, task: card.task, hash: card.hash }, query: { attempt } };
  const say = useCallback((message: unknown) => frame.current?.contentWindow?.postMessage(message, "*"), []);
  useEffect(() => {
    const hear = (event: MessageEvent) => {
      if (event.source !== frame.current?.contentWindow) return;
      const told = event.data as { type?: string; height?: number };
      if (told?.type === "card-ready") setReady(true);
      if (told?.type === "card-height" && typeof told.height === "number") {
        setHeight(Math.min(tallest, Math.max(LEAST, Math.ceil(told.height) + 2)));
      }
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, [tallest]);
  useTheme(ready, say);
  useNewer(card, ready, urlOf(DATA, asked), say, () => setLoads((before) => before + 1));
  return (
    <iframe
      key={loads}
      ref={frame}
      className={css.frame}
      title={titleOf(card)}
      sandbox="allow-scripts allow-popups allow-downloads"
      referrerPolicy="no-referrer"
      loading="lazy"
      src={urlOf(HTML, asked)}
      style={{ height }}
    />
  );
}

/** Tells the frame whether the page is light or dark. */
function useTheme(ready: boolean, say: (message: unknown) => void): void {
  useEffect(() => {
    if (!ready) return;
    const tell = () => {
      const theme = document.documentElement.dataset.theme;
      const system = window.matchMedia("(prefers-color-scheme: dark)").matches;
      const dark = theme === "dark" || (theme !== "light" && system);
      say({ type: "theme", theme: dark ? "dark" : "light" });
    };
    tell();
    const seen = new MutationObserver(tell);
    seen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => seen.disconnect();
  }, [ready, say]);
}

/** Shows a card that was made anew since its frame was loaded. */
function useNewer(
  card: Card,
  ready: boolean,
  address: string,
  say: (message: unknown) => void,
  reload: () => void,
): void {
  const shown = useRef(card.made_at);
  const token = useRef<string>(undefined);
  const again = useRef(reload);
  again.current = reload;
  const { made_at: madeAt, live } = card;
  useEffect(() => {
    // What a frame was loaded with is as new as this, unless it has changed meanwhile: so one that may change is asked for again
    // once its frame is ready.
    if (madeAt === shown.current && !live) return;
    const gaveUp = new AbortController();
    void (async () => {
      try {
        const response = await ask(address, "application/json", gaveUp.signal);
        const document = (await response.json()) as { html?: string; reload_token: string };
        if (gaveUp.signal.aborted) return;
        shown.current = madeAt;
        const known = token.current;
        token.current = document.reload_token;
        if (document.html !== undefined && known !== undefined && known !== document.reload_token)
          again.current();
        else if (ready) say({ type: "card", document });
      } catch {
        // The next version is told of, too.
      }
    })();
    return () => gaveUp.abort();
  }, [madeAt, live, ready, address, say]);
}

/** What a card is called. */
export function titleOf(card: Card): string {
  return card.id ? `${card.type} · ${card.id}` : card.type;
}

/** The name of a card, its state, and what can be done with it. */
export function CardHead({ flow, run, card, attempt }: CardFrameProps): ReactElement {
  const path = { flow, run, task: card.task, hash: card.hash };
  return (
    <div className={css.head}>
      <span className={css.name}>{titleOf(card)}</span>
      {card.failed && <span className={css.failed}>could not be made</span>}
      {card.live && <span className={css.live}>live</span>}
      {card.origin_run && <span className={css.dim}>from run {card.origin_run}</span>}
      <span className={css.space} />
      <a
        className={css.tool}
        href={urlOf(HTML, { path, query: { attempt } })}
        target="_blank"
        rel="noreferrer"
        title="open alone"
      >
        <Icon name="external" label="open alone" />
      </a>
      <a
        className={css.tool}
        href={urlOf(HTML, { path, query: { attempt, download: true } })}
        title="download"
      >
        <Icon name="download" label="download" />
      </a>
    </div>
  );
}
