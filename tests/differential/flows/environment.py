"""DE-05: variables are text, and are there in their step only."""

import os

from metaflow import FlowSpec, environment, retry, step



class EnvironmentFlow(FlowSpec):
    @environment(vars={"NUMBER": 5, "NOTHING": None, "TRUTH": True, "GIVEN": "new", "EMPTY": ""})
    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        self.found = {name: os.environ[name] for name in ("NUMBER", "NOTHING", "TRUTH", "GIVEN", "EMPTY")}
        os.environ["NUMBER"] = "changed"
        self.next(self.end)

    @step
    def end(self):
        self.left = [name for name in ("NUMBER", "NOTHING", "TRUTH") if name in os.environ]
        self.given = os.environ["GIVEN"]


if __name__ == "__main__":
    EnvironmentFlow()
