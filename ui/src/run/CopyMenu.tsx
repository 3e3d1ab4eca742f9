import type { ReactElement } from "react";
import type { RunBundle } from "~/api/types";
import { Button } from "~/parts/Button";
import { copyText } from "~/parts/clipboard";
import { Menu } from "~/parts/Menu";
import { commandsOf } from "./commands";

/** What one takes from a run elsewhere: its pathspec, its address, and commands. */
export function CopyMenu({ bundle }: { bundle: RunBundle }): ReactElement {
  const path = `${bundle.flow}/${bundle.run}`;
  const commands = commandsOf(bundle).map((command) => ({
    label: command.label,
    icon: command.icon,
    onSelect: () => void copyText(command.text, command.label),
  }));
  return (
    <Menu
      trigger={
        <Button small icon="copy">
          Copy
        </Button>
      }
      label="copy"
      align="end"
      items={[
        { label: "Pathspec", icon: "box", keys: "y", onSelect: () => void copyText(path, "pathspec") },
        {
          label: "Address of this view",
          icon: "link",
          keys: "Y",
          onSelect: () => void copyText(location.href, "address"),
        },
        { heading: "Commands" },
        ...commands,
      ]}
    />
  );
}
