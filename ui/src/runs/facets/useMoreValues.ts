import { useEffect, useState } from "react";
import { get, isAbort } from "~/api/client";
import type { FacetValue } from "./Facet";

/** Values of a key that have a text in them, of all runs. */
export function useMoreValues(key: string, typed: string): readonly FacetValue[] {
  const [values, setValues] = useState<readonly FacetValue[]>([]);
  useEffect(() => {
    if (typed === "") {
      setValues([]);
      return;
    }
    const gone = new AbortController();
    // What is typed may have blanks and quotes: it is completed as within quotes.
    const query = { query: `${key}:"${typed.replace(/["\\]/g, "\\$&")}`, limit: 30 };
    get("/api/v1/complete", { query, signal: gone.signal }).then(
      ({ offers }) => setValues(offers.map((offer) => ({ name: offer.text, count: undefined }))),
      (error) => isAbort(error) || setValues([]),
    );
    return () => gone.abort();
  }, [key, typed]);
  return values;
}
