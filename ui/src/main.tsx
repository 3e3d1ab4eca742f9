import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "~/api/query";
import { begin, makeRouter } from "~/router";
import { followPrefs } from "~/theme/prefs";
import "~/theme/theme.css";
import "~/theme/base.css";

followPrefs();

/** What is there of a page is shown after so long, ms; sooner if all of it is there. */
const PATIENCE = 100;

async function start(): Promise<void> {
  const place = document.getElementById("root");
  if (!place) return;
  const router = makeRouter();
  const patience = new Promise((done) => setTimeout(done, PATIENCE));
  const shown = new AbortController();
  // What cannot be loaded is told by the page that is shown.
  await Promise.race([begin(router, shown.signal).catch(() => {}), patience]);
  shown.abort();
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

// Not while this script is being evaluated: under developer tools, calls of the browser note who made them, for which V8 reads what is
// being run once more, and that would be all of this script.
void Promise.resolve().then(start);
