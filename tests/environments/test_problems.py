"""What a user sees who asks for what cannot be had: one error, before any task starts."""

from __future__ import annotations

from .conftest import Place

ONE = """
class PackedFlow(FlowSpec):
    @pypi(packages={"six": "1.16.0"})
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_the_decorator_needs_the_option(place: Place) -> None:
    """DE-13: as with Metaflow, `@pypi` alone is an error; it says what to add."""
    place.write(ONE)
    outcome = place.python("flow.py", "run")
    assert outcome.exit_code == 1
    assert "step `start` has `@pypi`, which needs `--environment=pypi`" in outcome.text
    assert "flow.py:5" in outcome.text
    assert place.python("flow.py", "run", SPINLOOM_ENVIRONMENT="pypi").exit_code == 0
    assert place.python("flow.py", "run", METAFLOW_DEFAULT_ENVIRONMENT="pypi").exit_code == 0


def test_a_name_that_is_none_is_refused(place: Place) -> None:
    """RU-23: `--environment` has four values."""
    place.write(ONE)
    outcome = place.python("flow.py", "--environment=conde", "run")
    assert outcome.exit_code == 2
    assert "did you mean `conda`?" in outcome.text


def test_packages_that_cannot_be_resolved(place: Place) -> None:
    """The error names the step and the line of the decorator; its cause is what the resolver says."""
    place.write(ONE.replace("1.16.0", "0.0.1"))
    outcome = place.flow("run")
    assert outcome.exit_code == 1
    assert "the packages of step `start` cannot be resolved" in outcome.text
    assert "six==0.0.1" in outcome.text and "flow.py:5" in outcome.text
    assert not place.environments()
    assert not (place.folder / ".spinloom" / "runs").exists()


def test_without_a_network_nothing_new_can_be_had(place: Place, tmp_path) -> None:
    """The error says that it is the network."""
    place.write(ONE)
    outcome = place.flow("run", UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "empty"))
    assert outcome.exit_code == 1
    assert "the packages of step `start` cannot be resolved" in outcome.text
    assert "allow uv to use the network once" in outcome.text


def test_without_uv(place: Place) -> None:
    """The error says how to install it."""
    place.write(ONE)
    outcome = place.flow("run", SPINLOOM_UV="/nowhere/uv")
    assert outcome.exit_code == 1
    assert "`uv` was not found" in outcome.text and "-m pip install uv" in outcome.text


def test_without_micromamba(place: Place) -> None:
    """DE-12: the same for `@conda`."""
    place.write(ONE.replace("@pypi", "@conda"), imports="conda")
    outcome = place.python("flow.py", "--environment=conda", "run", SPINLOOM_MICROMAMBA="/nowhere/micromamba")
    assert outcome.exit_code == 1
    assert "`micromamba` was not found" in outcome.text and "flow.py:5" in outcome.text


def test_both_kinds_on_one_step(place: Place) -> None:
    """DE-13: a step has packages of an index or of conda; one of both may be disabled (DE-15)."""
    mixed = ONE.replace("    @step\n    def start", '    @conda(packages={"six": ""})\n    @step\n    def start')
    place.write(mixed, imports="conda, pypi")
    outcome = place.flow("run")
    assert outcome.exit_code == 1
    assert "step `start` has both a `pypi` and a `conda` environment" in outcome.text
    place.write(mixed.replace('"six": ""}', '"six": ""}, disabled=True'), imports="conda, pypi")
    assert place.flow("run").exit_code == 0


def test_packages_that_are_no_dictionary(place: Place) -> None:
    """Bad attributes are refused where they are written."""
    place.write(ONE.replace('{"six": "1.16.0"}', '["six"]'))
    outcome = place.flow("run")
    assert outcome.exit_code == 1
    assert "`@pypi` needs a dictionary for `packages`, not `['six']`" in outcome.text
