"""RU-02: each task runs in a process of its own; nothing a task does to its process is seen by another."""

import os
import sys

from metaflow import FlowSpec, step


COUNTER = []


class IsolationFlow(FlowSpec):
    @step
    def start(self):
        COUNTER.append("start")
        os.environ["LEFT_BEHIND"] = "1"
        sys.path.append("/nowhere")
        self._pid = os.getpid()
        self.next(self.end)

    @step
    def end(self):
        self.counter = list(COUNTER)
        self.environment = "LEFT_BEHIND" in os.environ
        self.path = "/nowhere" in sys.path
        self.other_process = self._pid != os.getpid()
        self.folder = os.path.exists("flow.py")
        self.main = sys.modules["__main__"].__name__


if __name__ == "__main__":
    IsolationFlow()
