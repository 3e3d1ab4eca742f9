import { useEffect, useState } from "react";

/** People do not notice what takes less, ms: what flashes up disturbs. */
const LATE_MS = 150;

/** Whether something has been on its way for so long that it is worth showing. */
export function useLate(pending: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!pending) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [pending]);
  return late;
}
