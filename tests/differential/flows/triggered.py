"""FD-04, FD-05: `--trigger Flow/run` and what `current.trigger` is then, in every task."""

import datetime

from metaflow import FlowSpec, Parameter, current, step, trigger_on_finish


@trigger_on_finish(flows=["Up", "Other"])
class TriggeredFlow(FlowSpec):
    fail = Parameter("fail", default=False)

    @step
    def start(self):
        self.first = seen()
        self.next(self.end)

    @step
    def end(self):
        self.last = seen()
        if self.fail:
            raise ValueError("asked to")


def seen():
    trigger = getattr(current, "trigger", None)
    if trigger is None:
        return "nothing"
    event = trigger.event
    try:
        trigger["Up"]
    except KeyError as error:
        missing = str(error)
    return {
        "event": [event.name, event.type, type(event.timestamp) is datetime.datetime, event.id.split("/")[::2]],
        "fields": list(event._fields),
        "same": [event == trigger.events[0], list(trigger) == trigger.events, len(trigger.events)],
        "runs": [trigger.run == trigger.runs[0], type(trigger.run).__name__, len(trigger.runs)],
        "in": ["TriggeredFlow" in trigger, "Up" in trigger, event.name in trigger],
        "by name": [trigger["TriggeredFlow"] == trigger.run, missing],
        "of run": [trigger.run.successful, trigger.run.data.fail],
        "newest first": trigger.events == sorted(trigger.events, key=lambda e: e.timestamp, reverse=True),
    }


if __name__ == "__main__":
    TriggeredFlow()
