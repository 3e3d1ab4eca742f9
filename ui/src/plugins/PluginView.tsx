import { type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "~/parts/Button";
import { Icon } from "~/parts/Icon";
import { useUrl } from "~/shell/url";
import { Feeds, urlKey } from "./feeds/Feeds";
import { useTheme } from "./feeds/theme";
import type { Said } from "./host/messages";
import { noteState } from "./host/states";
import { type Connected, useConnection } from "./host/useConnection";
import css from "./PluginView.module.css";
import type { Context, FramedPlugin } from "./types";

export interface PluginViewProps {
  plugin: FramedPlugin;
  context: Context;
  /** It has all the room there is: the tab of a run or task. */
  fill?: boolean;
  /** It is only there to speak: nothing of it is seen. */
  silent?: boolean;
  onSaid?: (said: Said) => void;
}

/** How high a frame is until it says so, pixels. */
const HEIGHT = 150;

/** A plugin: its frame, with what its manifest wants round it, or what went wrong with it. */
export function PluginView(props: PluginViewProps): ReactElement | null {
  // Started again is another frame.
  const [start, setStart] = useState(0);
  return <Started key={start} {...props} again={() => setStart(start + 1)} />;
}

function Started(props: PluginViewProps & { again: () => void }): ReactElement | null {
  const { plugin, context, fill, silent, onSaid, again } = props;
  const [, setUrl] = useUrl();
  const said = (what: Said) => {
    if (what.type === "PluginSetUrlState") setUrl({ [urlKey(plugin.name)]: what.value });
    else onSaid?.(what);
  };
  const place = useRef<HTMLDivElement>(null);
  const near = useNear(place, silent === true || !plugin.frame.visible);
  const [connected, setConnected] = useState<Connected>();
  const { state, visible } = connected ?? {
    state: { is: "loading" } as const,
    visible: plugin.frame.visible,
  };
  useEffect(() => noteState(plugin.name, state), [plugin.name, state]);
  const hidden = silent || (!visible && state.is !== "failed");
  if (silent && state.is === "failed") return null;
  const inside = (
    <>
      {state.is === "failed" ? (
        <Failed title={plugin.frame.title} why={state.why} again={again} />
      ) : (
        near && <Frame {...{ plugin, context, onConnected: setConnected }} onSaid={said} hidden={hidden} />
      )}
      {state.is === "ready" && state.problem !== undefined && !hidden && (
        <p className={css.problem} role="status">
          <Icon name="warning" size={13} /> <bdi>{plugin.frame.title}</bdi>: <bdi>{state.problem}</bdi>
        </p>
      )}
    </>
  );
  return (
    <div
      ref={place}
      className={css.plugin}
      data-plugin={plugin.name}
      data-state={state.is}
      data-hidden={hidden || undefined}
      data-fill={fill || undefined}
      data-container={plugin.frame.container}
    >
      {silent || fill ? inside : <Container plugin={plugin}>{inside}</Container>}
    </div>
  );
}

/** Whether it is where one looks, or nearly; once it was, it stays. */
function useNear(place: React.RefObject<HTMLElement | null>, now: boolean): boolean {
  const [near, setNear] = useState(now);
  useEffect(() => {
    if (near || !place.current) return;
    const watcher = new IntersectionObserver(
      (seen) => {
        if (seen.some((one) => one.isIntersecting)) setNear(true);
      },
      { rootMargin: "200px" },
    );
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [near, place]);
  return near;
}

interface FrameProps {
  plugin: FramedPlugin;
  context: Context;
  hidden: boolean;
  onSaid: (said: Said) => void;
  onConnected: (connected: Connected) => void;
}

function Frame({ plugin, context, hidden, onSaid, onConnected }: FrameProps): ReactElement {
  const connected = useConnection(plugin, context, onSaid);
  const { frame, src, state, height, visible, paths, update, onLoad } = connected;
  const { theme } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are all that is shown of it
  useEffect(() => onConnected(connected), [state, height, visible]);
  const styled = plugin.frame.application_styles;
  return (
    <>
      <iframe
        ref={frame}
        src={src}
        name={plugin.name}
        title={plugin.frame.title}
        sandbox={plugin.frame.sandbox}
        className={css.frame}
        data-styled={styled || undefined}
        aria-hidden={hidden || undefined}
        tabIndex={hidden ? -1 : undefined}
        style={{ height: height ?? HEIGHT, colorScheme: styled ? theme : "light" }}
        onLoad={onLoad}
      />
      <Feeds plugin={plugin.name} paths={paths} context={context} update={update} />
    </>
  );
}

function Failed({ title, why, again }: { title: string; why: string; again: () => void }): ReactElement {
  return (
    <div className={css.failed} role="status">
      <Icon name="warning" size={14} />
      <span className={css.why}>
        The plugin <bdi>{title}</bdi> was stopped: <bdi>{why}</bdi>.
      </span>
      <Button small icon="retry" onClick={again}>
        Start again
      </Button>
    </div>
  );
}

function Container({ plugin, children }: { plugin: FramedPlugin; children: ReactNode }): ReactElement {
  const { container, title } = plugin.frame;
  const heading = useId();
  if (container === "collapsable")
    return (
      <details className={css.box} open>
        <summary className={css.title}>
          <bdi>{title}</bdi>
        </summary>
        {children}
      </details>
    );
  if (container === "titled-container")
    return (
      <section className={css.box} aria-labelledby={heading}>
        <h2 id={heading} className={css.title}>
          <bdi>{title}</bdi>
        </h2>
        {children}
      </section>
    );
  return <>{children}</>;
}
