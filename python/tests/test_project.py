"""`ProjectSettings`: what steps and decorators see of a project's settings."""

from __future__ import annotations

import pickle

import pytest
from spinloom.configs import ConfigValue
from spinloom.delayed import settle
from spinloom.exceptions import ConfigError, MetaflowException
from spinloom.project_settings import ProjectSettings, SecretValue, read_settings

TEXT = """
configuration:
  model: {fit_intercept: true, alpha: 1.0}
  conda: {numpy: 1.22.4, "scikit-learn": 1.4.0}
  features: [runtime, no, 010]
  password: {"$secret": env/WAREHOUSE_PASSWORD}
artifacts: {tables: {}}
system: {user: ann}
"""


@pytest.fixture
def settings() -> ConfigValue:
    return ConfigValue(read_settings(TEXT))


def test_settings_are_read_as_yaml_1_2(settings) -> None:
    assert settings.configuration.features == ["runtime", "no", 10]
    assert settings.configuration.conda == {"numpy": "1.22.4", "scikit-learn": "1.4.0"}
    with pytest.raises(ValueError, match="line 2, column 1: the key `a` is there twice, first on line 1"):
        read_settings("a: 1\na: 2\n")


def test_decorators_ask_for_a_part(settings) -> None:
    def at(path, **more):
        return settle(ProjectSettings.get_deploy_time_settings(path, **more), {"settings": settings})

    assert at("configuration.conda") == {"numpy": "1.22.4", "scikit-learn": "1.4.0"}
    assert at('configuration.conda."scikit-learn"') == "1.4.0"
    assert at("configuration.features[0]") == "runtime"
    assert at("configuration.cpu", default=2) == 2
    with pytest.raises(ConfigError, match="there is no key `modl`"):
        at("configuration.modl.alpha")
    with pytest.raises(ConfigError, match="is no path of settings"):
        at("configuration[")


def test_settings_are_printed_without_what_is_not_wanted(settings, capsys) -> None:
    class Flow(ProjectSettings):
        pass

    Flow.settings = settings  # type: ignore[assignment]
    Flow().show_settings(exclude_patterns=["artifact*", "system*"])
    assert capsys.readouterr().out.splitlines() == [
        "Configuration Values:",
        "settings.configuration.conda.numpy = 1.22.4",
        "settings.configuration.conda.scikit-learn = 1.4.0",
        "settings.configuration.features.0 = runtime",
        "settings.configuration.features.1 = no",
        "settings.configuration.features.2 = 10",
        "settings.configuration.model.alpha = 1.0",
        "settings.configuration.model.fit_intercept = True",
        "settings.configuration.password = ***",
    ]
    Flow().show_settings(include_patterns=["system.*"])
    assert capsys.readouterr().out.splitlines() == ["Configuration Values:", "settings.system.user = ann"]


def test_a_secret_is_shown_to_nobody_and_revealed_where_it_is(settings, monkeypatch) -> None:
    secret = settings.configuration.password
    assert secret == pickle.loads(pickle.dumps(secret)) == SecretValue("env/WAREHOUSE_PASSWORD")
    assert f"{secret}" == "***" and "hunter2" not in repr(secret)
    monkeypatch.delenv("WAREHOUSE_PASSWORD", raising=False)
    with pytest.raises(MetaflowException, match="is not here"):
        secret.reveal()
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "hunter2")
    assert secret.reveal() == "hunter2"


def test_the_name_of_metaboost_is_ours() -> None:
    from spinloom.compat.metaflow import load

    assert load("metaflow.metaboost").MetaboostSettings is ProjectSettings
