"""CU-05, CU-06, CU-07: tags given at launch, changed by the Client, and seen by `current`."""

from metaflow import FlowSpec, current, step


class TaggedFlow(FlowSpec):
    @step
    def start(self):
        self.launched_with = sorted(tag for tag in current.tags if ":" not in tag)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    TaggedFlow()
