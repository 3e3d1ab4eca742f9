import type { ComponentProps, MouseEvent, ReactElement } from "react";
import { useGo } from "~/shell/useGo";

/** A link to an address of ours. */
export function RunLink({ href, onClick, ...rest }: ComponentProps<"a"> & { href: string }): ReactElement {
  const go = useGo();
  const open = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (event.defaultPrevented || elsewhere) return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={open} {...rest} />;
}
