"""Artifacts of many kinds, and a graph with everything in it."""

import datetime

from spinloom import FlowSpec, JSONType, Parameter, project, step


@project(name="showcase")
class KindsFlow(FlowSpec):
    """Makes an artifact of each kind; splits, branches, and a switch."""

    mode = Parameter("mode", default="quick", help="Which way to go: `quick` or `thorough`")
    options = Parameter("options", type=JSONType, default='{"a": [1, 2, {"b": null}]}', help="Anything")

    @step
    def start(self):
        """Plain values."""
        self.number = 42
        self.share = 0.125
        self.text = "שלום עולם – hello 🧵 <b>not bold</b>"
        self.nothing = None
        self.when = datetime.datetime(2026, 11, 27, 12, 0, tzinfo=datetime.UTC)
        self.tree = {"name": "tree", "list": list(range(30)), "nested": {"deep": {"deeper": [True, None, "x" * 400]}}}
        self.blob = bytes(range(256)) * 8
        self.next(self.tables, self.pictures)

    @step
    def tables(self):
        """Tables and arrays."""
        import numpy as np
        import pandas as pd

        rows = 500
        self.frame = pd.DataFrame(
            {
                "city": [["Rome", "Oslo", "Łódź", "東京"][n % 4] for n in range(rows)],
                "visits": np.arange(rows) * 3 % 97,
                "share": np.linspace(0, 1, rows),
                "late": [n % 7 == 0 for n in range(rows)],
                "day": pd.date_range("2026-01-01", periods=rows, freq="h"),
            }
        )
        self.array = np.sin(np.linspace(0, 20, 10_000)).reshape(100, 100)
        self.vector = np.arange(12, dtype="float32")
        self.next(self.join)

    @step
    def pictures(self):
        """A picture and a plot."""
        import numpy as np
        from PIL import Image

        y, x = np.mgrid[0:128, 0:192]
        self.picture = Image.fromarray(np.stack([x, y * 2 % 256, (x + y) % 256], axis=-1).astype("uint8"))
        self.next(self.join)

    @step
    def join(self, inputs):
        """Brings all together."""
        self.merge_artifacts(inputs)
        self.next(self.decide)

    @step
    def decide(self):
        """Takes one of two ways."""
        self.way = self.mode
        self.next({"quick": self.quick, "thorough": self.thorough}, condition="way")

    @step
    def quick(self):
        """The short way."""
        self.next(self.end)

    @step
    def thorough(self):
        """The long way."""
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    KindsFlow()
