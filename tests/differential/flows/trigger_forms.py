"""FD-03, FD-04: what `@trigger` and `@trigger_on_finish` may be given, and what not."""

import os

from metaflow import FlowSpec, Parameter, current, step, trigger, trigger_on_finish


def name_of_event(context):
    return f"from_{context.flow_name}"


FORMS = {
    "name": trigger(event="a"),
    "names": trigger(events=["a", "b"], options={"x": 1}),
    "mapping": trigger(event={"name": "a", "parameters": {"alpha": "field"}}),
    "pairs": trigger(events=[{"name": "a", "parameters": ["alpha", ("beta", "field")]}, "b"]),
    "function": trigger(event=name_of_event),
    "named by function": trigger(event={"name": name_of_event, "parameters": {"alpha": "field"}}),
    "both": trigger(event="a", events=["b"]),
    "nothing": trigger(),
    "twice": trigger(events=["a", "a"]),
    "no list": trigger(events="a"),
    "no name": trigger(event={"nme": "a"}),
    "bad pair": trigger(event={"name": "a", "parameters": ["alpha", ("beta",)]}),
    "number": trigger(event=5),
    "flow": trigger_on_finish(flow="Up"),
    "flows": trigger_on_finish(flows=["Up", "p.user.ann.Other", {"name": "Up3", "project": "p"}]),
    "both flows": trigger_on_finish(flow="Up", flows=["Other"]),
    "no flow": trigger_on_finish(),
    "half a name": trigger_on_finish(flow="a.b"),
    "no text": trigger_on_finish(flow=5),
    "no list of flows": trigger_on_finish(flows="Up"),
}


@FORMS[os.environ["FORM"]]
class WaitingFlow(FlowSpec):
    alpha = Parameter("alpha", default=1)
    beta = Parameter("beta", default="x")

    @step
    def start(self):
        self.triggered = getattr(current, "trigger", None) is not None
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    WaitingFlow()
