"""Fails, with HTML wherever a text of ours can be."""

from spinloom import FlowSpec, Parameter, step

SCRIPT = "<script>window.__ran = true</script><img src=x onerror='window.__ran = true'><b>bold</b>"


class BrokenFlow(FlowSpec):
    """Fails. <b>Not bold.</b>"""

    note = Parameter("note", default=SCRIPT, help="<i>Not italic.</i>")

    @step
    def start(self):
        """Begins."""
        self.page = f"<html><body>{SCRIPT}</body></html>"
        self.rows = list(range(12))
        self.next(self.work, foreach="rows")

    @step
    def work(self):
        """Fails on odd rows. <script>window.__ran = true</script>"""
        print(SCRIPT)
        if self.input % 2:
            raise ValueError(f"row {self.input} is odd: {SCRIPT}")
        self.next(self.join)

    @step
    def join(self, inputs):
        """Never comes to this."""
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    BrokenFlow()
