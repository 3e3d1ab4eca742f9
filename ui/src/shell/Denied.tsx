import { type FormEvent, type ReactElement, useState } from "react";
import type { Problem } from "~/api/client";
import { Button } from "~/parts/Button";
import { TextInput } from "~/parts/Field";
import { Icon } from "~/parts/Icon";
import css from "./Denied.module.css";

/** The server wants a token: how one gets in. */
export function Denied({ problem }: { problem: Problem }): ReactElement {
  const [token, setToken] = useState("");
  const enter = (event: FormEvent) => {
    event.preventDefault();
    const { pathname, search } = window.location;
    const more = search === "" ? "?" : `${search}&`;
    // The server keeps it as a cookie that no script can read, and takes it out of the address again.
    window.location.assign(`${pathname}${more}token=${encodeURIComponent(token.trim())}`);
  };
  return (
    <section className={css.denied} aria-labelledby="denied">
      <Icon name="user" size={26} />
      <h1 id="denied">This server wants a token</h1>
      <p>
        Open the address that <code>spinloom server</code> printed when it was started, the one with{" "}
        <code>?token=…</code>: this browser is remembered from then on. Or paste the token here.
      </p>
      <form onSubmit={enter} className={css.form}>
        <TextInput
          type="password"
          aria-label="Token"
          placeholder="Token"
          autoComplete="current-password"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <Button type="submit" look="solid" disabled={token.trim() === ""}>
          Open
        </Button>
      </form>
      <p className={css.why}>
        The server said: {problem.title}
        {problem.code && ` (${problem.code})`}
      </p>
    </section>
  );
}
