"""Writes a great deal."""

import sys
import time

from spinloom import FlowSpec, Parameter, step


class ChattyFlow(FlowSpec):
    """Writes many lines, with colours, progress bars, and lines of all lengths."""

    lines = Parameter("lines", default=60_000, help="How many lines")

    @step
    def start(self):
        """Writes."""
        for n in range(self.lines):
            if n % 1000 == 0:
                print(f"\033[33mWARNING\033[0m block {n // 1000}", file=sys.stderr)
            print(f"line {n} \033[32mloss\033[0m={1 / (n + 1):.6f} lr=\033[1m0.001\033[0m")
        for percent in range(101):
            print(f"\rtraining {percent:3d} %", end="")
        print()
        print("long " + "x" * 5000)
        print("עברית مرحبا 🧵 <script>window.__ran = true</script>")
        sys.stdout.flush()
        # The streams are two pipes: what comes at once in both has no order.
        time.sleep(0.2)
        print("\033[31mERROR needle in a haystack\033[0m", file=sys.stderr)
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    ChattyFlow()
