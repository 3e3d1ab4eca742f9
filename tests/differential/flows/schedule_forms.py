"""FD-02, PA-06: `@schedule` is ignored by local runs, whatever it says."""

import os

from metaflow import FlowSpec, Parameter, schedule, step

FORMS = {
    "none": {},
    "hourly": {"hourly": True},
    "weekly": {"weekly": True},
    "cron": {"cron": "0 10 * * ? *", "timezone": "Europe/Helsinki"},
    "five": {"cron": "*/15 9-17 * * MON-FRI"},
    "unknown": {"minutely": True},
}


@schedule(**FORMS[os.environ["FORM"]])
class ScheduledFlow(FlowSpec):
    needed = Parameter("needed", required=True, type=int)

    @step
    def start(self):
        self.twice = 2 * self.needed
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ScheduledFlow()
