"""Step decorators: each is a frozen record of attributes.

What one does lives where it happens, in the engine or in the worker.
"""

from __future__ import annotations

from .base import StepDecorator

# Where each decorator lives, so that `--with` finds it by name without importing the others.
KNOWN = {
    "catch": ".catch",
    "environment": ".environment",
    "parallel": ".parallel",
    "resources": ".resources",
    "retry": ".retry",
    "secrets": ".secrets",
    "timeout": ".timeout",
}

# Decorators of flows, which `--with` cannot add.
FLOW_KNOWN = {
    "exit_hook": ".exit_hook",
    "package_sources": ".package_sources",
    "package_suffixes": ".package_suffixes",
    "project": ".project",
    "schedule": ".schedule",
}

__all__ = ["FLOW_KNOWN", "KNOWN", "StepDecorator"]
