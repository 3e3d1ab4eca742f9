import { say } from "./say";
import { toast } from "./toast";

/** Puts a text on the clipboard, and says so; `what` names it: "pathspec". */
export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP from another machine has no clipboard of its own.
    if (!copyOldWay(text)) {
      toast(`the ${what} cannot be copied here: the browser does not allow it`);
      return false;
    }
  }
  say(`${what} copied`);
  return true;
}

function copyOldWay(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
