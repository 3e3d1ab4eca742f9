"""What Runner is asked to run: parameters of each type, and a step that fails or waits if it is told to."""

import sys
import time

from metaflow import FlowSpec, JSONType, Parameter, step


class PaintFlow(FlowSpec):
    layers = Parameter("layers", default=2)
    gloss = Parameter("gloss", default=0.5, type=float)
    colours = Parameter("colours", default="red,blue", separator=",")
    recipe = Parameter("recipe", type=JSONType, default="{}")
    dry = Parameter("dry", default=True, type=bool)
    spill = Parameter("spill", default=False, type=bool)
    pause = Parameter("pause", default=0)

    @step
    def start(self):
        print("mixing", self.layers)
        print("fumes", file=sys.stderr)
        time.sleep(self.pause)
        if self.spill:
            raise ValueError("the bucket fell")
        self.next(self.end)

    @step
    def end(self):
        self.coats = self.layers * 2


if __name__ == "__main__":
    PaintFlow()
