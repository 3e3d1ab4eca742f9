// For people who listen: one live region for all.
let region: HTMLElement | undefined;

/** Has a sentence read out, politely. */
export function say(text: string): void {
  if (!region) {
    region = document.createElement("div");
    region.className = "sr-only";
    region.setAttribute("role", "status");
    region.setAttribute("aria-live", "polite");
    document.body.append(region);
  }
  const place = region;
  // The same words twice are read twice only if they were gone between.
  place.textContent = "";
  window.setTimeout(() => {
    place.textContent = text;
  }, 60);
}
