/** How well letters fit a text, the more the better; nothing if they do not. Letters in a row, and at the beginnings of words, count more. */
export function fits(text: string, typed: string): number | undefined {
  const [within, letters] = [text.toLowerCase(), typed.toLowerCase()];
  if (letters === "") return 0;
  const whole = within.indexOf(letters);
  if (whole >= 0) return 1000 - whole * 2 + (startsWord(text, whole) ? 200 : 0) - text.length * 0.5;
  let score = 0;
  let from = 0;
  let before = -2;
  for (const letter of letters) {
    const at = within.indexOf(letter, from);
    if (at < 0) return undefined;
    score += at === before + 1 ? 12 : startsWord(text, at) ? 9 : 1;
    before = at;
    from = at + letter.length;
  }
  return score - text.length * 0.5;
}

function startsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const [before, here] = [text[at - 1] ?? "", text[at] ?? ""];
  return /[\s/_\-.:]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(here));
}

/** The best fits, best first. */
export function best<T>(all: readonly T[], typed: string, textOf: (one: T) => string, most: number): T[] {
  const found: { one: T; score: number }[] = [];
  for (const one of all) {
    const score = fits(textOf(one), typed);
    if (score !== undefined) found.push({ one, score });
  }
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ one }) => one);
}
