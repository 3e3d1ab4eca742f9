"""Counts the words of a poem, with modules that lie beside the flow.

Run it with `spinloom run examples/helpers/flow.py`, or with `--text another.txt --most 5` behind that.
"""

from __future__ import annotations

from pathlib import Path

from drawing.bars import bars
from spinloom import FlowSpec, IncludeFile, Parameter, step
from words import frequencies


class PoemFlow(FlowSpec):
    """Draws how often the most frequent words of a text are used."""

    text = IncludeFile("text", default=str(Path(__file__).with_name("poem.txt")), help="What is read")
    most = Parameter("most", default=3, help="How many words are shown")

    @step
    def start(self) -> None:
        """Counts, with `words.py`."""
        self.frequencies = frequencies(self.text)
        self.next(self.end)

    @step
    def end(self) -> None:
        """Draws, with the package `drawing`; of equals, the first in the text comes first."""
        self.drawn = bars(self.frequencies.most_common(self.most))
        print(self.drawn)


if __name__ == "__main__":
    PoemFlow()
