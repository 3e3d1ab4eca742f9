"""FD-01: flow decorators are inherited, and what is in the file holds without options."""

from metaflow import FlowSpec, current, project, step


@project(name="shared", branch="fixed", production=True)
class Base(FlowSpec):
    pass


class InheritedFlow(Base):
    @step
    def start(self):
        self.names = [current.project_name, current.branch_name, current.project_flow_name]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    InheritedFlow()
