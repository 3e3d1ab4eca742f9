"""Step decorators: each is a frozen record of attributes.

What one does lives where it happens, in the engine or in the worker.
"""

from __future__ import annotations

from .base import StepDecorator

# Where each decorator lives, so that `--with` finds it by name without importing the others.
KNOWN = {
    "batch": ".batch",
    "card": ".card",
    "catch": ".catch",
    "conda": ".conda",
    "environment": ".environment",
    "kubernetes": ".kubernetes",
    "parallel": ".parallel",
    "pypi": ".pypi",
    "resources": ".resources",
    "retry": ".retry",
    "secrets": ".secrets",
    "timeout": ".timeout",
}

# Decorators of flows, which `--with` cannot add.
FLOW_KNOWN = {
    "airflow_external_task_sensor": ".airflow",
    "airflow_s3_key_sensor": ".airflow",
    "conda_base": ".conda",
    "exit_hook": ".exit_hook",
    "package_sources": ".package_sources",
    "package_suffixes": ".package_suffixes",
    "project": ".project",
    "pypi_base": ".pypi",
    "schedule": ".schedule",
    "trigger": ".trigger",
    "trigger_on_finish": ".trigger",
}

__all__ = ["FLOW_KNOWN", "KNOWN", "StepDecorator"]
