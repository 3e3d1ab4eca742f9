import { useEffect } from "react";

const NAME = "Spinloom";

/** What the page says it is, and what its address says. */
const known: { own?: string | undefined; place: string } = { place: "" };

function show(): void {
  const title = known.own ?? known.place;
  document.title = title === "" ? NAME : `${title} · ${NAME}`;
}

/** Names the page in the browser's tab and history: `useTitle("TrainFlow/12 failed")`. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    known.own = title;
    show();
    return () => {
      known.own = undefined;
      show();
    };
  }, [title]);
}

/** What a page is called that does not say it better. */
export function usePlaceTitle(title: string): void {
  useEffect(() => {
    known.place = title;
    show();
  }, [title]);
}
