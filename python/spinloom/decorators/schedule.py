"""`@schedule`: when a deployed flow runs. Local runs pay no attention to it."""

from __future__ import annotations

from .flow_base import FlowDecorator, make_flow_decorator


class Schedule(FlowDecorator):
    """Runs the deployed flow `hourly`, `daily` (the default), `weekly`, or as `cron` says, in `timezone`."""

    name = "schedule"
    defaults = {"cron": None, "weekly": False, "daily": True, "hourly": False, "timezone": None}


schedule = make_flow_decorator(Schedule)
