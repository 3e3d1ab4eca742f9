/** The runs that every test finds in the shared store. */
export const RUNS = {
  /** Names and values that break layouts. */
  names: "NamesFlow/1",
  /** Artifacts of all kinds; two runs that differ in a parameter and the way that was taken. */
  kinds: "KindsFlow/1",
  thorough: "KindsFlow/2",
  /** A step that worked at its third attempt. */
  retried: "RetriedFlow/1",
  /** Sixty thousand lines of log. */
  chatty: "ChattyFlow/1",
  /** Failed in six of twelve tasks; HTML wherever a text can be. */
  broken: "BrokenFlow/1",
  /** A foreach of thirty by another user, and one of three hundred. */
  small: "GridFlow/1",
  grid: "GridFlow/2",
} as const;

/** Where pictures for the guide go: into the tree if they are wanted there (`SPINLOOM_SCREENSHOTS=1`). They show times, so each is new. */
export const SCREENSHOTS = process.env.SPINLOOM_SCREENSHOTS ? "screenshots" : "test-results/screenshots";

/** Paths of the pages of a run. */
export const TABS = [
  "timeline",
  "dag",
  "tasks",
  "logs",
  "artifacts",
  "cards",
  "config",
  "code",
  "compare",
] as const;
