from metaflow import FlowSpec, package_sources, step


@package_sources(("../out/lonely.py", "helpers.py"))
class PackFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    PackFlow()
