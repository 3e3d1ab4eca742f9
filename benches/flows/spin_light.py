from metaflow import FlowSpec, step


class SpinLight(FlowSpec):
    @step
    def start(self):
        self.x = 1
        self.next(self.train)

    @step
    def train(self):
        self.y = self.x + 1
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SpinLight()
