import { useEffect, useState } from "react";
import { get, isAbort } from "~/api/client";
import type { Completion } from "~/api/types";
import { fromBytes, toBytes } from "./terms";

/** What could be typed at the cursor. */
export interface Offers {
  readonly from: number;
  readonly to: number;
  readonly offers: readonly Completion[];
  /** They are of what is typed by now; else of what was before, until the answer is there. */
  readonly isFresh: boolean;
}

const NONE = { text: "", cursor: 0, from: 0, to: 0, offers: [] as readonly Completion[] };

/** Completions of what is typed, while somebody types. */
export function useOffers(text: string, cursor: number, wanted: boolean): Offers {
  const [offers, setOffers] = useState(NONE);
  useEffect(() => {
    if (!wanted) {
      setOffers(NONE);
      return;
    }
    const gone = new AbortController();
    const query = { query: text, cursor: toBytes(text, cursor), limit: 20 };
    get("/api/v1/complete", { query, signal: gone.signal }).then(
      ({ from, to, offers }) =>
        setOffers({ text, cursor, from: fromBytes(text, from), to: fromBytes(text, to), offers }),
      // Without completions one can type all the same.
      (error) => isAbort(error) || setOffers({ ...NONE, text, cursor }),
    );
    return () => gone.abort();
  }, [text, cursor, wanted]);
  return { ...offers, isFresh: offers.text === text && offers.cursor === cursor };
}
