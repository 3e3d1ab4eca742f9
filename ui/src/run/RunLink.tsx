import { useRouter } from "@tanstack/react-router";
import type { ComponentProps, MouseEvent, ReactElement } from "react";

/** Goes to an address of ours without loading the page anew. */
export function useGo(): (href: string, replace?: boolean) => void {
  const { history } = useRouter();
  return (href, replace) => (replace ? history.replace(href) : history.push(href));
}

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
