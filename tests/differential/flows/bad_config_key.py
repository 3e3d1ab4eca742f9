"""PA-12: a decorator that names a key which the config does not have."""

from metaflow import Config, FlowSpec, resources, step


class BadConfigFlow(FlowSpec):
    c = Config("c", default_value={"cpu": 1})

    @resources(cpu=c.cpus)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadConfigFlow()
