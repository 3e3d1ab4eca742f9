import { useKey } from "~/shell/keys";
import type { Patch } from "~/shell/url";
import type { View } from "./search";
import { moved, zoomed } from "./view/camera";
import type { Way } from "./view/cursor";
import type { Scene } from "./view/scene";

const GROUP = { group: "Timeline" };

export interface TimelineKeys {
  scene: Scene;
  view: View;
  change: (patch: Patch) => void;
  cursor: { item: number; go: (way: Way) => void; failure: () => void };
  open: (item: number, elsewhere: boolean) => void;
}

/** The keys of the timeline. */
export function useTimelineKeys({ scene, view, change, cursor, open }: TimelineKeys): void {
  const pointer = () =>
    Number.isNaN(scene.marks.pointer) ? 0.5 : scene.marks.pointer / Math.max(1, scene.width);
  const zoom = (factor: number) => scene.look(zoomed(scene.target, factor, pointer()), { glide: true });
  const move = (part: number) => scene.look(moved(scene.target, part), { glide: true });
  useKey("w", "Zoom in", () => zoom(0.6), GROUP);
  useKey("s", "Zoom out", () => zoom(1 / 0.6), GROUP);
  useKey("a", "Earlier", () => move(-0.2), GROUP);
  useKey("d", "Later", () => move(0.2), GROUP);
  useKey("f", "Show all", () => scene.fit(), GROUP);
  useKey("[", "Task before, in the same lane", () => cursor.go("left"), GROUP);
  useKey("]", "Task after, in the same lane", () => cursor.go("right"), GROUP);
  useKey("e", "Next task that failed", () => cursor.failure(), GROUP);
  useKey("Enter", "Open the task", () => open(cursor.item, false), { ...GROUP, enabled: cursor.item >= 0 });
  useKey("p", "Critical path", () => change({ path: !view.path }), GROUP);
  useKey("i", "Skip idle time", () => change({ idle: !view.idle }), GROUP);
  useKey(
    "Escape",
    "Let go of what is selected",
    () => change({ area: undefined, task: undefined, stats: undefined }),
    {
      ...GROUP,
      enabled: view.area !== undefined || view.task !== undefined || view.stats !== undefined,
    },
  );
}
