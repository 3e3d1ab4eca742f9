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
    "timeout": ".timeout",
}

__all__ = ["KNOWN", "StepDecorator"]
