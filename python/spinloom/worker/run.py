"""Runs one attempt: inputs, the step's body, its transition, its artifacts, its result."""

from __future__ import annotations

import json
import os
from time import CLOCK_MONOTONIC, clock_gettime_ns

from ..context import current
from ..exceptions import (
    FailureHandledByCatch,
    InvalidNextException,
    MetaflowExceptionWrapper,
    SpinloomException,
    TimeoutException,
)
from ..secret_sources import provide
from ..state import Transition
from . import boundary
from .inputs import Inputs
from .labels import labels
from .persist import save_artifacts, save_gang, save_internal, save_value
from .task import TaskState
from .timeout import time_limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..flow import FlowSpec
    from ..host import FlowHost
    from .plan import StepPlan


def run_attempt(host: FlowHost, ctx: Any) -> bool:
    """Runs the attempt `ctx` is about and tells the engine how it went. Returns whether it went well."""
    try:
        return _run_attempt(host, ctx)
    except Exception as error:  # not the step's: the store cannot be written, or there is a bug of ours
        record = boundary.failure_record(error)
        boundary.tell(record.get("traceback") or boundary.place_text(record))
        ctx.finish(json.dumps({"ok": False, "failure": record}))
        return False


def _run_attempt(host: FlowHost, ctx: Any) -> bool:
    task = TaskState(host, ctx, ctx.spec)
    plan = host.plan(task.step)
    flow = host.instance(task)
    if plan.variables:
        os.environ.update(plan.variables)
    if task.gang is not None:
        os.environ.update(task.gang.environment())
    current._begin(task)
    if plan.cards is not None:
        plan.cards.begin(task, flow)
    count, error = run_step(task, plan, flow)
    caught = None
    if error is None and plan.catch is not None and plan.catch["var"]:
        setattr(flow, plan.catch["var"], None)
    elif error is not None and _catches(task, plan, error):
        caught = _catch(task, plan, flow, error)
        error = None
    problem = save_artifacts(task, flow)
    if problem is not None and error is None:
        error = problem
        if _catches(task, plan, error) and caught is None:
            caught = _catch(task, plan, flow, error)
            if plan.catch and plan.catch["var"]:
                save_value(task, plan.catch["var"], caught)
            error = None
    if plan.cards is not None:
        plan.cards.finish(task, error is None)
    finish(task, plan, count, error, caught)
    return error is None


def run_step(task: TaskState, plan: StepPlan, flow: FlowSpec) -> tuple[int | None, BaseException | None]:
    """Runs the step's own code, and looks where it goes. Returns the width of its foreach, and what it raised."""
    error = _run_body(task, plan, flow)
    if isinstance(error, SystemExit) and boundary.exit_code(error) == 0 and (task.transition or not plan.targets):
        error = None  # the step had said all there was to say
    if error is not None:
        return None, error
    try:
        return _check(task, plan, flow)
    except Exception as raised:  # counting asks a value of the user's for its length
        return None, raised


def _run_body(task: TaskState, plan: StepPlan, flow: FlowSpec) -> BaseException | None:
    attempt = task.spec["attempt"]
    if attempt >= task.spec["max_attempts"]:
        # Beyond the user's attempts there is only `@catch`'s: the last process died without a word.
        return FailureHandledByCatch(f"step `{task.step}` failed {attempt} times and left no exception behind")
    if plan.secrets is not None and (problem := provide(plan.secrets)) is not None:
        return problem
    arguments = (flow, Inputs(task)) if task.join or plan.takes_inputs else (flow,)
    task.began = clock_gettime_ns(CLOCK_MONOTONIC)
    try:
        if not plan.seconds:
            return boundary.call(plan.body, arguments)
        with time_limit(plan.seconds, task.step):
            return boundary.call(plan.body, arguments)
    except TimeoutException as error:  # the alarm rang just after the step's last line
        return error
    finally:
        task.ended = clock_gettime_ns(CLOCK_MONOTONIC)


