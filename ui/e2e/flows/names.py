"""Names and values that break layouts."""

from spinloom import FlowSpec, step

VALUES = ["עברית", "مرحبا بالعالم", "🧵🪡🧶", "e\u0301\u0301\u0301\u0301\u0301", "x" * 300, "line\nbreak", ""]


class NamesFlow(FlowSpec):
    """أسماء طويلة جدا – very long names, right to left, emoji 🧵."""

    @step
    def start(self):
        """Begins."""
        self.values = VALUES
        self.next(
            self.a_step_with_a_name_of_three_hundred_letters_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,
            foreach="values",
        )

    @step
    def a_step_with_a_name_of_three_hundred_letters_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx(
        self,
    ):
        """Does nothing, at length."""
        self.value = self.input
        self.next(self.join)

    @step
    def join(self, inputs):
        """Joins."""
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    NamesFlow()
