"""Spinloom: flows of Python steps, run by a Rust engine.

Every public name is loaded when it is first used, so importing the package costs next to nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import exceptions as exceptions
    from .client import DataArtifact as DataArtifact
    from .client import Flow as Flow
    from .client import Metaflow as Metaflow
    from .client import Run as Run
    from .client import Step as Step
    from .client import Task as Task
    from .client import default_metadata as default_metadata
    from .client import default_namespace as default_namespace
    from .client import get_metadata as get_metadata
    from .client import get_namespace as get_namespace
    from .client import inspect_spin as inspect_spin
    from .client import metadata as metadata  # type: ignore[no-redef]
    from .client import namespace as namespace
    from .configs import Config as Config
    from .configs import ConfigValue as ConfigValue
    from .configs import config_expr as config_expr
    from .configs.parsers import conda_environment_yml_parser as conda_environment_yml_parser
    from .configs.parsers import pyproject_toml_parser as pyproject_toml_parser
    from .configs.parsers import requirements_txt_parser as requirements_txt_parser
    from .configs.parsers import yaml_parser as yaml_parser
    from .context import current as current
    from .decorators.airflow import airflow_external_task_sensor as airflow_external_task_sensor
    from .decorators.airflow import airflow_s3_key_sensor as airflow_s3_key_sensor
    from .decorators.batch import batch as batch
    from .decorators.card import card as card
    from .decorators.catch import catch as catch
    from .decorators.conda import conda as conda
    from .decorators.conda import conda_base as conda_base
    from .decorators.custom import USER_SKIP_STEP as USER_SKIP_STEP
    from .decorators.custom import UserStepDecorator as UserStepDecorator
    from .decorators.custom import user_step_decorator as user_step_decorator
    from .decorators.environment import environment as environment
    from .decorators.exit_hook import exit_hook as exit_hook
    from .decorators.kubernetes import kubernetes as kubernetes
    from .decorators.package_sources import package_sources as package_sources
    from .decorators.package_suffixes import package_suffixes as package_suffixes
    from .decorators.parallel import parallel as parallel
    from .decorators.project import project as project
    from .decorators.pypi import pypi as pypi
    from .decorators.pypi import pypi_base as pypi_base
    from .decorators.resources import resources as resources
    from .decorators.retry import retry as retry
    from .decorators.schedule import schedule as schedule
    from .decorators.secrets import secrets as secrets
    from .decorators.timeout import timeout as timeout
    from .decorators.trigger import trigger as trigger
    from .decorators.trigger import trigger_on_finish as trigger_on_finish
    from .events import namespaced_event_name as namespaced_event_name
    from .flow import FlowSpec as FlowSpec
    from .includefile import IncludeFile as IncludeFile
    from .mutators.kinds import FlowMutator as FlowMutator
    from .mutators.kinds import StepMutator as StepMutator
    from .parameters import JSONType as JSONType
    from .parameters import Parameter as Parameter
    from .project_settings import ProjectSettings as ProjectSettings
    from .runner import NBRunner as NBRunner
    from .runner import Runner as Runner
    from .s3 import S3 as S3
    from .secret_sources import get_secret as get_secret
    from .steps import step as step

_HOMES = {
    "FlowSpec": ".flow",
    "step": ".steps",
    "Parameter": ".parameters",
    "JSONType": ".parameters",
    "IncludeFile": ".includefile",
    "Config": ".configs",
    "ConfigValue": ".configs",
    "config_expr": ".configs",
    "yaml_parser": ".configs.parsers",
    "requirements_txt_parser": ".configs.parsers",
    "pyproject_toml_parser": ".configs.parsers",
    "conda_environment_yml_parser": ".configs.parsers",
    "ProjectSettings": ".project_settings",
    "current": ".context",
    "retry": ".decorators.retry",
    "card": ".decorators.card",
    "catch": ".decorators.catch",
    "timeout": ".decorators.timeout",
    "parallel": ".decorators.parallel",
    "resources": ".decorators.resources",
    "environment": ".decorators.environment",
    "pypi": ".decorators.pypi",
    "pypi_base": ".decorators.pypi",
    "conda": ".decorators.conda",
    "conda_base": ".decorators.conda",
    "secrets": ".decorators.secrets",
    "get_secret": ".secret_sources",
    "package_sources": ".decorators.package_sources",
    "package_suffixes": ".decorators.package_suffixes",
    "project": ".decorators.project",
    "schedule": ".decorators.schedule",
    "exit_hook": ".decorators.exit_hook",
    "user_step_decorator": ".decorators.custom",
    "UserStepDecorator": ".decorators.custom",
    "USER_SKIP_STEP": ".decorators.custom",
    "StepMutator": ".mutators.kinds",
    "FlowMutator": ".mutators.kinds",
    "trigger": ".decorators.trigger",
    "trigger_on_finish": ".decorators.trigger",
    "namespaced_event_name": ".events",
    "batch": ".decorators.batch",
    "kubernetes": ".decorators.kubernetes",
    "airflow_external_task_sensor": ".decorators.airflow",
    "airflow_s3_key_sensor": ".decorators.airflow",
    "Metaflow": ".client",
    "Flow": ".client",
    "Run": ".client",
    "Step": ".client",
    "Task": ".client",
    "DataArtifact": ".client",
    "namespace": ".client",
    "get_namespace": ".client",
    "default_namespace": ".client",
    "inspect_spin": ".client",
    "metadata": ".client",
    "get_metadata": ".client",
    "default_metadata": ".client",
    "Runner": ".runner",
    "NBRunner": ".runner",
    "S3": ".s3",
}

__all__ = [*_HOMES, "exceptions", "__version__"]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "exceptions":
        return import_module(".exceptions", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `spinloom` has no attribute `{name}`")
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
