"""FD-09: what the hooks noted."""

from pathlib import Path

print(Path("hooks.log").read_text())
