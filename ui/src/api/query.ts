import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/**
 * What has been asked for is kept here. Nothing is asked again by itself: what changes is told over the socket (`~/live`), and what
 * failed in passing is tried again.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // The shell asks again when the server is back.
      refetchOnReconnect: false,
      networkMode: "always",
      retry: (failures, error) => error instanceof Problem && error.isPassing && failures < 2,
      retryDelay: (failures) => 400 * 2 ** failures,
    },
  },
});
