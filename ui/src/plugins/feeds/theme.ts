import { useSyncExternalStore } from "react";
import { usePrefs } from "~/theme/prefs";

/** How the pages look. */
export interface Theme {
  theme: "light" | "dark";
  contrast: "normal" | "more";
}

const dark = "(prefers-color-scheme: dark)";

/** How the pages look now. */
export function useTheme(): Theme {
  const theme = usePrefs((prefs) => prefs.theme);
  const contrast = usePrefs((prefs) => prefs.contrast);
  const isDark = useSyncExternalStore(
    (changed) => {
      const query = matchMedia(dark);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => matchMedia(dark).matches,
  );
  return {
    theme: theme === "system" ? (isDark ? "dark" : "light") : theme,
    contrast: contrast === "more" || matchMedia("(prefers-contrast: more)").matches ? "more" : "normal",
  };
}
