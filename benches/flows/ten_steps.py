import json
import os
import time

import numpy
from metaflow import FlowSpec, step

SIZE = int(os.environ["BENCH_SIZE"])
READ = os.environ["BENCH_READ"] == "1"


class TenSteps(FlowSpec):
    """One array through ten steps: not looked at, or only read."""

    @step
    def start(self):
        self.value = numpy.random.default_rng(7).random(SIZE)
        self.count = 0
        self.next(self.again)

    @step
    def again(self):
        if self.count == 0:
            self.began = time.time()
        if READ:
            self.head = float(self.value[0])
        self.count += 1
        self.more = self.count < 10
        self.next({True: self.again, False: self.end}, condition="more")

    @step
    def end(self):
        with open(os.environ["BENCH_NOTES"], "a") as file:
            file.write(json.dumps({"seconds": (time.time() - self.began) / 10}) + "\n")


if __name__ == "__main__":
    TenSteps()
