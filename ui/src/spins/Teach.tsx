import type { ReactElement } from "react";
import { Copy } from "~/parts/Copy";
import { Empty } from "~/parts/Empty";
import css from "./Spins.module.css";

/** Where no spins are: how they come here. */
export function Teach({
  step = "train",
  folder,
}: {
  step?: string;
  folder?: string | undefined;
}): ReactElement {
  const command = `spinloom spin flow.py ${step} --persist`;
  return (
    <Empty title="No spin was kept" icon="bolt">
      <p>
        A spin runs one step at once, in your terminal, with what earlier steps have recorded. What it makes
        is kept if it is asked to:
      </p>
      <p className={css.command}>
        <code>{command}</code> <Copy text={command} label="command" />
      </p>
      <p>
        Then it comes up here by itself: what it was given, what it made and how that differs from the run,
        its log, and the command that makes it count. <code>export SPINLOOM_SPIN_PERSIST=1</code> keeps every
        spin.
      </p>
      {folder && (
        <p>
          They are kept in <code>{folder}</code>, never in the store of runs; remove that folder to forget
          them.
        </p>
      )}
    </Empty>
  );
}
