"""Pages of Markdown are tests: those of `tests/flows`, the guide and the page for agents, whose every block is run before a reader sees it."""

pytest_plugins = ["support.pages"]
