"""`@project`: which project a flow belongs to, and which branch of it."""

from __future__ import annotations

from .flow_base import FlowDecorator, make_flow_decorator


class Project(FlowDecorator):
    """Puts the flow into the project `name`, which flows of one team share.

    `branch` and `production` say which branch of it, unless the command line does (`--branch`, `--production`):
    `user.<user>` by default, `test.<branch>`, `prod`, or `prod.<branch>`. Names are checked when the flow is.
    """

    name = "project"
    defaults = {"name": None, "branch": None, "production": False}


project = make_flow_decorator(Project)
