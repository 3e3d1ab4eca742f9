import { useEffect, useState } from "react";
import { get, isAbort } from "~/api/client";
import type { Completion } from "~/api/types";
import { fromBytes, toBytes } from "./terms";

/** What could be typed at the cursor. */
export interface Offers {
  readonly from: number;
  readonly to: number;
  readonly offers: readonly Completion[];
}

const NONE: Offers = { from: 0, to: 0, offers: [] };

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
      ({ from, to, offers }) => setOffers({ from: fromBytes(text, from), to: fromBytes(text, to), offers }),
      // Without completions one can type all the same.
      (error) => isAbort(error) || setOffers(NONE),
    );
    return () => gone.abort();
  }, [text, cursor, wanted]);
  return offers;
}
