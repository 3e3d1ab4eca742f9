import { useEffect } from "react";
import { looksLikePlace } from "./place";

/** Hears what is pasted anywhere but into a field. */
export function usePaste(onPaste: (text: string) => void): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, [contenteditable], dialog")) return;
      const text = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (text === "" || text.length > 2000 || text.includes("\n") || !looksLikePlace(text)) return;
      event.preventDefault();
      onPaste(text);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [onPaste]);
}
