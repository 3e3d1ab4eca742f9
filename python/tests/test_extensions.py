"""What installed packages add: found by entry points, once somebody asks for a name that is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import spinloom
from spinloom import extensions, get_secret
from spinloom.attach import find
from spinloom.exceptions import InvalidDecorator, MetaflowException

DECORATORS = """
from spinloom.decorators.base import make_decorator
from spinloom.decorators.flow_base import FlowDecorator, make_flow_decorator
from spinloom.decorators.resources import Resources

class Big(Resources):
    defaults = {**Resources.defaults, "cpu": 8}

class Owned(FlowDecorator):
    name = "owned"
    defaults = {"by": None}

big = make_decorator(Big)
owned = make_flow_decorator(Owned)
"""
VAULT = """
class Vault:
    def get_secret_as_dict(self, secret_id, options=None, role=None):
        if secret_id == "numbers":
            return {"A": 1}
        if secret_id == "gone":
            raise LookupError("not there")
        return {"TOKEN": f"{secret_id} {sorted(options.items())} {role}"}

class Picky(Vault):
    def check(self, secret_id, options):
        raise ValueError(f"no {secret_id}")

useless = object()
"""


class Site:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, package: str, source: str, groups: dict[str, dict[str, str]], version: str = "1.0") -> None:
        """A package of one module, which is called as the package."""
        module = package.replace("-", "_")
        (self.folder / f"{module}.py").write_text(source)
        info = self.folder / f"{module}-{version}.dist-info"
        info.mkdir()
        lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in groups.items()]
        (info / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(extensions, "_points", {})
    monkeypatch.setattr(extensions, "_loaded", {})
    before = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        if not name.startswith("spinloom"):
            del sys.modules[name]


def acme(site: Site) -> None:
    site.install(
        "acme",
        DECORATORS + VAULT,
        {
            extensions.STEP_DECORATORS: {"big": "acme:big"},
            extensions.FLOW_DECORATORS: {"owned": "acme:owned"},
            extensions.SECRETS: {"vault": "acme:Vault", "picky": "acme:Picky", "useless": "acme:useless"},
        },
    )


def test_with_and_ext_find_a_step_decorator(site):
    """RU-13."""
    acme(site)
    assert find("big")({}).attributes["cpu"] == 8
    from spinloom import ext

    assert ext.big.decorator_class is find("big")
    assert ext.owned.decorator_class.name == "owned"
    assert dir(ext) == ["big", "owned"]


def test_a_name_nobody_has_is_an_error_that_names_what_there_is(site):
    acme(site)
    with pytest.raises(InvalidDecorator, match=r"these can be added: .*\bbig, card, catch, .*environment"):
        find("bigg")
    with pytest.raises(InvalidDecorator, match="`owned` is a flow decorator"):
        find("owned")
    with pytest.raises(MetaflowException, match="no installed package has a decorator `bigg`") as raised:
        from spinloom.ext import bigg  # noqa: F401
    assert raised.value.hints[0] == "did you mean `big`?"
    assert (raised.value.code, raised.value.file) == ("SL0511", __file__)


def test_a_source_of_secrets(site):
    """DE-07."""
    acme(site)
    wanted = {"type": "vault", "id": "db", "options": {"k": 1}}
    assert get_secret(wanted, role="reader") == {"TOKEN": "db [('k', 1)] reader"}
    for source, why in [
        ("vault.gone", "the source `vault.gone` cannot be fetched: LookupError: not there"),
        ("vault.numbers", "the source `vault.numbers` cannot be fetched: TypeError: `A` is of type `int`, not text"),
        ("picky.x", "the source `picky.x` is refused: ValueError: no x"),
        ("useless.x", "the source of secrets `useless` has no method `get_secret_as_dict`"),
        ("nobody.x", "there is no back-end `nobody` for secrets"),
    ]:
        with pytest.raises(MetaflowException) as raised:
            get_secret(source)
        assert raised.value.message == why


def test_secrets_that_could_never_be_fetched_are_refused_where_they_are_written(site):
    """DE-07: before any task starts."""
    acme(site)
    with pytest.raises(MetaflowException, match=r"the source `picky\.x` is refused"):

        class PickyFlow(spinloom.FlowSpec):
            @spinloom.secrets(sources=["picky.x"])
            @spinloom.step
            def start(self):
                self.next(self.end)


def test_two_packages_of_one_name_are_an_error_that_names_both(site):
    acme(site)
    site.install("other", DECORATORS, {extensions.FLOW_DECORATORS: {"big": "other:owned"}})
    with pytest.raises(MetaflowException) as raised:
        find("big")
    assert raised.value.message == "`big` is a step decorator of two packages, `acme` and `other`"
    assert raised.value.code == "SL0511"
    assert get_secret("vault.x"), "what does not clash is not concerned"


def test_a_name_of_ours_stays_ours(site):
    site.install("greedy", DECORATORS, {extensions.STEP_DECORATORS: {"retry": "greedy:big"}})
    assert find("retry").__module__ == "spinloom.decorators.retry"
    from spinloom import ext

    with pytest.raises(MetaflowException, match="`greedy` has a step decorator `retry`, but `spinloom` itself has one"):
        _ = ext.retry


def test_what_cannot_be_imported_concerns_only_who_uses_it(site):
    acme(site)
    site.install("broken", "import nothing_of_that_name\n", {extensions.STEP_DECORATORS: {"audited": "broken:audited"}})
    assert find("big")
    with pytest.raises(MetaflowException, match="`audited` of the package `broken` cannot be imported: ModuleNotFound"):
        find("audited")


def test_the_listing_shows_all_and_what_is_wrong(site):
    acme(site)
    site.install(
        "broken", "print('noise')\nimport nothing_of_that_name\n", {extensions.SECRETS: {"box": "broken:Box"}}, "0.3"
    )
    site.install("later", "plugin = 1\n", {"spinloom.gui_plugins": {"chart": "later:plugin"}})
    site.install("env-two", VAULT, {extensions.SECRETS: {"env": "env_two:Vault"}})
    child = subprocess.run(
        [sys.executable, "-m", "spinloom", "extensions-list"],
        env={"PYTHONPATH": str(site.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(child.stdout)["extensions"]
    ours = {"acme", "broken", "later", "env_two"}
    shown = [
        (one["group"], one["name"], one["package"], one["version"], one["used"], (one["problem"] or {}).get("message"))
        for one in told
        if one["package"] in ours
    ]
    box = "the source of secrets `box` of the package `broken` cannot be imported: "
    assert shown == [
        ("spinloom.step_decorators", "big", "acme", "1.0", True, None),
        ("spinloom.flow_decorators", "owned", "acme", "1.0", True, None),
        (
            "spinloom.secrets",
            "box",
            "broken",
            "0.3",
            True,
            box + "ModuleNotFoundError: No module named 'nothing_of_that_name'",
        ),
        (
            "spinloom.secrets",
            "env",
            "env_two",
            "1.0",
            True,
            "the package `env_two` has a source of secrets `env`, but `spinloom` itself has one of that name",
        ),
        ("spinloom.secrets", "picky", "acme", "1.0", True, None),
        ("spinloom.secrets", "useless", "acme", "1.0", True, None),
        ("spinloom.secrets", "vault", "acme", "1.0", True, None),
        ("spinloom.gui_plugins", "chart", "later", "1.0", False, None),
    ]


def test_a_flow_that_uses_none_looks_for_none(tmp_path):
    """Names of ours are found without a look at what is installed."""
    flow = tmp_path / "flow.py"
    flow.write_text(
        "import sys\n"
        "from spinloom import FlowSpec, retry, secrets, step\n"
        "class PlainFlow(FlowSpec):\n"
        "    @secrets(sources=['env.HOME'])\n"
        "    @retry\n"
        "    @step\n"
        "    def start(self):\n"
        "        self.next(self.end)\n"
        "    @step\n"
        "    def end(self):\n"
        "        pass\n"
        "from spinloom.attach import find\n"
        "find('timeout')\n"
        "print('spinloom.extensions' in sys.modules)\n"
    )
    child = subprocess.run([sys.executable, str(flow)], capture_output=True, text=True, check=True)
    assert child.stdout == "False\n"
