"""The map: each module of Metaflow that existing flows import from, and where its names live here.

``MODULES["decorators"]["StepDecorator"]`` is ``"spinloom.decorators.base:StepDecorator"``. What Metaflow has and this
version of Spinloom does not is listed too, so that the error can say so.
"""

from __future__ import annotations

from spinloom._native import METAFLOW_VERSION as METAFLOW_VERSION

_CLIENT = (
    "DataArtifact",
    "Flow",
    "Metaflow",
    "Run",
    "Step",
    "Task",
    "default_metadata",
    "default_namespace",
    "get_metadata",
    "get_namespace",
    "inspect_spin",
    "metadata",
    "namespace",
)
_CLIENT_CORE = (*_CLIENT, "Metadata", "MetaflowArtifacts", "MetaflowCode", "MetaflowData", "MetaflowObject")
_DECORATORS = (
    "batch",
    "card",
    "catch",
    "environment",
    "exit_hook",
    "kubernetes",
    "package_sources",
    "parallel",
    "project",
    "resources",
    "retry",
    "schedule",
    "secrets",
    "timeout",
)
_EXCEPTIONS = (
    "InvalidDecoratorAttribute",
    "MetaflowDataMissing",
    "MetaflowException",
    "MetaflowExceptionWrapper",
    "MetaflowInternalError",
    "MetaflowInvalidPathspec",
    "MetaflowNamespaceMismatch",
    "MetaflowNotFound",
    "MetaflowTaggingError",
    "MetaflowUnknownUser",
    "MissingInMergeArtifactsException",
    "ParameterFieldFailed",
    "ParameterFieldTypeMismatch",
    "UnhandledInMergeArtifactsException",
)
_S3 = (
    "MetaflowS3AccessDenied",
    "MetaflowS3Exception",
    "MetaflowS3InsufficientDiskSpace",
    "MetaflowS3InvalidObject",
    "MetaflowS3InvalidRange",
    "MetaflowS3NotFound",
    "MetaflowS3URLException",
    "RangeInfo",
    "S3",
    "S3GetObject",
    "S3Object",
    "S3PutObject",
)


def _of(home: str, names: tuple[str, ...]) -> dict[str, str]:
    return {name: f"{home}:{name}" for name in names}


_CUSTOM = {
    **_of("spinloom.decorators.custom", ("USER_SKIP_STEP", "UserStepDecorator", "user_step_decorator")),
    **_of("spinloom.mutators.kinds", ("FlowMutator", "StepMutator")),
}
_SERIALIZERS = (
    "ArtifactSerializer",
    "SerializationFormat",
    "SerializationMetadata",
    "SerializedBlob",
    "SerializerStore",
)
_CARDS = (
    "Artifact",
    "BlankCard",
    "DefaultCard",
    "Error",
    "ErrorCard",
    "EventsTimeline",
    "Image",
    "JSONViewer",
    "Markdown",
    "MetaflowCard",
    "MetaflowCardComponent",
    "PageComponent",
    "ProgressBar",
    "PythonCode",
    "Table",
    "ValueBox",
    "VegaChart",
    "YAMLViewer",
    "get_cards",
)
_CARD_COMPONENTS = (
    "Artifact",
    "Error",
    "EventsTimeline",
    "Image",
    "JSONViewer",
    "Markdown",
    "ProgressBar",
    "PythonCode",
    "Table",
    "UserComponent",
    "ValueBox",
    "VegaChart",
    "YAMLViewer",
)
_CONFIGS = ("Config", "ConfigValue", "config_expr")
_PYPI_PARSERS = ("conda_environment_yml_parser", "pyproject_toml_parser", "requirements_txt_parser")
_SHIMS = "spinloom.compat.metaflow.shims"

