"""Says hello: the smallest flow worth running.

Run it with `spinloom run examples/hello/flow.py`, or with `--who reader` behind that.
"""

from __future__ import annotations

from spinloom import FlowSpec, Parameter, step


class HelloFlow(FlowSpec):
    """Greets somebody in three steps, one after another."""

    who = Parameter("who", default="world", help="Who is greeted")

    @step
    def start(self) -> None:
        """Every flow begins here. What is set on `self` is kept, and the next step has it too."""
        self.greeting = f"Hello, {self.who}!"
        self.next(self.hello)

    @step
    def hello(self) -> None:
        """Runs in a process of its own; what it prints is kept with the run."""
        print(self.greeting)
        self.next(self.end)

    @step
    def end(self) -> None:
        """Every flow ends here."""
        print(f"said in {len(self.greeting)} characters")


if __name__ == "__main__":
    HelloFlow()
