import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "~/api/query";
import { begin, router } from "~/router";
import { followPrefs } from "~/theme/prefs";
import "~/theme/theme.css";
import "~/theme/base.css";

followPrefs();

/** What is there of a page is shown after so long, ms; sooner if all of it is there. */
const PATIENCE = 100;

function show(): void {
  const place = document.getElementById("root");
  if (!place) return;
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

const patience = new Promise<void>((done) => setTimeout(done, PATIENCE));
// What cannot be loaded is told by the page that is shown.
void Promise.race([begin().catch(() => {}), patience]).then(show);
