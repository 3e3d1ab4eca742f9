// Who says something is known by the window it comes from, never by a name in what it says.

type Hear = (data: unknown) => void;

const known = new Map<MessageEventSource, Hear>();

function heard(event: MessageEvent): void {
  if (event.source) known.get(event.source)?.(event.data);
}

/** Hears what a window says, until the answer is called. */
export function hearFrom(source: MessageEventSource, hear: Hear): () => void {
  if (known.size === 0) window.addEventListener("message", heard);
  known.set(source, hear);
  return () => {
    known.delete(source);
    if (known.size === 0) window.removeEventListener("message", heard);
  };
}
