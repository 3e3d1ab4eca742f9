"""What `./setup` does once there is a Python: steps, each skipped when its stamp is current.

Standard library only, and quick when nothing is to do: it looks at file times, starts no process and prints nothing.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import native_build
import pages
import toolchain
from stamps import Inputs, Stamp, files_under

ROOT = native_build.ROOT
STATE = ROOT / ".setup"
VENV = ROOT / ".venv"
METAFLOW_VENV = ROOT / ".venv-metaflow"
BENCH_VENV = ROOT / ".venv-bench"
SERVERS_VENV = ROOT / ".venv-servers"
AZURITE = STATE / "azurite"
REQUIREMENTS = ROOT / "requirements"
SOURCES = ROOT / "python" / "spinloom"


def say(text: str) -> None:
    """One line of progress."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Step:
    """One thing to be made, from what, and how one sees that it is there."""

    name: str
    about: str
    inputs: Callable[[], Inputs]
    outputs: Callable[[], list[Path]]
    make: Callable[[], None]

    @property
    def stamp(self) -> Stamp:
        """Where it is recorded that the step was done."""
        return Stamp(STATE / f"{self.name}.json")

    def is_current(self) -> bool:
        """Whether nothing is to be done."""
        return self.stamp.is_current(self.inputs(), self.outputs())

    def run(self) -> None:
        """Makes it. The hashes are taken first, so an edit made meanwhile is seen by the next call."""
        inputs = self.inputs()
        quick, content = inputs.quick(), inputs.content()
        say(self.about)
        self.stamp.forget()
        self.make()
        self.stamp.record(quick, content)


def python_of(venv: Path) -> Path:
    """The interpreter of an environment."""
    return venv / "bin" / "python"


def site_packages(venv: Path) -> Path:
    """Where an environment keeps its packages; a path that does not exist when there is no environment."""
    return next(iter(venv.glob("lib/python3*/site-packages")), venv / "lib" / "none")


def make_venv(venv: Path) -> None:
    """Makes an environment with pip. Debian's Python may lack ensurepip; then pip installs pip."""
    base = os.path.realpath(sys.executable)
    has_ensurepip = not subprocess.run([base, "-c", "import ensurepip"], capture_output=True).returncode
    if has_ensurepip:
        run([base, "-m", "venv", "--clear", venv])
        return
    run([base, "-m", "venv", "--clear", "--without-pip", venv])
    run([base, "-m", "pip", "--python", python_of(venv), "install", "--quiet", "pip"])


def pip(venv: Path, *arguments: str | Path, env: Mapping[str, str] = os.environ) -> None:
    """Runs an environment's pip, as if it were activated: maturin looks for itself on the path."""
    path = f"{venv / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    own = {"PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    run([python_of(venv), "-m", "pip", "--quiet", *arguments], {**env, **own})


def run(command: list[str | Path], env: dict[str, str] | None = None) -> None:
    """Runs a command in the checkout; its output is the user's to see."""
    subprocess.run(command, cwd=ROOT, env=env, check=True)


@cache
def find_cargo() -> toolchain.Cargo:
    """The cargo of this machine, got when there is none."""
    return toolchain.find_or_get(ROOT, python_of(VENV), say)


def build() -> None:
    """Builds the natives, and renews the command of `.venv`."""
    cargo = find_cargo()
    # Tests start a server that is written for Node.js.
    programs = [Path(cargo.program).parent, pages.NODE]
    lines = [f"PATH={shlex.quote(':'.join(map(str, programs)))}:$PATH; export PATH"]
    lines += [f"{name}={shlex.quote(value)}; export {name}" for name, value in cargo.variables.items()]
    (STATE / "env").write_text("\n".join(lines) + "\n")
    command = native_build.build_for_checkout(cargo.program, cargo.environment())
    native_build.place(command, VENV / "bin" / "spinloom")


