"""Spinloom beside Metaflow, in one run, alternating. Prints the table of `benches/README.md`.

Usage: python benches/bench.py [--full] [--write] [--runs] [--spins] [--artifacts] [--s3] [--server] [--postgres]
       [--projects] [--cards]

By default Metaflow's cost of a task is its *marginal* cost between a small and a larger foreach, which leaves its
start-up out and so favours it; ours is the whole run, start-up included. `--full` gives both the same 1,000 tasks. The
other options measure one table only.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

from cards import cards
from configs import above
from handing_over import handing_over
from measure import Cost, alternate, median, run
from readers import compare
from s3 import s3
from served import local, postgres
from spins import spins
from sweeping import sweeping

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS = str(ROOT / ".venv-bench/bin/python")
THEIRS = str(ROOT / ".venv-metaflow/bin/python")
TASKS = 1000
HEAD = ["| what | Spinloom | Metaflow | ratio | wanted |", "|---|---|---|---|---|"]


def flow(python: str, name: str, *options: str) -> list[str]:
    """The command that runs one of the bench flows."""
    quiet = ["--no-pylint"] if python == THEIRS else []
    return [python, str(HERE / "flows" / name), *quiet, "run", *options]


def fan(python: str, name: str, n: int) -> list[str]:
    """The command that runs a foreach of `n` items."""
    return flow(python, name, "--n", str(n), "--max-num-splits", str(n + 1))


def three_steps() -> list[str]:
    """Start to exit of a flow of three steps."""
    ours, theirs = alternate(flow(OURS, "three_steps.py"), flow(THEIRS, "three_steps.py"), 9)
    rows = []
    for field, what in (("wall", "wall time"), ("cpu", "CPU time")):
        a, b = median(ours, field), median(theirs, field)
        rows.append(row(f"3-step no-op flow, {what}", f"{a * 1000:.0f} ms", f"{b * 1000:.0f} ms", b / a, "10×"))
    return rows


def configs() -> list[str]:
    """What resolving fifty configs adds to start-up."""
    ours, theirs = above(OURS, THEIRS)
    what = "50 configs, above the same flow with none"
    return [row(what, f"{ours:.1f} ms", f"{theirs:.1f} ms", theirs / max(ours, 0.1), "under 10 ms")]


def marginal(name: str, small: int, large: int) -> float:
    """Metaflow's CPU seconds per task, start-up left out."""
    few, many = run(fan(THEIRS, name, small)), run(fan(THEIRS, name, large))
    return (many.cpu - few.cpu) / (large - small)


def fan_out(name: str, what: str, sizes: tuple[int, int], target: str, full: bool) -> list[str]:
    """A foreach over a thousand tasks that do nothing."""
    run(fan(OURS, name, 10))
    ours: list[Cost] = []
    theirs: list[float] = []
    floors: list[float] = []
    for _ in range(1 if full else 3):
        ours.append(run(fan(OURS, name, TASKS)))
        floors.append(floor(name))
        theirs.append(run(fan(THEIRS, name, TASKS)).cpu / TASKS if full else marginal(name, *sizes))
    our_ms, their_ms = median(ours, "cpu") / TASKS * 1000, statistics.median(theirs) * 1000
    bare = statistics.median(floors)
    return [
        row(
            f"foreach of {TASKS:,}, {what}: CPU per task",
            f"{our_ms:.2f} ms",
            f"{their_ms:.0f} ms",
            their_ms / our_ms,
            target,
        ),
        row(f"— against a bare fork and wait ({bare:.2f} ms)", f"{our_ms / bare:.2f}×", "", None, "at most 2.5×"),
        row("— tasks per second of wall time", f"{TASKS / median(ours, 'wall'):.0f}", "", None, ""),
    ]


def floor(name: str) -> float:
    """CPU milliseconds of a bare fork and wait of an interpreter with the flow imported."""
    argv = [OURS, str(HERE / "fork_floor.py"), str(HERE / "flows" / name), "500"]
    return float(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)


