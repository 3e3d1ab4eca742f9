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
  const script = new Script(fetched);
  const show = (props: P): ReactNode => createElement(Place<P>, { script, props, waiting });
  return Object.assign(show, { ahead: script.ahead });
}

class Script<P> {
  component: ComponentType<P> | undefined;
  private fetching: Promise<void> | undefined;

  constructor(private readonly fetched: () => Promise<ComponentType<P>>) {}

  readonly ahead = async (): Promise<void> => {
    this.fetching ??= this.fetched().then((component) => {
      this.component = component;
    });
    try {
      await this.fetching;
    } catch (error) {
      // Whoever wants it next tries again.
      this.fetching = undefined;
      throw error;
    }
  };
}

function Place<P extends object>(of: { script: Script<P>; props: P; waiting: ReactNode }): ReactNode {
  const { script, props, waiting } = of;
  const [there, setThere] = useState(script.component !== undefined);
  const [failed, setFailed] = useState<{ error: unknown }>();
  useEffect(() => {
    if (there) return;
    script.ahead().then(
      () => setThere(true),
      (error: unknown) => setFailed({ error }),
    );
  }, [script, there]);
  if (failed) throw failed.error;
  return script.component ? createElement(script.component, props) : waiting;
}
