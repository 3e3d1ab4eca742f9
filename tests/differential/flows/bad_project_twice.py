"""FD-01: a base's decorator counts."""

from metaflow import FlowSpec, project, step


@project(name="base")
class Base(FlowSpec):
    pass


@project(name="own")
class TwiceFlow(Base):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    TwiceFlow()
