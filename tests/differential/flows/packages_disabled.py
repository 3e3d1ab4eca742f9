from metaflow import FlowSpec, pypi, step


class Packages(FlowSpec):
    @pypi(packages={"six": "1.16.0"}, disabled=True)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Packages()
