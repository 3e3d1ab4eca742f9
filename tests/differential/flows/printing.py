"""LG-04: what steps write on both streams, in every awkward form."""

import os
import subprocess
import sys

from metaflow import FlowSpec, step


class PrintFlow(FlowSpec):
    @step
    def start(self):
        print("to stdout")
        print("to stderr", file=sys.stderr)
        print("  indented * star  ")
        print()
        print("naïve ☕ 漢字")
        self.next(self.child)

    @step
    def child(self):
        sys.stdout.flush()
        subprocess.run(["/bin/sh", "-c", "echo from a child; echo its errors >&2"], check=True)
        os.write(1, b"straight to the descriptor\n")
        self.next(self.large)

    @step
    def large(self):
        for number in range(5000):
            print("line", number, "x" * 50)
        print("y" * 100_000)
        self.next(self.end)

    @step
    def end(self):
        print("no newline at the end", end="")


if __name__ == "__main__":
    PrintFlow()
