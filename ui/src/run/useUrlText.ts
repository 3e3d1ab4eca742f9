import { useEffect, useRef, useState } from "react";
import { one, useUrl } from "~/shell/url";

/** A text that is typed and is in the address: shown at once, written there when the address may be changed. */
export function useUrlText(name: string): [string, (text: string) => void] {
  const [url, setUrl] = useUrl();
  const there = one(url, name) ?? "";
  const [text, setText] = useState(there);
  const written = useRef(there);
  useEffect(() => {
    // Somebody else changed it: a link, or the way back.
    if (there === written.current) return;
    written.current = there;
    setText(there);
  }, [there]);
  return [
    text,
    (next) => {
      setText(next);
      written.current = next;
      setUrl({ [name]: next });
    },
  ];
}
