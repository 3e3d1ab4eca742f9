import type { ReactElement } from "react";
import { Dialog } from "~/parts/Dialog";
import { Kbd } from "~/parts/Kbd";
import css from "./HelpSheet.module.css";
import { type Binding, useBindings } from "./keys";

/** All keys that do something here, by what they are for. */
export function HelpSheet({ onClose }: { onClose: () => void }): ReactElement {
  const groups = grouped(useBindings());
  return (
    <Dialog open onClose={onClose} title="Keys" wide>
      <div className={css.groups}>
        {groups.map(([name, bindings]) => (
          <section key={name} className={css.group}>
            <h3>{name}</h3>
            <dl>
              {bindings.map((binding) => (
                <div key={binding.keys} className={css.binding}>
                  <dt>{binding.label}</dt>
                  <dd>
                    <Kbd keys={binding.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={css.hint}>Paste a pathspec, the id of a run or an address anywhere to go there.</p>
    </Dialog>
  );
}

// What belongs to this page comes first; of two bindings of a key the newest counts.
function grouped(bindings: readonly Binding[]): [string, Binding[]][] {
  const groups = new Map<string, Map<string, Binding>>();
  for (const binding of bindings) {
    const group = groups.get(binding.group) ?? new Map<string, Binding>();
    group.set(binding.keys, binding);
    groups.set(binding.group, group);
  }
  const rank = (name: string) => (name === "Everywhere" ? 2 : name === "Go to" ? 1 : 0);
  return [...groups]
    .map(([name, group]): [string, Binding[]] => [name, [...group.values()]])
    .sort(([a], [b]) => rank(a) - rank(b));
}