def packed() -> list[str]:
    """The same foreach, its tasks in an environment of `@pypi` that is there: forked, and in fresh interpreters."""

    def one(tasks: int, *options: str) -> list[str]:
        sizes = ("--n", str(tasks), "--max-num-splits", str(tasks + 1))
        return [OURS, str(HERE / "flows" / "fan_packed.py"), "--environment=pypi", "run", *sizes, *options]

    few = TASKS // 20
    inside, outside = alternate(one(TASKS), fan(OURS, "fan_light.py", TASKS), 3)
    fresh = [run(one(few, "--isolation", "spawn")) for _ in range(3)]
    per_second = {
        name: n / median(costs, "wall") for name, n, costs in (("in", TASKS, inside), ("out", TASKS, outside))
    }
    return [
        row("— the same in an environment of `@pypi`", f"{per_second['in']:.0f}", "", None, ""),
        row("— against tasks without one, same hour", f"{per_second['in'] / per_second['out']:.2f}×", "", None, ""),
        row("— in fresh interpreters of it", f"{few / median(fresh, 'wall'):.0f}", "", None, ""),
    ]


def memory() -> list[str]:
    """Peak memory of the driver of a wide foreach."""
    cost = run(fan(OURS, "fan_light.py", 10_000))
    return [row("driver's peak memory, foreach of 10,000", f"{cost.driver_mb:.0f} MB", "", None, "under 150 MB")]


def to_file(argv: list[str], between: str = "") -> list[str]:
    """A command whose output a shell puts into a file, by way of `between`."""
    return ["/bin/sh", "-c", f'exec "$0" "$@" {between}> output.txt', *argv]


def printing(lines: int = 1_000_000, their_lines: int = 20_000) -> list[str]:
    """A step that prints, beside the same loop writing into a pipe that `cat` empties into a file."""

    def many(python: str, n: int) -> list[str]:
        return to_file(flow(python, "many_lines.py", "--n", str(n), "--max-log-size", "100"))

    plain = to_file([OURS, str(HERE / "print_lines.py")], "| cat ")
    full, empty, bare = [], [], []
    for _ in range(5):
        full.append(run(many(OURS, lines)))
        empty.append(run(many(OURS, 0)))
        bare.append(run(plain))
    ours = {field: median(full, field) - median(empty, field) for field in ("wall", "cpu")}
    theirs = (run(many(THEIRS, their_lines)).cpu - run(many(THEIRS, 0)).cpu) / their_lines
    mine = ours["cpu"] / lines
    rows = [
        row("printing, CPU per line", f"{mine * 1e6:.2f} µs", f"{theirs * 1e6:.0f} µs", theirs / mine, ""),
    ]
    for field, what in (("wall", "wall time"), ("cpu", "CPU time")):
        share = f"{ours[field] / median(bare, field):.2f}×"
        rows.append(row(f"— {lines:,} lines against the same loop into `cat`, {what}", share, "", None, "at most 1.3×"))
    return rows


def imports() -> list[str]:
    """What `import spinloom` adds to a bare interpreter."""
    ours, bare = alternate([OURS, "-c", "from spinloom import FlowSpec, step"], [OURS, "-c", "pass"], 15)
    theirs = [run([THEIRS, "-c", "from metaflow import FlowSpec, step"]) for _ in range(5)]
    added = (median(ours, "wall") - median(bare, "wall")) * 1000
    their_added = (median(theirs, "wall") - median(bare, "wall")) * 1000
    return [row("import, over a bare interpreter", f"{added:.1f} ms", f"{their_added:.0f} ms", None, "under 60 ms")]


def readers() -> list[str]:
    """The Client, reading a thousand runs and two hundred artifacts."""
    return [
        row(what, f"{our_ms:.0f} ms", f"{their_ms:.0f} ms", their_ms / our_ms, target)
        for what, our_ms, their_ms, target in compare(flow, OURS, THEIRS)
    ]


