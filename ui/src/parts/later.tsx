import { type ComponentType, createElement, type ReactNode, useEffect, useState } from "react";

/** A component whose script is fetched when it is first shown, or with `ahead`. */
export type Later<P> = ((props: P) => ReactNode) & { ahead: () => Promise<void> };

/**
 * A component of a script of its own; `waiting` is in its place until that is there. React's `lazy` and `Suspense` show what they waited
 * for up to 300 ms later, so that pages flicker less; where what waits appears late by itself, that is only time lost.
 */
export function later<P extends object>(
  fetched: () => Promise<ComponentType<P>>,
  waiting: ReactNode = null,
): Later<P> {
  let known: ComponentType<P> | undefined;
  let fetching: Promise<void> | undefined;
  const ahead = async () => {
    fetching ??= fetched().then((component) => {
      known = component;
    });
    try {
      await fetching;
    } catch (error) {
      // Whoever wants it next tries again.
      fetching = undefined;
      throw error;
    }
  };
  function Shown(props: P): ReactNode {
    const [there, setThere] = useState(known !== undefined);
    const [failed, setFailed] = useState<{ error: unknown }>();
    useEffect(() => {
      if (there) return;
      ahead().then(
        () => setThere(true),
        (error: unknown) => setFailed({ error }),
      );
    }, [there]);
    if (failed) throw failed.error;
    return known ? createElement(known, props) : waiting;
  }
  return Object.assign(Shown, { ahead });
}
