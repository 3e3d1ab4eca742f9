"""A module beside the flow file."""


class Box:
    """Holds items."""

    def __init__(self, items):
        self.items = items

    def __repr__(self):
        return f"Box({self.items})"


class HelperError(Exception):
    """An exception that only this module knows."""
