"""CD-10: an expression that names no config."""

from metaflow import Config, FlowSpec, config_expr, resources, step


class BadConfigFlow(FlowSpec):
    c = Config("c", default_value={"cpu": 1})

    @resources(cpu=config_expr("d.cpu"))
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadConfigFlow()
