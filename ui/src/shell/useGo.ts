import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { base } from "~/api/base";

/** Goes to an address of these pages. */
export function useGo(): (address: string, how?: { replace?: boolean }) => void {
  const router = useRouter();
  return useCallback(
    (address, how) => {
      if (how?.replace) router.history.replace(base + address);
      else router.history.push(base + address);
    },
    [router],
  );
}
