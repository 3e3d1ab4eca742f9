import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";

/** Goes to an address of these pages. */
export function useGo(): (address: string, how?: { replace?: boolean }) => void {
  const router = useRouter();
  return useCallback(
    (address, how) => {
      if (how?.replace) router.history.replace(address);
      else router.history.push(address);
    },
    [router],
  );
}
