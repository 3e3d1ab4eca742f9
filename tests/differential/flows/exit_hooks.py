"""FD-09: functions called when the run is over, whatever becomes of them."""

from pathlib import Path

from metaflow import FlowSpec, Parameter, exit_hook, step


def note(text):
    """Adds a line to a file that a script shows."""
    with Path("hooks.log").open("a") as log:
        log.write(text + "\n")


def with_run(run):
    note(f"with_run {run.successful} {run.finished} {run.data is not None}")


def without():
    note("without")


def optional(run=None):
    note(f"optional {run is not None}")


def anything(**given):
    note(f"anything {sorted(given)}")


def broken():
    note("broken")
    raise ValueError("no notice today")


def failed(run):
    note(f"failed {run.successful} {[step.id for step in run]}")


@exit_hook(on_success=[with_run], on_error=[failed, "without"])
@exit_hook(on_success=[broken, without, optional, "anything"])
class ExitHookFlow(FlowSpec):
    fail = Parameter("fail", default=False)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        if self.fail:
            raise ValueError("broken")


if __name__ == "__main__":
    ExitHookFlow()
