"""`@schedule`: when a deployed flow runs. Local runs pay no attention to it."""

from __future__ import annotations

from .flow_base import FlowDecorator, make_flow_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self

_WHEN = ("hourly", "daily", "weekly", "cron")


class Schedule(FlowDecorator):
    """Runs the deployed flow `hourly`, `daily` (the default), `weekly`, or as `cron` says, in `timezone`.

    A cron expression has five fields (minute, hour, day of the month, month, day of the week), or the year as a sixth.
    """

    name = "schedule"
    defaults = {"cron": None, "weekly": False, "daily": True, "hourly": False, "timezone": None}

    def __init__(self, attributes: dict[str, Any], file: str | None = None, line: int = 0, static: bool = True) -> None:
        super().__init__(attributes, file, line, static)
        # `daily` is on unless another is: only what was written counts.
        chosen = [when for when in _WHEN if attributes.get(when)]
        if len(chosen) > 1:
            raise self.problem(f"has both `{chosen[0]}` and `{chosen[1]}`", ["choose one of them"])

    def settled(self, names: Mapping[str, Any]) -> Self:
        """See `Record.settled`: what was not written is not taken for written."""
        from ..delayed import settle

        if not self.pending:
            return self
        written = {key: one for key, one in self.attributes.items() if one != self.defaults[key]}
        return type(self)(settle(written, names), self.file, self.line, self.static)

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`. The cron expression is checked with the flow."""
        zone = attributes["timezone"]
        if zone is not None:
            self._check_zone(zone)
        return attributes

    def _check_zone(self, zone: Any) -> None:
        from zoneinfo import ZoneInfo, available_timezones

        try:
            ZoneInfo(zone)
        except (OSError, TypeError, ValueError, LookupError):
            if not (known := available_timezones()):
                return  # this machine knows none; the one that keeps the schedule may
            from ..locations import suggestion

            hints = suggestion(str(zone), sorted(known)) or ["name one such as `Europe/Helsinki`"]
            raise self.problem(f"has the time zone `{zone}`, which is not known", hints) from None


schedule = make_flow_decorator(Schedule)
