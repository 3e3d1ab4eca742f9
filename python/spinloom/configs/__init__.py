"""Configs: "here is what a flow may be configured with, give me the values" (PA-09 … PA-16).

Which source wins, what overrides what and what a schema refuses is decided by the native part (crate `configs`). Here is
what needs Python: the declaration, expressions that wait for the values, parsers, models, and what steps see.
"""

from __future__ import annotations

from .config import Config as Config
from .expressions import Expression as Expression
from .expressions import config_expr as config_expr
from .value import ConfigValue as ConfigValue

__all__ = ["Config", "ConfigValue", "Expression", "config_expr"]