def install() -> None:
    """Installs the checkout editable: package metadata, the `.pth` files and the compatibility finder."""
    environment = find_cargo().environment()
    pip(VENV, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT, env=environment)


def install_release() -> None:
    """Installs a release wheel of the checkout into `.venv-bench`."""
    cargo = find_cargo()
    # Built first so that cargo shows its progress, which pip would hide.
    native_build.cargo([*native_build.COMMAND, "--profile", "release"], cargo.program, cargo.environment())
    with tempfile.TemporaryDirectory(dir=STATE) as wheels:
        options = ["--no-deps", "--no-build-isolation"]
        pip(VENV, "wheel", *options, "--wheel-dir", wheels, ROOT, env=cargo.environment())
        pip(BENCH_VENV, "install", "--no-deps", "--force-reinstall", *Path(wheels).glob("*.whl"))


def install_azurite() -> None:
    """Installs Azurite by npm, as its lock file says."""
    AZURITE.mkdir(parents=True, exist_ok=True)
    for file in azurite_files():
        shutil.copy2(file, AZURITE)
    pages.install(AZURITE)


def azurite_files() -> tuple[Path, ...]:
    """What says which Azurite it is."""
    return tuple(REQUIREMENTS / "azurite" / name for name in ("package.json", "package-lock.json"))


def server_steps() -> list[Step]:
    """Servers that tests talk to, but for Debian's own, which `setup` installs."""
    return [
        venv_step(SERVERS_VENV),
        requirements_step(SERVERS_VENV, "servers"),
        Step(
            "azurite",
            "installing requirements/azurite by npm into .setup/azurite",
            lambda: Inputs(azurite_files()),
            lambda: [AZURITE / "node_modules" / ".bin" / "azurite-blob"],
            install_azurite,
        ),
    ]


def source_files() -> tuple[Path, ...]:
    """What the natives are built from."""
    crates = ROOT / "crates"
    skip = [
        crates / "testkit",
        crates / "storekit",
        crates / "xtask",
        *crates.glob("*/tests"),
        *crates.glob("*/benches"),
    ]
    roots = [ROOT / "Cargo.toml", ROOT / "Cargo.lock", ROOT / ".cargo", ROOT / "schemas", crates]
    return (*files_under([root for root in roots if root.exists()], skip), Path(native_build.__file__))


def packaging_files() -> tuple[Path, ...]:
    """What an editable install is made from, but for the natives."""
    return (ROOT / "pyproject.toml", ROOT / "packaging" / "backend.py", *files_under([native_build.DATA / "purelib"]))


def pages_steps() -> list[Step]:
    """The pages of the GUI. A build of the natives for development reads them where they are."""
    return [
        Step(
            "node",
            "placing node and npm into .setup/node",
            lambda: Inputs((), (str(site_packages(VENV)),)),
            lambda: [pages.NODE / "node", pages.NODE / "npm"],
            lambda: pages.place_node(site_packages(VENV)),
        ),
        Step(
            "ui-packages",
            "installing what the pages are built with into ui/node_modules",
            lambda: Inputs(pages.LOCK),
            lambda: [pages.INSTALLED],
            pages.install,
        ),
        Step(
            "ui",
            "building the pages of the GUI and the viewer of cards into ui/dist and ui/dist-cards",
            lambda: Inputs(pages.sources()),
            lambda: [pages.DIST / "index.html", pages.CARDS / "cards.js", pages.CARDS / "vega.js"],
            pages.build,
        ),
    ]


def venv_step(venv: Path) -> Step:
    """An empty environment."""
    return Step(
        name=venv.name.removeprefix("."),
        about=f"making the Python environment {venv.name}",
        inputs=lambda: Inputs((), (str(venv),)),
        outputs=lambda: [python_of(venv), site_packages(venv) / "pip"],
        make=lambda: make_venv(venv),
    )


