"""PA-12, CD-10: configs in decorators of steps and flows, in parameters, and in the cases of a switch."""

import os

from metaflow import Config, FlowSpec, Parameter, config_expr, environment, resources, retry, schedule, step


def twice(number):
    return number * 2


@schedule(cron=config_expr("settings.cron"))
class DecoratedFlow(FlowSpec):
    settings = Config(
        "settings",
        default_value={
            "cron": "0 3 * * *",
            "env": {"PAINT": "oil", "BRUSH": "wide"},
            "retry": {"times": 1, "minutes_between_retries": 0},
            "cpu": 2,
            "first": "left",
        },
    )
    size = Parameter("size", default=config_expr("twice(settings.cpu) + 1"))

    @environment(vars=settings.env)
    @resources(cpu=settings["cpu"])
    @step
    def start(self):
        self.paint = [os.environ["PAINT"], os.environ["BRUSH"], self.size]
        self.way = self.settings.first
        self.next({self.settings.first: self.left, "other": self.right}, condition="way")

    @retry(**settings.retry)
    @environment(vars={"SUM": config_expr("str(twice(settings.cpu) + len(settings.env))")})
    @step
    def left(self):
        from metaflow import current

        if current.retry_count == 0:
            raise ValueError("once more")
        self.sum = os.environ["SUM"]
        self.next(self.end)

    @step
    def right(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    DecoratedFlow()
