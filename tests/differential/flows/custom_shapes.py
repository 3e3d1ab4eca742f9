"""CD-02: steps of every shape are skipped, and go on as they would have; decorators see joins and foreachs."""

from metaflow import USER_SKIP_STEP, FlowSpec, step, user_step_decorator


@user_step_decorator
def skips(step_name, flow, inputs, attributes):
    for name, value in attributes.items():
        setattr(flow, name, value)
    yield {"foreach": "others"} if "others" in attributes else USER_SKIP_STEP


@user_step_decorator
def merges(step_name, flow, inputs):
    flow.given = sorted(one.doubled for one in inputs)
    yield
    flow.total = sum(flow.doubled)


@user_step_decorator
def doubles(step_name, flow, inputs):
    flow.item, flow.place = flow.input, flow.index
    yield
    flow.doubled = 2 * flow.item


class ShapesFlow(FlowSpec):
    @skips(items=[1, 2, 3], others=[4, 5])
    @step
    def start(self):
        self.next(self.each, foreach="items")

    @doubles
    @step
    def each(self):
        self.next(self.join)

    @merges
    @step
    def join(self, inputs):
        self.doubled = [one.doubled for one in inputs]
        self.next(self.route)

    @step
    def route(self):
        self.which = "b"
        self.next({"a": self.left, "b": self.right}, condition="which")

    @step
    def left(self):
        self.went = "left"
        self.next(self.split)

    @step
    def right(self):
        self.went = "right"
        self.next(self.split)

    @skips
    @step
    def split(self):
        self.next(self.one, self.two)

    @step
    def one(self):
        self.next(self.both)

    @step
    def two(self):
        self.next(self.both)

    @skips(joined=True)
    @step
    def both(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.end)

    @skips(ended=True)
    @step
    def end(self):
        self.never = True


if __name__ == "__main__":
    ShapesFlow()
