"""Decorators that only declare: schedules, triggers, other machines, sensors (FD-02…04, FD-11, DE-10, DE-11)."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from spinloom import (
    FlowSpec,
    airflow_external_task_sensor,
    airflow_s3_key_sensor,
    batch,
    kubernetes,
    namespaced_event_name,
    resources,
    schedule,
    step,
    trigger,
    trigger_on_finish,
)
from spinloom.decorators.trigger import Trigger
from spinloom.exceptions import InvalidDecorator, InvalidDecoratorAttribute
from spinloom.host import FlowHost


class Base(FlowSpec):
    @step
    def start(self) -> None: ...


def attributes(flow: type) -> dict[str, Any]:
    return {one["name"]: one["attributes"] for one in FlowHost(flow).document()["decorators"]}


def name_of_event(context: Any) -> str:
    return f"from_{context.flow_name}"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hourly": True, "weekly": True}, "`@schedule` has both `hourly` and `weekly`"),
        ({"daily": True, "cron": "* * * * *"}, "`@schedule` has both `daily` and `cron`"),
        ({"timezone": "Europe/Helsinky"}, "`@schedule` has the time zone `Europe/Helsinky`, which is not known"),
        ({"timezone": 3}, "`@schedule` has the time zone `3`, which is not known"),
        ({"minutely": True}, "`@schedule` does not support the attribute `minutely`"),
    ],
)
def test_schedules_that_make_no_sense(given: dict[str, Any], message: str) -> None:
    """FD-02."""
    with pytest.raises(InvalidDecoratorAttribute) as caught:
        schedule(**given)
    assert caught.value.message.startswith(message)
    assert caught.value.file == __file__


def test_a_schedule_is_recorded() -> None:
    """FD-02: daily unless another is chosen."""

    @schedule(hourly=True, timezone="Europe/Helsinki")
    class Hourly(Base): ...

    kept = {"cron": None, "weekly": False, "daily": True, "hourly": True, "timezone": "Europe/Helsinki"}
    assert attributes(Hourly) == {"schedule": kept}


def test_triggers_are_recorded_with_their_functions_by_name() -> None:
    """FD-03, FD-04, FD-07."""

    @trigger(
        events=[{"name": name_of_event, "parameters": ("a", ("b", "c"))}, namespaced_event_name("x")],
        options={"x": 1},
    )
    @trigger_on_finish(flow=lambda context: "Up")
    class Waiting(Base): ...

    function = {"$function": f"{__name__}:name_of_event"}
    seen = attributes(Waiting)
    assert seen["trigger"] == {
        "event": None,
        "events": [
            {"name": function, "parameters": ["a", ["b", "c"]]},
            {"$function": "spinloom.events:_namespaced"},
        ],
        "options": {"x": 1},
    }
    assert list(seen["trigger_on_finish"]["flow"]) == ["$function"]


def test_functions_are_called_when_a_flow_is_deployed() -> None:
    """FD-03, FD-07: with a context as parameters have it."""
    decorator = Trigger(
        {"events": [{"name": name_of_event, "parameters": lambda _: [("a", "b")]}, namespaced_event_name("x")]}
    )
    deployed = decorator.deployed({"flow_name": "F"})
    assert deployed.attributes["events"] == [{"name": "from_F", "parameters": [["a", "b"]]}, "mfns.x"]


def test_remote_steps_are_described() -> None:
    """DE-10, DE-11."""

    class Remote(FlowSpec):
        @resources(memory=8000)
        @kubernetes(cpu=2, gpu="1", labels={"a": "b"}, tolerations=[{"key": "k"}], qos="guaranteed")
        @step
        def start(self) -> None: ...

        @batch(memory=500, host_volumes=["/a"], swappiness=10)
        @step
        def end(self) -> None: ...

    steps = {one["name"]: one for one in FlowHost(Remote).document()["steps"]}
    kept = {one["name"]: one["attributes"] for step in steps.values() for one in step["decorators"]}
    assert (kept["kubernetes"]["cpu"], kept["kubernetes"]["memory"], kept["kubernetes"]["gpu"]) == (2, "4096", "1")
    assert (kept["batch"]["memory"], kept["batch"]["cpu"]) == (500, None)


@pytest.mark.parametrize(
    ("decorator", "given", "message"),
    [
        (kubernetes, {"cpu": 0}, "`@kubernetes` needs a number of more than 0 for `cpu`, not `0`"),
        (kubernetes, {"cpu": "x"}, "`@kubernetes` needs a number of at least 0 for `cpu`, not `'x'`"),
        (kubernetes, {"gpu": 1.5}, "`@kubernetes` needs a whole number of at least 0 for `gpu`, not `1.5`"),
        (
            kubernetes,
            {"gpu_vendor": "nvidai"},
            "`@kubernetes` needs one of nvidia, amd for `gpu_vendor`, not `'nvidai'`",
        ),
        (kubernetes, {"qos": "best"}, "`@kubernetes` needs one of Guaranteed, Burstable for `qos`, not `'best'`"),
        (kubernetes, {"labels": "a"}, "`@kubernetes` needs a dictionary for `labels`, not `'a'`"),
        (kubernetes, {"tolerations": {}}, "`@kubernetes` needs a list of dictionaries for `tolerations`, not `{}`"),
        (kubernetes, {"secrets": 3}, "`@kubernetes` needs text, or a list of texts, for `secrets`, not `3`"),
        (kubernetes, {"imgae": "x"}, "`@kubernetes` does not support the attribute `imgae`"),
        (batch, {"inferentia": 1, "trainium": 1}, "`@batch` has both `inferentia` and `trainium`"),
        (batch, {"swappiness": 101}, "`@batch` needs a number from 0 to 100 for `swappiness`, not `101`"),
        (batch, {"privileged": "perhaps"}, "`@batch` needs True or False for `privileged`, not `'perhaps'`"),
        (batch, {"queue": ""}, "`@batch` needs text for `queue`, not `''`"),
        (airflow_s3_key_sensor, {}, "`@airflow_s3_key_sensor` needs `bucket_key`"),
        (
            airflow_external_task_sensor,
            {"external_dag_id": "d", "mode": "x"},
            "`@airflow_external_task_sensor` needs `poke` or `reschedule` for `mode`, not `'x'`",
        ),
    ],
)
def test_bad_attributes(decorator: Any, given: dict[str, Any], message: str) -> None:
    """DE-10, DE-11, FD-11: at the line they are written at."""
    with pytest.raises(InvalidDecoratorAttribute) as caught:
        decorator(**given)
    assert caught.value.message.startswith(message)
    assert (caught.value.file, caught.value.line) == (__file__, caught.tb.tb_lineno)


def test_sensors_may_be_several() -> None:
    """FD-11."""

    @airflow_s3_key_sensor(bucket_key="s3://a/b")
    @airflow_s3_key_sensor(bucket_key="s3://a/c")
    @airflow_external_task_sensor(external_dag_id="d", execution_delta=datetime.timedelta(hours=1))
    class Sensing(Base): ...

    kept = [(one["name"], one["attributes"]) for one in FlowHost(Sensing).document()["decorators"]]
    assert [name for name, _ in kept] == ["airflow_s3_key_sensor"] * 2 + ["airflow_external_task_sensor"]
    assert kept[2][1]["execution_delta"] == 3600.0


class Far(FlowSpec):
    @resources(cpu=2)
    @kubernetes
    @step
    def start(self) -> None: ...


def names(host: FlowHost) -> list[str]:
    return [one["name"] for one in host.document()["steps"][0]["decorators"]]


def test_decorators_are_left_out() -> None:
    """DE-11: `--without`, in this interpreter and in those of tasks; what no step has is no mistake if it is known."""
    host = FlowHost(Far)
    host.detach('["kubernetes", "batch"]')
    assert names(host) == ["resources"]
    other = FlowHost(Far)
    other.take_over(host.handed_on())
    assert names(other) == ["resources"]
    assert names(FlowHost(Far)) == ["resources", "kubernetes"]


def test_an_unknown_decorator_cannot_be_left_out() -> None:
    host = FlowHost(Far)
    with pytest.raises(InvalidDecorator, match="there is no step decorator `kuberntes` to leave out") as caught:
        host.detach(json.dumps(["kuberntes"]))
    assert caught.value.hints == ["did you mean `kubernetes`?"]
