"""Bases with steps, parameters, decorators and mutators, from which a diamond is made."""

from metaflow import FlowMutator, FlowSpec, Parameter, catch, project, retry, schedule, step, user_step_decorator


@user_step_decorator
def told(step_name, flow, inputs, attributes):
    flow.order = [*getattr(flow, "order", []), attributes["by"]]
    yield


class adds(FlowMutator):
    def init(self, *args, **kwargs):
        self.name = kwargs["name"]

    def mutate(self, mutable_flow):
        for _, one in mutable_flow.steps:
            one.add_decorator("environment", deco_kwargs={"vars": {"FIRST": self.name}})
            one.add_decorator(told, deco_kwargs={"by": self.name}, duplicates=one.OVERRIDE)


@adds(name="base outer")
@adds(name="base inner")
class Base(FlowSpec):
    b = Parameter("b", default=1)
    shared = Parameter("shared", default="base")

    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        self.next(self.end)


@adds(name="left")
@project(name="left")
class Left(Base):
    l = Parameter("l", default=2)  # noqa: E741
    shared = Parameter("shared", default="left")

    @catch(var="caught", print_exception=False)
    @step
    def start(self):
        self.next(self.end)


@adds(name="right")
@schedule(daily=True)
class Right(Base):
    r = Parameter("r", default=3)
    shared = Parameter("shared", default="right")


class Mixin:
    """No flow, and yet it has a step, a parameter and a constant."""

    m = Parameter("m", default=4)
    k = 17

    @step
    def end(self):
        self.values = self.k, self.b, self.l, self.r, self.m, self.shared