def requirements_step(venv: Path, *names: str) -> Step:
    """The pinned packages of an environment."""
    files = tuple(REQUIREMENTS / f"{name}.txt" for name in names)
    created = venv / "pyvenv.cfg"
    return Step(
        name=f"{venv.name.removeprefix('.')}-{'-'.join(names)}",
        about=f"installing {' and '.join(f'requirements/{name}.txt' for name in names)} into {venv.name}",
        # An environment made anew is empty: its birth is an input.
        inputs=lambda: Inputs(files, (str(created.stat().st_mtime_ns) if created.exists() else "none",)),
        outputs=lambda: [],
        make=lambda: pip(venv, "install", *(part for file in files for part in ("-r", file))),
    )


def steps(metaflow: bool, bench: bool, servers: bool) -> list[Step]:
    """Everything asked for, in order."""
    wanted = [
        venv_step(VENV),
        requirements_step(VENV, "dev"),
        *pages_steps(),
        Step(
            "build",
            "building the native parts with cargo (several minutes the first time, seconds later)",
            lambda: Inputs((*source_files(), *files_under([pages.CARDS]))),
            lambda: [native_build.EXTENSION, native_build.COMMAND_IN_WHEEL, VENV / "bin" / "spinloom", STATE / "env"],
            build,
        ),
        Step(
            "install",
            "installing this checkout into .venv",
            lambda: Inputs(packaging_files(), (str(ROOT),)),
            lambda: [site_packages(VENV) / "_spinloom_compat.py", site_packages(VENV) / "_spinloom_editable.pth"],
            install,
        ),
        Step(
            "bytecode",
            "compiling the Python sources",
            lambda: Inputs(tuple(file for file in files_under([SOURCES]) if file.suffix == ".py")),
            lambda: [],
            # Processes of tests write no bytecode: each of thousands would compile all it imports.
            lambda: run([python_of(VENV), "-m", "compileall", "-q", SOURCES]),
        ),
    ]
    if metaflow or bench:
        wanted += [venv_step(METAFLOW_VENV), requirements_step(METAFLOW_VENV, "metaflow")]
    if servers:
        wanted += server_steps()
    if bench:
        wanted += [
            requirements_step(METAFLOW_VENV, "metaflow", "bench"),
            venv_step(BENCH_VENV),
            requirements_step(BENCH_VENV, "bench"),
            Step(
                "release",
                "building the release wheel and installing it into .venv-bench (several minutes)",
                lambda: Inputs(
                    (
                        *source_files(),
                        *packaging_files(),
                        *pages.sources(),
                        *files_under([SOURCES]),
                    )
                ),
                lambda: [BENCH_VENV / "bin" / "spinloom", site_packages(BENCH_VENV) / "spinloom"],
                install_release,
            ),
        ]
    return wanted


@contextmanager
def only_one() -> Iterator[None]:
    """Lets one `./setup` of the checkout work at a time; the kernel lets go of the lock however this process ends."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another ./setup of this checkout")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Runs the steps that are not current."""
    parser = argparse.ArgumentParser(prog="./setup", description="Makes this checkout ready to use.")
    parser.add_argument("--metaflow", action="store_true", help="also .venv-metaflow, for the differential tests")
    parser.add_argument("--bench", action="store_true", help="also .venv-bench, a release build, for `make bench`")
    parser.add_argument("--servers", action="store_true", help="also the servers that tests talk to")
    options = parser.parse_args()
    wanted = steps(options.metaflow, options.bench, options.servers)
    if all(step.is_current() for step in wanted):
        return 0
    try:
        with only_one():
            for step in wanted:
                if not step.is_current():
                    step.run()
    except KeyboardInterrupt:
        say("interrupted; run ./setup again to go on")
        return 130
    except toolchain.Missing as error:
        say(str(error))
        return 5
    except subprocess.CalledProcessError as error:
        say(f"failed (exit code {error.returncode}): {shlex.join(map(str, error.cmd))}")
        return 5
    say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
