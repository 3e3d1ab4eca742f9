import type { ReactElement } from "react";
import type { RunBundle } from "~/api/types";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { copyText } from "~/parts/clipboard";
import { Menu } from "~/parts/Menu";
import { useKey } from "~/shell/keys";
import { commandsOf } from "./commands";

/** What one takes from a run elsewhere: its pathspec, and commands. */
export function CopyMenu({ bundle }: { bundle: RunBundle }): ReactElement {
  const path = `${bundle.flow}/${bundle.run}`;
  useKey("y", "copy the pathspec", () => void copyText(path, "pathspec"), GROUP);
  useKey("Y", "copy the address", () => void copyText(location.href, "address"), GROUP);
  const items = commandsOf(bundle).map((command) => ({
    label: command.label,
    icon: "terminal" as const,
    onSelect: () => void copyText(command.text, command.label),
  }));
  return (
    <>
      <Copy text={path} label="pathspec" wide />
      <Menu
        trigger={
          <Button small icon="terminal">
            Commands
          </Button>
        }
        label="copy a command"
        align="end"
        items={[
          { heading: "Copy" },
          ...items,
          "line",
          {
            label: "Address of this view",
            icon: "link",
            keys: "Y",
            onSelect: () => void copyText(location.href, "address"),
          },
        ]}
      />
    </>
  );
}

const GROUP = { group: "Run" };
