"""AR-01: an artifact that cannot be pickled fails the task and is named."""

import threading

from metaflow import FlowSpec, Parameter, step


class Raises:
    """Says why it cannot be pickled."""

    def __reduce__(self):
        raise TypeError("pickles are refused")


def local_class():
    """An instance of a class that nobody can import."""

    class Local:
        pass

    return Local()


class UnpicklableFlow(FlowSpec):
    what = Parameter("what", default="lock")

    @step
    def start(self):
        self.fine = 1
        self.culprit = {"lock": threading.Lock, "generator": lambda: (n for n in [1]), "flow": lambda: self,
                        "local": local_class, "raising": Raises}[self.what]()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    UnpicklableFlow()
