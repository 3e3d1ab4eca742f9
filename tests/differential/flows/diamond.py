"""FL-01: a diamond of bases and a mixin: parameters, steps, decorators and mutators are merged along the bases."""

import os

from diamond_base import Left, Mixin, Right, adds
from metaflow import current, step


@adds(name="own outer")
@adds(name="own inner")
class DiamondFlow(Left, Right, Mixin):
    @step
    def start(self):
        self.first = os.environ["FIRST"]
        self.project = current.project_name
        steps = self._graph_info["steps"]
        self.decorators = sorted(one["name"] for one in steps["start"]["decorators"])
        self.next(self.end)


if __name__ == "__main__":
    DiamondFlow()
