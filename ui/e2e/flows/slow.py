"""Waits for files to appear: a test decides when it goes on."""

import os
import time
from pathlib import Path

from spinloom import FlowSpec, Parameter, step


class SlowFlow(FlowSpec):
    """Each task waits until the file of its name is there, and prints while it waits."""

    gates = Parameter("gates", default=".", help="The folder with the files")
    wide = Parameter("wide", default=4, help="How many tasks")

    def wait(self, name):
        """Until the file is there."""
        for n in range(6000):
            if (Path(self.gates) / name).exists():
                return
            if n % 10 == 0:
                print(f"waiting for {name} ({n})", flush=True)
            time.sleep(0.05)
        raise TimeoutError(name)

    @step
    def start(self):
        """Begins."""
        self.pid = os.getpid()
        self.wait("start")
        self.items = [f"item-{n}" for n in range(self.wide)]
        self.next(self.work, foreach="items")

    @step
    def work(self):
        """Waits."""
        self.wait("work")
        self.next(self.join)

    @step
    def join(self, inputs):
        """Joins."""
        self.next(self.end)

    @step
    def end(self):
        """Ends."""
        self.wait("end")


if __name__ == "__main__":
    SlowFlow()
