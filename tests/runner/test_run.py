"""`Runner.run`: a process, and the run it makes (PR-01, PR-02)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from spinloom import Runner
from spinloom.runner import RunnerFailed


def test_a_run_to_its_end(flow: str) -> None:
    with Runner(flow, show_output=False) as runner:
        ran = runner.run(layers=3)
    assert (ran.status, ran.returncode) == ("successful", 0)
    assert ran.run.successful and ran.run.data.coats == 6
    assert "mixing 3" in ran.stdout and "executing PaintFlow" in ran.stderr
    assert repr(ran) == "<ExecutingRun PaintFlow/1: successful>"


def test_a_run_that_fails_is_a_result_too(flow: str) -> None:
    ran = Runner(flow, show_output=False).run(spill=True)
    assert (ran.status, ran.returncode) == ("failed", 1)
    assert not ran.run.successful
    assert "the bucket fell" in ran.stderr


def test_what_runs_is_a_context_manager(flow: str) -> None:
    with Runner(flow, show_output=False).run() as ran:
        assert ran.status == "successful"


def test_output_is_shown_as_it_is_written(flow: str, capfd: pytest.CaptureFixture[str]) -> None:
    ran = Runner(flow).run()
    shown = capfd.readouterr()
    assert shown.out == ran.stdout and shown.err == ran.stderr


def test_a_run_is_seen_whatever_the_namespace_is(flow: str) -> None:
    ran = Runner(flow, show_output=False, env={"METAFLOW_USER": "another"}).run()
    assert ran.run.data.coats == 4


def test_environment_and_folder_of_the_process(flow: str, here: Path) -> None:
    (here / "elsewhere").mkdir()
    ran = Runner(flow, show_output=False, cwd="elsewhere", env={"SPINLOOM_RUN_LAYERS": "5"}).run()
    assert ran.run.data.layers == 5
    assert not (here / ".spinloom").exists() and (here / "elsewhere/.spinloom").is_dir()


def test_a_store_named_on_the_way(flow: str, here: Path) -> None:
    ran = Runner(flow, show_output=False, datastore_root=here / "shelf").run()
    assert ran.run.data.coats == 4
    assert (here / "shelf/metadata.db").exists()


def test_each_attempt_says_what_of_its_time_was_the_steps_own(flow: str, here: Path) -> None:
    Runner(flow, show_output=False).run()
    with closing(sqlite3.connect(here / ".spinloom" / "metadata.db")) as db:
        columns = "starting_us, saving_us, finished_at - started_at"
        attempts = db.execute(f"SELECT {columns} FROM attempts WHERE task > 0").fetchall()
    assert len(attempts) > 1
    assert all(starting > 0 and saving > 0 and starting + saving <= whole for starting, saving, whole in attempts)


def test_logs_outlive_the_runner(flow: str) -> None:
    with Runner(flow, show_output=False) as runner:
        ran = runner.run()
    runner.cleanup()
    assert "Done!" in ran.stdout


def test_a_flow_that_cannot_be_imported(here: Path) -> None:
    (here / "broken.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(RunnerFailed, match="nothing_of_that_name") as caught:
        Runner("broken.py")
    assert isinstance(caught.value, RuntimeError) and caught.value.returncode == 1
    assert "ModuleNotFoundError" in caught.value.stderr


def test_a_process_that_ends_before_there_is_a_run(flow: str) -> None:
    with pytest.raises(RunnerFailed, match=r"exit code 2\)") as caught:
        Runner(flow, show_output=False).run(max_workers="many")
    assert caught.value.code == "SL0001"
    assert "`--max-workers` is a whole number from 1, not `many`" in caught.value.stderr


def test_a_file_that_is_not_there(here: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"Flow file not present at '.*nothing\.py'"):
        Runner("nothing.py")


def test_no_run_in_time(flow: str, here: Path) -> None:
    source = (here / flow).read_text()
    (here / flow).write_text(
        source.replace("import sys\n", "import sys, time\nif 'run' in sys.argv: time.sleep(99)\n", 1)
    )
    with pytest.raises(TimeoutError, match=r"made no run within 0\.1 seconds"):
        Runner(flow, show_output=False, file_read_timeout=0.1).run()


def test_what_the_flow_prints_while_it_is_imported_does_not_matter(flow: str, here: Path) -> None:
    source = (here / flow).read_text()
    (here / flow).write_text("print('hello from the import')\n" + source)
    assert Runner(flow, show_output=False).run().status == "successful"


def test_ctrl_c_ends_the_run_first(flow: str) -> None:
    script = "from spinloom import Runner\nRunner('flow.py').run(pause=True)\n"
    starter = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None and starter.stderr is not None
    while "mixing" not in starter.stdout.readline():
        pass
    starter.send_signal(signal.SIGINT)
    rest, errors = starter.communicate(timeout=100)
    assert "Workflow interrupted." in rest, (rest, errors)
    assert errors.endswith("KeyboardInterrupt\n")


def test_the_attribute_file_says_which_run_it_is(flow: str, here: Path) -> None:
    words = [sys.executable, flow, "--quiet", "run", "--runner-attribute-file", "made.json"]
    subprocess.run(words, check=True, capture_output=True)
    made = json.loads((here / "made.json").read_text())
    assert made == {"flow_name": "PaintFlow", "run_id": "1", "metadata": f"local@{here}/.spinloom"}


def test_no_file_is_left_behind(flow: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(here / "tmp"))
    Runner(flow, show_output=False).run()
    assert os.listdir(here / "tmp") == []


def test_many_at_once(flow: str) -> None:
    async def all_of_them() -> list[int]:
        runner = Runner(flow, show_output=False)
        running = await asyncio.gather(*(runner.async_run(layers=number) for number in (1, 2, 3)))
        await asyncio.gather(*(one.wait() for one in running))
        return [one.run.data.coats for one in running]

    assert asyncio.run(all_of_them()) == [2, 4, 6]
