"""Sensors of Airflow: what a flow waits for that is deployed there. Local runs pay no attention to them."""

from __future__ import annotations

from .flow_base import FlowDecorator, make_flow_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COMMON: dict[str, Any] = {
    "timeout": 3600,
    "poke_interval": 60,
    "mode": "reschedule",
    "exponential_backoff": True,
    "pool": None,
    "soft_fail": False,
    "name": None,
    "description": None,
}


class _Sensor(FlowDecorator):
    """What sensors have in common."""

    multiple = True
    needed = ""

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`."""
        if not attributes[self.needed]:
            raise self.problem(f"needs `{self.needed}`", [f"write `@{self.name}({self.needed}=…)`"])
        if attributes["mode"] not in ("poke", "reschedule"):
            raise self.problem(f"needs `poke` or `reschedule` for `mode`, not `{attributes['mode']!r}`")
        for attribute in ("timeout", "poke_interval"):
            self.number(attribute, attributes[attribute])
        return attributes

    def described(self) -> dict[str, Any]:
        """See `Record.described`: a span of time in seconds."""
        return {
            key: value.total_seconds() if hasattr(value, "total_seconds") else value
            for key, value in self.attributes.items()
        }


class ExternalTaskSensor(_Sensor):
    """Waits for tasks `external_task_ids` of the DAG `external_dag_id`, or for all of it, to end as `allowed_states` say."""

    name = "airflow_external_task_sensor"
    needed = "external_dag_id"
    defaults = {
        **_COMMON,
        "external_dag_id": None,
        "external_task_ids": None,
        "allowed_states": ["success"],
        "failed_states": None,
        "execution_delta": None,
        "check_existence": True,
    }


class S3KeySensor(_Sensor):
    """Waits for the object, or one of the objects, `bucket_key` to be there; `bucket_name` if the key has none."""

    name = "airflow_s3_key_sensor"
    needed = "bucket_key"
    defaults = {
        **_COMMON,
        "bucket_key": None,
        "bucket_name": None,
        "wildcard_match": False,
        "aws_conn_id": None,
        "verify": None,
    }


airflow_external_task_sensor = make_flow_decorator(ExternalTaskSensor)
airflow_s3_key_sensor = make_flow_decorator(S3KeySensor)
