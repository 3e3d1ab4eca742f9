"""PR-08: `S3(run=self)` in the steps of a run, and `S3(run=…)` for a run of the Client. On a real server."""

from __future__ import annotations

from pathlib import Path

from support.product import Product
from support.s3 import Server

FLOW = """
from metaflow import S3, FlowSpec, step


class ParcelFlow(FlowSpec):
    @step
    def start(self):
        with S3(run=self) as s3:
            self.url = s3.put("made/by-start", "from start", metadata={"step": "start"})
        self.parts = [0, 1, 2]
        self.next(self.work, foreach="parts")

    @step
    def work(self):
        with S3(run=self) as s3:
            s3.put(f"made/by-work/{self.input}", f"{s3.get('made/by-start').text}, part {self.input}")
        self.next(self.join)

    @step
    def join(self, inputs):
        with S3(run=self) as s3:
            self.texts = [one.text for one in s3.get_recursive(["made/by-work/"])]
            self.objects = s3.list_recursive()
        self.next(self.end)

    @step
    def end(self):
        print(*self.texts, sep="\\n")


if __name__ == "__main__":
    ParcelFlow()
"""

ASK = """
from metaflow import S3, Flow

run = Flow("ParcelFlow").latest_run
with S3(run=run) as s3:
    print(*(one.key for one in s3.get_all()))
    print(s3.info("made/by-start").metadata, run["start"].task.data.url.replace(run.id, "ID"))
    print([one.key for one in run.data.objects] == [one.key for one in s3.list_recursive()])
"""


def test_a_run_has_a_place_of_its_own_in_s3(spinloom: Product, server: Server, tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "ask.py").write_text(ASK)
    for number in (1, 2):
        outcome = spinloom.run(["flow.py", "run"], tmp_path, **server.environment)
        assert outcome.exit_code == 0, outcome.text
        assert not list(tmp_path.glob("*.s3.*"))
        logs = spinloom.shell(f"spinloom logs ParcelFlow/{number}/end", tmp_path)
        assert logs.stdout == "from start, part 0\nfrom start, part 1\nfrom start, part 2\n"
    asked = spinloom.run(["ask.py"], tmp_path, **server.environment)
    assert asked.stdout.splitlines() == [
        "made/by-start made/by-work/0 made/by-work/1 made/by-work/2",
        "{'step': 'start'} s3://data/flows/ParcelFlow/ID/made/by-start",
        "True",
    ], asked.text


def test_each_product_reads_what_the_other_wrote(
    spinloom: Product, metaflow: Product, server: Server, tmp_path: Path
) -> None:
    script = """
import sys
from metaflow import S3
with S3(s3root="s3://bucket/shared") as s3:
    if sys.argv[1] == "write":
        s3.put(sys.argv[2], "ü", content_type="text/x-y", metadata={"ü b": [1, {"c": None}]})
    one = s3.get(sys.argv[2])
    print(one.text, one.content_type, one.metadata, s3.info_many([sys.argv[2]])[0].metadata == one.metadata)
"""
    (tmp_path / "script.py").write_text(script)
    for writer, reader in ((spinloom, metaflow), (metaflow, spinloom)):
        wrote, read = (
            product.run(["script.py", what, writer.name], tmp_path, **server.environment)
            for product, what in ((writer, "write"), (reader, "read"))
        )
        assert wrote.stdout == read.stdout == "ü text/x-y {'ü b': [1, {'c': None}]} True\n", wrote.text + read.text
