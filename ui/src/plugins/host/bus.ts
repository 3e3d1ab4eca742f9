// Events from plugin to plugin: by their names, to whoever listens.

type Listener = (event: string, data: unknown) => void;

const listeners = new Map<object, { events: Set<string>; listener: Listener }>();

/** Lets `who` hear of some events more. */
export function listen(who: object, events: readonly string[], listener: Listener): void {
  const known = listeners.get(who)?.events ?? new Set<string>();
  for (const event of events) known.add(event);
  listeners.set(who, { events: known, listener });
}

/** It hears of none any more. */
export function leave(who: object): void {
  listeners.delete(who);
}

/** Tells everybody who listens. */
export function call(event: string, data: unknown): void {
  for (const { events, listener } of [...listeners.values()]) {
    if (events.has(event)) listener(event, data);
  }
}