def _check(task: TaskState, plan: StepPlan, flow: FlowSpec) -> tuple[int | None, SpinloomException | None]:
    """Compares the transition with the one in the source, and counts a foreach."""
    said = task.transition
    document = plan.document
    if said is None:
        if not plan.targets:
            return None, None
        line = document["tail"].get("line", document["line"])
        what = f"step `{task.step}` ended without its `self.next`, which is on line {line}"
        return None, InvalidNextException(what, line, document["file"])
    if plan.is_switch:
        fits = len(said.steps) == 1 and said.steps[0] in plan.targets and said.foreach is None
    else:
        gang = said.num_parallel is not None
        over = said.foreach == plan.foreach or said.decided
        fits = said.steps == plan.targets and over and gang == plan.is_gang
    if not fits:
        wanted = f"goes to {_steps(plan.targets)}" if plan.targets else "goes nowhere"
        what = f"step `{task.step}` went to {_steps(said.steps)}, but by its last statement it {wanted}"
        return None, InvalidNextException(what, said.line, said.file)
    if said.foreach is None:
        return None, None
    return _count(task, flow, said)


def _steps(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _count(task: TaskState, flow: FlowSpec, said: Transition) -> tuple[int | None, SpinloomException | None]:
    name = said.foreach
    what = f"the foreach of step `{task.step}` over `self.{name}`"

    def wrong(why: str) -> tuple[None, SpinloomException]:
        return None, InvalidNextException(f"{what} {why}", said.line, said.file)

    try:
        items = getattr(flow, str(name))
    except AttributeError:
        return wrong("has nothing to go over: the attribute does not exist")
    try:
        count = len(items) if hasattr(items, "__len__") else sum(1 for _ in items)
        if not hasattr(items, "__getitem__"):
            iter(items)
    except TypeError:
        return wrong(f"has nothing to go over: a value of type `{type(items).__name__}` is not iterable")
    if not count:
        return wrong("has nothing to go over: it is empty")
    said.labels = labels(items)
    return count, None


def _catches(task: TaskState, plan: StepPlan, error: BaseException) -> bool:
    last = task.spec["attempt"] >= task.spec["max_attempts"] - 1
    return plan.catch is not None and last and not isinstance(error, KeyboardInterrupt)


def _catch(task: TaskState, plan: StepPlan, flow: FlowSpec, error: BaseException) -> MetaflowExceptionWrapper:
    text = boundary.format_user_traceback(error)
    wrapper = MetaflowExceptionWrapper(error, text)
    assert plan.catch is not None
    if plan.catch["var"]:
        flow.__dict__[plan.catch["var"]] = wrapper
    if plan.catch["print_exception"]:
        lines = "".join(f">  {line}\n" for line in text.splitlines())
        boundary.say(f"@catch caught an exception from step `{task.step}`\n{lines}")
    document = plan.document
    task.transition = Transition(plan.targets, None, document["file"], document["line"]) if plan.targets else None
    return wrapper


def finish(
    task: TaskState,
    plan: StepPlan,
    count: int | None,
    error: BaseException | None,
    caught: MetaflowExceptionWrapper | None,
) -> str:
    """Says how it went: to the user, and to the engine. Returns the result, as JSON."""
    if error is not None:
        record = boundary.failure_record(error)
        boundary.tell_failure(error, record)
        save_internal(task, MetaflowExceptionWrapper(error, record.get("traceback")), None)
        failed = json.dumps({"ok": False, "failure": record})
        task.ctx.finish(failed, task.began, task.ended)
        return failed
    if count is not None:
        save_value(task, "_foreach_var", task.transition and task.transition.foreach)
        save_value(task, "_foreach_num_splits", count)
    if plan.is_gang and task.transition is not None:
        save_gang(task, task.transition.num_parallel)
    save_internal(task, None, caught)
    result = _result(task, plan, count)
    task.ctx.finish(result, task.began, task.ended)
    return result


def _result(task: TaskState, plan: StepPlan, count: int | None) -> str:
    if plan.result is not None:
        return plan.result
    said = task.transition
    assert said is not None  # a foreach or a switch has made one
    fan_out = None if said.foreach is None else {"var": said.foreach, "count": count}
    if fan_out is not None and said.labels:
        fan_out["labels"] = said.labels
    follows: dict[str, Any] = {"steps": said.steps, "foreach": fan_out}
    if said.num_parallel is not None:
        follows["num_parallel"] = said.num_parallel
    return json.dumps({"ok": True, "next": follows})
