const KEY = "spinloom.plugins";

/** Whether somebody writes a plugin: `?plugins=dev` says so for the tab, until `?plugins=off`. */
export function developing(): boolean {
  const said = new URLSearchParams(window.location.search).get("plugins");
  try {
    if (said === "dev") sessionStorage.setItem(KEY, "dev");
    else if (said === "off") sessionStorage.removeItem(KEY);
    return sessionStorage.getItem(KEY) === "dev";
  } catch {
    // Storage may be forbidden: then the address says it.
    return said === "dev";
  }
}
