"""Step decorators: each is a frozen record of attributes.

What one does lives where it happens, in the engine or in the worker.
"""

from __future__ import annotations

from .base import StepDecorator

# Where each decorator lives, so that `--with` finds it by name without importing the others.
KNOWN = {
    "catch": ".catch",
    "conda": ".conda",
    "environment": ".environment",
    "parallel": ".parallel",
    "pypi": ".pypi",
    "resources": ".resources",
    "retry": ".retry",
    "secrets": ".secrets",
    "timeout": ".timeout",
}

# Decorators of flows, which `--with` cannot add.
FLOW_KNOWN = {
    "conda_base": ".conda",
    "exit_hook": ".exit_hook",
    "project": ".project",
    "pypi_base": ".pypi",
    "schedule": ".schedule",
}

__all__ = ["FLOW_KNOWN", "KNOWN", "StepDecorator"]
