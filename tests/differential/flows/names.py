"""FL-22: reserved names on the instance; assignment to `name` is lost."""

from metaflow import FlowSpec, step


class NamesFlow(FlowSpec):
    @step
    def start(self):
        self.before = self.name
        self.name = "mine"
        self.script = self.script_name.endswith("flow.py")
        self.steps = sorted(one.name if hasattr(one, "name") else one.__name__ for one in self)
        self.next(self.end)

    @step
    def end(self):
        self.after = self.name


if __name__ == "__main__":
    NamesFlow()
