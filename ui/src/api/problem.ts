/** Why something cannot be shown: an answer of the server's, or that there was none. */
export class Problem extends Error {
  override readonly name = "Problem";
  /** The HTTP status; 0 if the server could not be reached. */
  readonly status: number;
  /** One sentence: what is wrong. */
  readonly title: string;
  /** What else there is to say of it, or nothing. */
  readonly detail: string;
  /** What to do about it, one sentence each. */
  readonly hints: readonly string[];
  /** The code of the error, as `spinloom explain` knows it. */
  readonly code: string;

  constructor(of: {
    status?: number;
    title: string;
    detail?: string;
    hints?: readonly string[];
    code?: string;
  }) {
    super(of.title);
    this.status = of.status ?? 0;
    this.title = of.title;
    this.detail = of.detail ?? "";
    this.hints = of.hints ?? [];
    this.code = of.code ?? "";
  }

  /** All hints as one text. */
  get hint(): string {
    return this.hints.join("; ");
  }

  /** Whether there is no such thing. */
  get isMissing(): boolean {
    return this.status === 404;
  }

  /** Whether the server could not be asked, or was too busy; asking again may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Anything that was thrown, as a problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Error) return new Problem({ title: error.message, detail: error.stack ?? "" });
  return new Problem({ title: String(error) });
}

/** Whether somebody gave up waiting, which is no problem. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** What an answer that is no success says. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => "");
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "title" in body) {
      const { title, detail, hints, code } = body as Record<string, unknown>;
      return new Problem({
        status: response.status,
        title: String(title),
        detail: typeof detail === "string" ? detail : "",
        hints: Array.isArray(hints) ? hints.map(String) : [],
        code: typeof code === "string" ? code : "",
      });
    }
  } catch {
    // Not ours: something between us and the server answered.
  }
  return new Problem({
    status: response.status,
    title: `the server answered ${response.status} ${response.statusText}`.trim(),
    detail: text.slice(0, 2000),
  });
}
