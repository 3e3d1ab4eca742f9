import { useRouter } from "@tanstack/react-router";
import type { ComponentProps, MouseEvent, ReactElement } from "react";
import { base } from "~/api/base";
import { useGo } from "~/shell/useGo";

/** A link to an address of ours. It costs a page of many rows a tenth of the router's own. */
export function RunLink({ href, onClick, ...rest }: ComponentProps<"a"> & { href: string }): ReactElement {
  const go = useGo();
  const router = useRouter();
  const open = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (event.defaultPrevented || elsewhere) return;
    event.preventDefault();
    go(href);
  };
  // Its page is fetched when somebody points at it.
  const preload = () => void router.preloadRoute({ to: href.split("?")[0] as never }).catch(() => {});
  return <a href={base + href} onClick={open} onPointerEnter={preload} {...rest} />;
}
