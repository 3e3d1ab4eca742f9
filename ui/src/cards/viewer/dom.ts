type Child = Node | string | null | undefined | false;

/** An element with a class and children; texts are never read as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const child of children) if (child) made.append(child);
  return made;
}

/** An element of a drawing. */
export function svg(
  name: string,
  attributes: Record<string, string | number>,
  ...children: Child[]
): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  for (const child of children) if (child) made.append(child);
  return made;
}

/** Makes the children of `parent` these, touching only what is different, so that what is unchanged keeps its state. */
export function reconcile(parent: HTMLElement, wanted: Node[]): void {
  wanted.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove();
}

/** A button that copies a text. */
export function copyButton(value: () => string): HTMLButtonElement {
  const button = h("button", "copy", "Copy");
  button.type = "button";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value());
    } catch {
      // A sandboxed frame has no clipboard: the old way works there.
      const area = h("textarea", "offscreen");
      area.value = value();
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1200);
  });
  return button;
}
