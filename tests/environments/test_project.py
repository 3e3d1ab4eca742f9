"""`--environment=uv`: every step has what the project's lock file says (DE-14)."""

from __future__ import annotations

import subprocess

from .conftest import Place

FLOW = """
class PackedFlow(FlowSpec):
    @step
    def start(self):
        import six
        self.version = six.__version__
        self.next(self.end)

    @step
    def end(self):
        import six
        assert six.__version__ == self.version
"""
PROJECT = '[project]\nname = "packed"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["six==1.16.0"]\n'


def lock(place: Place) -> None:
    """What a user does with uv."""
    environment = place.product.environment(place.folder, **place.variables)
    subprocess.run([place.product.bin / "uv", "lock", "--quiet"], cwd=place.folder, env=environment, check=True)


def test_steps_have_what_the_lock_file_says(place: Place) -> None:
    """The environment is the project's, and a changed lock file is another environment."""
    place.write(FLOW, imports="Parameter")
    (place.folder / "pyproject.toml").write_text(PROJECT)
    lock(place)
    for version in ("1.16.0", "1.17.0"):
        (place.folder / "pyproject.toml").write_text(PROJECT.replace("1.16.0", version))
        lock(place)
        outcome = place.python("flow.py", "--environment=uv", "run")
        assert outcome.exit_code == 0, outcome.text
        assert place.artifact("start", "version") == [version]
    assert [one["requirements"] for one in place.environments()] == [
        ["packed==1", "six==1.17.0"],
        ["packed==1", "six==1.16.0"],
    ]
    assert not (place.folder / ".venv").exists()


def test_without_a_lock_file(place: Place) -> None:
    """The error says how to make one."""
    place.write(FLOW, imports="Parameter")
    outcome = place.python("flow.py", "--environment=uv", "run")
    assert outcome.exit_code == 1 and "`uv init --bare`" in outcome.text
    (place.folder / "pyproject.toml").write_text(PROJECT)
    outcome = place.python("flow.py", "--environment=uv", "run")
    assert outcome.exit_code == 1 and "`uv lock` there does that" in outcome.text


def test_decorators_are_another_way(place: Place) -> None:
    """As with Metaflow, a step with `@pypi` cannot have the project's environment."""
    place.write(FLOW.replace("    @step\n    def start", '    @pypi(packages={"six": ""})\n    @step\n    def start'))
    outcome = place.python("flow.py", "--environment=uv", "run")
    assert outcome.exit_code == 1
    assert "needs `--environment=pypi`" in outcome.text
