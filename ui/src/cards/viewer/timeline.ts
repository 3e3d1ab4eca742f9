import { isPart, list, type Part, record, text } from "./document";
import { h } from "./dom";
import { ago, duration } from "./format";

/** What happened, the newest first. */
export function timeline(part: Part, draw: (part: Part, path: string) => Node, path: string): HTMLElement {
  const stats = record(part.stats);
  const events = h("ol", "events");
  list(part.events).forEach((event, at) => {
    events.append(one(record(event), draw, `${path}.${at}`));
  });
  return h(
    "figure",
    "timeline",
    part.title ? h("figcaption", "", text(part.title)) : null,
    h("div", "quiet", told(stats)),
    events,
  );
}

function told(stats: Record<string, unknown>): string {
  const parts = [`${text(stats.total_events)} events`];
  if (stats.events_per_minute) parts.push(`${text(stats.events_per_minute)} per minute`);
  if (stats.total_runtime_seconds) parts.push(duration(Number(stats.total_runtime_seconds) * 1e6));
  parts.push(stats.finished ? "finished" : "going on");
  return parts.join(" · ");
}

function one(
  event: Record<string, unknown>,
  draw: (part: Part, path: string) => Node,
  path: string,
): HTMLElement {
  const theme = text(event.style_theme).replace(/\W/g, "") || "default";
  const facts = Object.entries(record(event.metadata)).filter(([name]) => name !== "timestamp");
  const [first, ...others] = facts;
  const at = Number(event.received_at);
  const time = h("time", "quiet", ago(at));
  time.title = new Date(at * 1000).toLocaleString();
  const made = h(
    "li",
    `event event-${theme}`,
    h("div", "between", h("strong", "", first ? `${first[0]}: ${text(first[1])}` : "event"), time),
  );
  if (event.priority) made.append(h("span", "chip", text(event.priority)));
  for (const [name, value] of others) {
    const shown = typeof value === "object" ? JSON.stringify(value) : text(value);
    made.append(h("div", "", h("span", "quiet", `${name} `), shown));
  }
  for (const [name, payload] of Object.entries(record(event.payloads))) {
    if (isPart(payload))
      made.append(h("details", "payload", h("summary", "", name), draw(payload, `${path}.${name}`)));
  }
  return made;
}
