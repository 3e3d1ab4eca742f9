import { type ReactElement, useEffect, useState } from "react";
import { queryClient } from "~/api/query";
import { live, useConnection } from "~/live";
import { Button } from "~/parts/Button";
import { Icon } from "~/parts/Icon";
import { useNow } from "~/parts/now";
import { say } from "~/parts/say";
import { toast } from "~/parts/toast";
import css from "./Banner.module.css";

/** A loss shorter than this is nobody's business, milliseconds: the server was started anew, a network changed. */
const SHORT = 700;

/** Says that the server is gone, and when it is tried again; asks for everything again when it is back. */
export function Banner(): ReactElement | null {
  const state = useConnection((connection) => connection.state);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state !== "lost") return setShown(false);
    const timer = window.setTimeout(() => {
      setShown(true);
      say("The server cannot be reached");
    }, SHORT);
    return () => window.clearTimeout(timer);
  }, [state]);
  useEffect(() => {
    live.start();
    return live.onBack(() => {
      // What is watched catches up by itself; what was asked for once is asked for again.
      void queryClient.invalidateQueries();
      toast("The server is back");
      say("The server is back");
    });
  }, []);
  return shown ? <Gone /> : null;
}

function Gone(): ReactElement {
  const { retryAt, since } = useConnection();
  useNow(500);
  const now = Date.now();
  const seconds = Math.ceil((retryAt - now) / 1000);
  return (
    <section className={css.banner} aria-label="Connection">
      <Icon name="warning" size={15} />
      <p>
        <strong>Server gone:</strong> {seconds > 0 ? `retrying in ${seconds} s` : "retrying now"}
        <span className={css.more}>
          {" "}
          · what you see is as of {minutes(now - since)} ago · is <code>spinloom server</code> running?
        </span>
      </p>
      <Button small onClick={() => live.retry()}>
        Try now
      </Button>
    </section>
  );
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.max(1, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`;
}
