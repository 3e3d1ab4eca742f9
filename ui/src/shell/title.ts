import { useEffect } from "react";

const NAME = "Spinloom";

/** Names the page in the browser's tab and history: `useTitle("TrainFlow/12 failed")`. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = title === "" ? NAME : `${title} · ${NAME}`;
  }, [title]);
}
