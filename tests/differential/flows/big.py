"""AR-02: large artifacts: a few megabytes of bytes, text and numbers arrive whole."""

import array
import hashlib

from metaflow import FlowSpec, step


class BigFlow(FlowSpec):
    @step
    def start(self):
        self.raw = bytes(range(256)) * 12_000
        self.text = "long line of text ☕\n" * 60_000
        self.numbers = list(range(200_000))
        self.array = array.array("d", [0.5]) * 200_000
        self.writable = bytearray(b"ab" * 500_000)
        self.next(self.end)

    @step
    def end(self):
        self.digest = hashlib.sha256(self.raw + self.text.encode()).hexdigest()
        self.sums = (sum(self.numbers), sum(self.array), len(self.writable))
        self.writable[0] = 0
        self.array[0] = 1.5


if __name__ == "__main__":
    BigFlow()
