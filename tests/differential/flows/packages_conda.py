from metaflow import FlowSpec, conda, step


class Packages(FlowSpec):
    @conda(libraries={"six": "1.16.0"}, python="3.11")
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Packages()
