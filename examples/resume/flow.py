"""Sums up ten days of rain, once it is mended.

Run it with `spinloom run examples/resume/flow.py`: it fails. README.md says how to mend it and how to go on.
"""

from __future__ import annotations

from csv import DictReader
from pathlib import Path

from spinloom import FlowSpec, IncludeFile, step

MISSING = {""}
"""What stands in the table where nothing was measured."""


class RainFlow(FlowSpec):
    """Finds out how much it rained, and on which day the most."""

    csv = IncludeFile("csv", default=str(Path(__file__).with_name("rain.csv")), help="Table: day, millimetres")

    @step
    def start(self) -> None:
        """Reads the table. Think of it as the step that takes an hour."""
        self.rows = list(DictReader(self.csv.splitlines()))
        print(f"{len(self.rows)} days")
        self.next(self.convert)

    @step
    def convert(self) -> None:
        """Makes numbers of the texts, and leaves out the days that have none."""
        measured = [row for row in self.rows if row["millimetres"] not in MISSING]
        self.rain = {row["day"]: float(row["millimetres"]) for row in measured}
        self.next(self.end)

    @step
    def end(self) -> None:
        """Sums up."""
        self.total = round(sum(self.rain.values()), 1)
        self.wettest = max(self.rain, key=self.rain.__getitem__)
        print(f"{self.total} mm on {len(self.rain)} days, most of it on {self.wettest}")


if __name__ == "__main__":
    RainFlow()
