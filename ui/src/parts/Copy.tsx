import { type ReactElement, useEffect, useState } from "react";
import { Button, IconButton } from "./Button";
import { copyText } from "./clipboard";

export interface CopyProps {
  /** What is copied; a function if making it costs. */
  text: string | (() => string);
  /** What it is: "pathspec", "command". */
  label: string;
  /** Shows the label, too. */
  wide?: boolean;
  small?: boolean;
}

/** A button that copies a text. */
export function Copy({ text, label, wide, small = true }: CopyProps): ReactElement {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => setCopied(false), 1600);
    return () => window.clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied(await copyText(typeof text === "string" ? text : text(), label));
  const icon = copied ? "check" : "copy";
  return wide ? (
    <Button small={small} icon={icon} onClick={copy} aria-label={`copy ${label}`}>
      {copied ? "Copied" : label}
    </Button>
  ) : (
    <IconButton small={small} icon={icon} onClick={copy} label={copied ? "copied" : `copy ${label}`} />
  );
}
