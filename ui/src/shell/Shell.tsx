import { type ErrorComponentProps, Link, Outlet, useRouter } from "@tanstack/react-router";
import { type ReactElement, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useDenied } from "~/api/session";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { TooltipLayer } from "~/parts/Tooltip";
import { PluginsEverywhere } from "~/plugins/PluginsEverywhere";
import { Banner } from "./Banner";
import { Denied } from "./Denied";
import { remember } from "./finder/recent";
import { GlobalKeys, TAB_KEYS, TabKey } from "./GlobalKeys";
import { useKeyboard } from "./keys";
import { pathspecOf } from "./place";
import css from "./Shell.module.css";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";
import { usePlaceTitle } from "./title";
import { useFocusOnPage } from "./useFocus";
import { useGo } from "./useGo";
import { usePaste } from "./usePaste";
import { usePlace } from "./usePlace";

const Finder = later(async () => (await import("./finder/Finder")).Finder);
const HelpSheet = later(async () => (await import("./HelpSheet")).HelpSheet);

/** What is open above the page. */
type Above = { what: "finder"; text: string } | { what: "help" } | undefined;

/** What is round every page. */
export function Shell(): ReactElement {
  const main = useRef<HTMLElement>(null);
  const [above, setAbove] = useState<Above>();
  const denied = useDenied();
  const go = useGo();
  useKeyboard();
  useFocusOnPage(main);
  const place = usePlace();
  const pathspec = pathspecOf(place);
  usePlaceTitle(titleOf(place));
  useEffect(() => {
    if (place.run !== undefined) remember(pathspec);
  }, [place.run, pathspec]);
  const find = useCallback((text = "") => setAbove({ what: "finder", text }), []);
  const paste = useCallback(
    async (text: string) => {
      const { resolved } = await import("./finder/offers");
      const { offers } = await resolved(text);
      const [only] = offers;
      // What can mean only one thing is gone to; what cannot is shown in the box.
      if (only?.address && offers.length === 1) go(only.address);
      else find(text);
    },
    [find, go],
  );
  usePaste(paste);
  const close = () => setAbove(undefined);
  return (
    <>
      <button type="button" className={css.skip} onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <GlobalKeys onFind={() => find()} onHelp={() => setAbove({ what: "help" })} />
      {TAB_KEYS.map(([keys, tab, name]) => (
        <TabKey key={tab} keys={keys} tab={tab} name={name} />
      ))}
      <TopBar onFind={() => find()} onHelp={() => setAbove({ what: "help" })} />
      <Banner />
      <PluginsEverywhere />
      <main ref={main} id="main" tabIndex={-1} className={css.main}>
        {denied ? (
          <Denied problem={denied} />
        ) : (
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        )}
      </main>
      {above?.what === "finder" && <Finder key={above.text} text={above.text} onClose={close} />}
      {above?.what === "help" && <HelpSheet onClose={close} />}
      <Toasts />
      <TooltipLayer />
    </>
  );
}

// What a page is called until it says so better.
function titleOf(place: ReturnType<typeof usePlace>): string {
  const tab = place.tab && place.tab !== "timeline" ? ` ${place.tab}` : "";
  return pathspecOf(place) + tab;
}

/** No page is at this address. */
export function NotFound(): ReactElement {
  return (
    <Empty title="No page is here" icon="search">
      <p>
        The address names nothing that these pages know. Start from <Link to="/">all runs</Link>, or paste a
        pathspec.
      </p>
    </Empty>
  );
}

/** A page failed. */
export function PageProblem({ error, reset }: ErrorComponentProps): ReactElement {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return <ProblemNotice error={error} retry={again} />;
}
