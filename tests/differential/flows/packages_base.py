from metaflow import FlowSpec, pypi_base, step


@pypi_base(packages={"six": "1.16.0"})
class Packages(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Packages()