MODULES: dict[str, dict[str, str]] = {
    "": {
        "FlowSpec": "spinloom.flow:FlowSpec",
        "step": "spinloom.steps:step",
        "Parameter": "spinloom.parameters:Parameter",
        "JSONType": "spinloom.parameters:JSONType",
        "IncludeFile": "spinloom.includefile:IncludeFile",
        "current": "spinloom.context:current",
        "__version__": f"{_SHIMS}:VERSION",
        **{name: f"spinloom.decorators.{name}:{name}" for name in _DECORATORS},
        **_of("spinloom.decorators.airflow", ("airflow_external_task_sensor", "airflow_s3_key_sensor")),
        **_of("spinloom.decorators.trigger", ("trigger", "trigger_on_finish")),
        "namespaced_event_name": "spinloom.events:namespaced_event_name",
        **_of("spinloom.decorators.conda", ("conda", "conda_base")),
        **_of("spinloom.decorators.pypi", ("pypi", "pypi_base")),
        **_of("spinloom.client", _CLIENT),
        **_of("spinloom.runner", ("NBRunner", "Runner")),
        "S3": "spinloom.s3:S3",
        **_of("spinloom.configs", _CONFIGS),
        **_of("spinloom.configs.parsers", ("yaml_parser", *_PYPI_PARSERS)),
        **_CUSTOM,
    },
    "cards": _of("spinloom.cards", _CARDS),
    "client": _of("spinloom.client", _CLIENT),
    "client.core": _of("spinloom.client", _CLIENT_CORE),
    "datastore": {},
    "datastore.artifacts": _of("spinloom.serializers", _SERIALIZERS),
    "datastore.artifacts.serializer": _of("spinloom.serializers", _SERIALIZERS),
    "decorators": {
        "StepDecorator": "spinloom.decorators.base:StepDecorator",
        "step": "spinloom.steps:step",
        **_of("spinloom.exceptions", ("InvalidDecoratorAttribute", "MetaflowException", "MetaflowInternalError")),
    },
    "events": _of("spinloom.events", ("MetaflowEvent", "Trigger")),
    "exception": _of("spinloom.exceptions", _EXCEPTIONS),
    "flowspec": {
        "FlowSpec": "spinloom.flow:FlowSpec",
        "ParallelUBF": "spinloom.unbounded:ParallelUBF",
        **_of(
            "spinloom.exceptions",
            (
                "InvalidNextException",
                "MetaflowException",
                "MetaflowInternalError",
                "MissingInMergeArtifactsException",
                "UnhandledInMergeArtifactsException",
            ),
        ),
    },
    "includefile": {"IncludeFile": "spinloom.includefile:IncludeFile"},
    "integrations": _of("spinloom.argo_events", ("ArgoEvent",)),
    "metaboost": {"MetaboostSettings": "spinloom.project_settings:ProjectSettings"},
    "metaflow_current": {"current": "spinloom.context:current"},
    "metaflow_version": _of(_SHIMS, ("get_version",)),
    "parameters": {
        "Parameter": "spinloom.parameters:Parameter",
        **_of("spinloom.parameters", ("JSONType", "JSONTypeClass", "ParameterContext")),
        **_of("spinloom.exceptions", ("ParameterFieldFailed", "ParameterFieldTypeMismatch")),
    },
    "plugins": {},
    "plugins.argo": {},
    "plugins.argo.argo_events": _of("spinloom.argo_events", ("ArgoEvent", "ArgoEventException")),
    "plugins.cards": {},
    "plugins.cards.card_client": _of("spinloom.cards.client", ("Card", "CardContainer", "get_cards")),
    "plugins.cards.card_decorator": {"CardDecorator": "spinloom.decorators.card:Card"},
    "plugins.cards.card_modules": {"MetaflowCard": "spinloom.cards:MetaflowCard"},
    "plugins.cards.card_modules.basic": _of(
        "spinloom.cards", ("BlankCard", "DefaultCard", "ErrorCard", "PageComponent")
    ),
    "plugins.cards.card_modules.card": _of("spinloom.cards", ("MetaflowCard", "MetaflowCardComponent")),
    "plugins.cards.card_modules.components": _of("spinloom.cards", _CARD_COMPONENTS),
    "plugins.cards.exception": _of("spinloom.cards.client", ("CardNotPresentException", "IncorrectPathspecException")),
    "plugins.catch_decorator": _of("spinloom.exceptions", ("FailureHandledByCatch",)),
    "plugins.datatools": _of("spinloom.s3", ("MetaflowS3Exception", "S3")),
    "plugins.datatools.s3": _of("spinloom.s3", _S3),
    "plugins.datatools.s3.s3": _of("spinloom.s3", _S3),
    "plugins.parsers": _of("spinloom.configs.parsers", ("yaml_parser",)),
    "plugins.pypi": {},
    "plugins.pypi.parsers": _of("spinloom.configs.parsers", _PYPI_PARSERS),
    "plugins.package_sources": _of("spinloom.decorators.package_sources", ("package_sources",)),
    "plugins.package_suffixes_mutator": _of("spinloom.decorators.package_suffixes", ("package_suffixes",)),
    "plugins.secrets": _of("spinloom.secret_sources", ("get_secret",)),
    "plugins.secrets.secrets_func": _of("spinloom.secret_sources", ("get_secret",)),
    "plugins.timeout_decorator": _of("spinloom.exceptions", ("TimeoutException",)),
    "runner": {},
    "runner.metaflow_runner": _of("spinloom.runner", ("ExecutingProcess", "ExecutingRun", "ExecutingTask", "Runner")),
    "runner.nbrun": _of("spinloom.runner", ("NBRunner",)),
    "tagging_util": {
        **_of(_SHIMS, ("MAX_TAG_SIZE", "MAX_USER_TAG_SET_SIZE")),
        **_of("spinloom.exceptions", ("MetaflowTaggingError",)),
    },
    "unbounded_foreach": _of("spinloom.unbounded", ("UnboundedForeachInput",)),
    "user_configs": {},
    "user_configs.config_parameters": _of("spinloom.configs", _CONFIGS),
    "user_decorators": {},
    "user_decorators.mutable_flow": _of("spinloom.mutators.mutable_flow", ("MutableFlow",)),
    "user_decorators.mutable_step": _of("spinloom.mutators.mutable_step", ("MutableStep",)),
    "user_decorators.user_flow_decorator": {"FlowMutator": _CUSTOM["FlowMutator"]},
    "user_decorators.user_step_decorator": {name: home for name, home in _CUSTOM.items() if name != "FlowMutator"},
    "util": _of(
        _SHIMS,
        (
            "get_username",
            "is_stringish",
            "resolve_identity",
            "resolve_identity_as_tuple",
            "to_bytes",
            "to_unicode",
        ),
    ),
}

MISSING: frozenset[str] = frozenset(
    """
    DeployedFlow Deployer NBDeployer
    parallel_imap_unordered parallel_map profile
    pytorch_parallel torchrun
    R cli cli_args debug event_logger extension_support graph metadata_provider
    metaflow_config metaflow_environment metaflow_profile mflog monitor multicore_utils package packaging_sys
    procpoll sidecar system_context task tracing tuple_util
    """.split()  # noqa: SIM905 (a list would take a line for each)
)
"""What ``metaflow`` itself has and this version of Spinloom does not: names and modules."""
