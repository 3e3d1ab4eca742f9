"""Pages of Markdown are tests: those of `tests/flows`, and the guide, whose every block is run before a reader sees it."""

pytest_plugins = ["support.pages"]
