"""Decorators and mutators in a module of their own, for `--with` and for flows that import them."""

from metaflow import FlowMutator, Parameter, StepMutator, user_step_decorator


@user_step_decorator
def noted(step_name, flow, inputs, attributes):
    flow.notes = [*getattr(flow, "notes", []), step_name]
    print("noted", step_name, inputs is not None, sorted(attributes.items()))
    yield


class reliable(StepMutator):
    def mutate(self, mutable_step):
        mutable_step.add_decorator("retry", deco_kwargs={"times": 1, "minutes_between_retries": 0})


class team(FlowMutator):
    def init(self, *args, **kwargs):
        self.given = args, kwargs

    def pre_mutate(self, mutable_flow):
        mutable_flow.add_parameter("added", Parameter("added", default=7))
        mutable_flow.remove_parameter("removed")
        mutable_flow.add_decorator("project", deco_kwargs={"name": "team"})

    def mutate(self, mutable_flow):
        for name, one in mutable_flow.steps:
            one.add_decorator(noted, deco_kwargs={"by": "team", **self.given[1]})
            if name == "start":
                one.add_decorator("environment", deco_kwargs={"vars": {"BY": "team"}}, duplicates=one.OVERRIDE)
