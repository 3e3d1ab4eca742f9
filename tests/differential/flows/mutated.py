"""CD-05 … CD-08: mutators of the flow, of its base and of a step; the variable SET says what else they do."""

import os

from custom_decorators import noted, reliable, team
from metaflow import FlowMutator, FlowSpec, Parameter, StepMutator, catch, current, environment, resources, retry, step

SET = os.environ.get("SET", "")


class specs(StepMutator):
    """Keeps what it sees in the environment, for the step to read."""

    def mutate(self, mutable_step):
        seen = sorted((name, sorted(given)) for name, _, _, given in mutable_step.decorator_specs)
        mutable_step.add_decorator("environment", deco_kwargs={"vars": {"SEEN": str(seen)}})


class changes(StepMutator):
    def mutate(self, mutable_step):
        if SET == "ignore":
            mutable_step.add_decorator("retry", deco_kwargs={"times": 0}, duplicates=mutable_step.IGNORE)
        if SET == "override":
            mutable_step.add_decorator(retry, deco_kwargs={"times": 0}, duplicates=mutable_step.OVERRIDE)
        if SET == "error":
            mutable_step.add_decorator("retry", duplicates=mutable_step.ERROR)
        if SET == "remove":
            mutable_step.remove_decorator("retry")
        if SET == "text":
            mutable_step.add_decorator("retry:times=0", duplicates=mutable_step.OVERRIDE)
        if SET == "unknown":
            mutable_step.add_decorator("nothing_of_the_kind")
        if SET == "raises":
            raise ValueError("no such luck")
        if SET == "late":
            mutable_step.flow.add_parameter("late", Parameter("late", default=1))
        if SET == "mutator":
            mutable_step.add_decorator(reliable)


class flow_changes(FlowMutator):
    def pre_mutate(self, mutable_flow):
        if SET == "parameter twice":
            mutable_flow.add_parameter("kept", Parameter("kept", default=9))
        if SET == "parameter anew":
            mutable_flow.add_parameter("kept", Parameter("kept", default=9), overwrite=True)
        if SET == "no parameter":
            mutable_flow.add_parameter("other", 5)

    def mutate(self, mutable_flow):
        if SET == "late decorator":
            mutable_flow.add_decorator("schedule")


@team(level=1)
class Base(FlowSpec):
    kept = Parameter("kept", default=4)


@flow_changes
class MutatedFlow(Base):
    removed = Parameter("removed", default=3)

    @specs
    @resources(cpu=1)
    @step
    def start(self):
        self.values = self.added, self.kept, hasattr(self, "removed"), current.project_name
        self.by = os.environ.get("BY")
        self.next(self.flaky)

    @changes
    @catch(var="caught", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @step
    def flaky(self):
        self.attempt = current.retry_count
        if current.retry_count == 0:
            raise ValueError("the first time")
        self.next(self.middle)

    @reliable
    @noted(by="file")
    @environment(vars={"MIDDLE": "1"})
    @step
    def middle(self):
        if current.retry_count == 0:
            raise ValueError("the first time")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    MutatedFlow()
