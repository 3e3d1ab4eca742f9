from metaflow.plugins.package_suffixes_mutator import package_suffixes

from metaflow import FlowSpec, step


@package_suffixes([".sql", "TXT"])
class PackFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    PackFlow()
