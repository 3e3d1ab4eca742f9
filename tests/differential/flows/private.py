"""AR-01, AR-11: names that begin with an underscore are artifacts, hidden from iteration."""

from metaflow import FlowSpec, step


class PrivateFlow(FlowSpec):
    @step
    def start(self):
        self._secret = 1
        self.__mangled = 2
        self.next(self.end)

    @step
    def end(self):
        self.seen = (self._secret, self.__mangled)


if __name__ == "__main__":
    PrivateFlow()
