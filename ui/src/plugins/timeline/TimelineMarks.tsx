import { type ReactElement, useEffect, useRef, useState } from "react";
import type { Scene } from "~/timeline/view/scene";
import type { TimelineMark } from "../host/messages";
import { OnePlugin } from "../PluginSlot";
import { useSlot } from "../usePlugins";
import css from "./TimelineMarks.module.css";

/** What plugins mark in the timeline of a run, over its bars. */
export function TimelineMarks({
  scene,
  flow,
  run,
}: {
  scene: Scene;
  flow: string;
  run: string;
}): ReactElement | null {
  const plugins = useSlot("timeline-overlay");
  const [marks, setMarks] = useState<Readonly<Record<string, readonly TimelineMark[]>>>({});
  if (plugins.length === 0) return null;
  return (
    <>
      {plugins.map((plugin) => (
        <OnePlugin
          key={plugin.name}
          plugin={plugin}
          context={{ flow, run }}
          silent
          onSaid={(said) => {
            if (said.type === "PluginTimelineMarks")
              setMarks((known) => ({ ...known, [plugin.name]: said.marks }));
          }}
        />
      ))}
      <Marks scene={scene} marks={plugins.flatMap((plugin) => marks[plugin.name] ?? [])} />
    </>
  );
}

/** They are moved with the camera, without React. */
function Marks({ scene, marks }: { scene: Scene; marks: readonly TimelineMark[] }): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  const drawn = useRef(marks);
  drawn.current = marks;
  useEffect(() => {
    const draw = () => {
      if (list.current) place(scene, list.current, drawn.current);
    };
    draw();
    scene.listeners.add(draw);
    return () => {
      scene.listeners.delete(draw);
    };
  }, [scene]);
  useEffect(() => {
    if (list.current) place(scene, list.current, marks);
  }, [scene, marks]);
  return (
    <ul ref={list} className={css.marks} aria-label="marks of plugins">
      {marks.map((mark, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: marks have no names, and do not move
        <li key={at} className={css.mark} data-tone={mark.tone}>
          <bdi className={css.label}>{mark.label}</bdi>
        </li>
      ))}
    </ul>
  );
}

function place(scene: Scene, list: HTMLElement, marks: readonly TimelineMark[]): void {
  const { shown, camera, width } = scene;
  if (!shown) return;
  const by = width / (camera.to - camera.from);
  for (const [at, mark] of marks.entries()) {
    const element = list.children[at] as HTMLElement | undefined;
    if (!element) continue;
    const x = (us: number) => (scene.toShown(us - shown.tasks.base) - camera.from) * by;
    const from = x(mark.at);
    const to = mark.until === undefined ? from : x(mark.until);
    element.hidden = !(to >= 0 && from <= width);
    element.style.transform = `translateX(${Math.round(from)}px)`;
    element.style.width = `${Math.max(0, Math.round(to - from))}px`;
  }
}