def spun() -> list[str]:
    """One step, spun again: warm, cold, and against its body in a live session."""
    rows = []
    for name, what, target, rounds in (
        ("spin_light.py", "light flow", "15×", 5),
        ("spin_heavy.py", "pandas, pyarrow, scikit-learn", "60×", 5),
        ("spin_inputs.py", "array of 1 GiB, 5 million rows", "60×", 2),
    ):
        warm, cold, theirs, live = spins(name, OURS, THEIRS, rounds)
        ours_ms, their_ms = f"{warm * 1000:.0f} ms", f"{theirs * 1000:.0f} ms"
        rows.append(row(f"spin, {what}: warm", ours_ms, their_ms, theirs / warm, target))
        rows.append(row("— cold", f"{cold * 1000:.0f} ms", their_ms, theirs / cold, "1.5×" if rounds > 2 else ""))
        above = f"{(warm - live) * 1000:.0f} ms"
        rows.append(row("— above its body in a live IPython session", above, "", None, "at most 50 ms"))
    return rows


def objects() -> list[str]:
    """Objects in S3: many small ones, a few large ones."""
    return [row(*measured) for measured in s3(OURS, THEIRS)]


def artifacts() -> list[str]:
    """Values handed to the next step: saved, loaded, carried, on disk, sent."""
    return [row(*measured) for measured in handing_over(OURS, THEIRS)]


def served() -> list[str]:
    """The server over a store on this machine."""
    return [row(*measured) for measured in local(OURS)]


def served_postgres() -> list[str]:
    """The server over PostgreSQL."""
    return [row(*measured) for measured in postgres(OURS)]


def projects() -> list[str]:
    """Sweeps, and the settings of a project."""
    return [row(*measured) for measured in sweeping(OURS, THEIRS)]


def carded() -> list[str]:
    """What cards cost."""
    return [row(*measured) for measured in cards(OURS, THEIRS)]


def row(what: str, ours: str, theirs: str, ratio: float | None, target: str) -> str:
    """One row of the table; printed at once, as the whole takes minutes."""
    times = f"**{ratio:.{0 if ratio >= 10 else 1}f}×**" if ratio else ""
    text = f"| {what} | {ours} | {theirs} | {times} | {target} |"
    print(text, flush=True)
    return text


def machine() -> str:
    """What this was measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    versions = subprocess.run(
        [
            THEIRS,
            "-c",
            "import metaflow, pandas, pyarrow, sklearn; print('Metaflow', metaflow.__version__, '· pandas',"
            " pandas.__version__, '· pyarrow', pyarrow.__version__, '· scikit-learn', sklearn.__version__)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, CPython {platform.python_version()}. {versions}."


def runs(full: bool) -> list[str]:
    """Runs, tasks, printing, the Client."""
    return [
        *three_steps(),
        *configs(),
        *fan_out("fan_light.py", "light flow", (5, 65), "60×", full),
        *packed(),
        *fan_out("fan_heavy.py", "pandas, pyarrow, scikit-learn", (2, 14), "80×", full),
        *memory(),
        *printing(),
        *imports(),
        *readers(),
    ]


def write(name: str, rows: list[str]) -> None:
    """Puts the rows of one table into the README, and what they were measured on."""
    readme = HERE / "README.md"
    before, rest = readme.read_text().split(f"<!-- table: {name} -->\n")
    _, after = rest.split("<!-- end of table -->\n", 1)
    body = "\n".join([*HEAD, *rows, "", machine()])
    readme.write_text(f"{before}<!-- table: {name} -->\n{body}\n<!-- end of table -->\n{after}")


def main() -> None:
    """Measures, prints, and with `--write` puts the tables into the README."""
    tables = {"runs": partial(runs, "--full" in sys.argv), "spins": spun, "artifacts": artifacts, "s3": objects}
    tables |= {"server": served, "postgres": served_postgres, "projects": projects, "cards": carded}
    wanted = [name for name in tables if f"--{name}" in sys.argv] or list(tables)
    for name in wanted:
        print("\n".join(HEAD), flush=True)
        rows = tables[name]()
        print(f"\n{machine()}\n")
        if "--write" in sys.argv:
            write(name, rows)


if __name__ == "__main__":
    main()
