"""PR-01, PR-02: runs of `flow.py` by Runner; prints answers without ids."""

import asyncio

from metaflow import Runner, namespace
from metaflow.runner.metaflow_runner import ExecutingRun


def refused(function):
    """Which kind of error `function` raises, and how its text begins."""
    try:
        return f"no: {function()!r}"
    except Exception as error:
        kind = next(one.__name__ for one in type(error).__mro__ if one.__module__ == "builtins")
        return kind, str(error).partition(",")[0].partition("(")[0].partition(" for `")[0]


def told(running):
    """Which of the lines it printed are the flow's own."""
    return [line.rpartition("] ")[2] for line in running.stdout.splitlines() if "mixing" in line or "fumes" in line]


with Runner("flow.py", show_output=False) as runner:
    ran = runner.run(layers=3, gloss=1, recipe={"water": [1, None]}, dry=False, tags=["wet", "thick"], max_workers=2)
    print("ran", type(ran) is ExecutingRun, ran.status, ran.returncode, sorted(told(ran)), type(ran.stderr).__name__)
    print("run", ran.run.successful, ran.run.data.coats, {"wet", "thick"} <= ran.run.tags)
    data = ran.run["start"].task.data
    print("values", data.layers, data.gloss, data.colours, data.recipe, data.dry, data.spill)
    data = runner.run(colours="grey", recipe='{"oil": 1}', gloss=None).run["start"].task.data
    print("values", data.gloss, data.colours, data.recipe)

    failed = runner.run(spill=True, decospecs=["retry:times=1,minutes_between_retries=0"])
    print("failed", failed.status, failed.returncode, failed.run.successful, failed.run["start"].task.current_attempt)
    with runner.resume(step_to_rerun="start", origin_run_id=ran.run.id) as resumed:
        print("resumed", resumed.status, resumed.run.data.coats, resumed.run.id != ran.run.id)
    namespace("user:somebody-else")
    print("elsewhere", runner.run(tags=["one"]).run.data.coats)
    namespace(None)

    print("unknown", refused(lambda: runner.run(layer=1)), refused(lambda: runner.resume(layer=1)))
    print("types", refused(lambda: runner.run(layers="3")), refused(lambda: runner.run(gloss="x")))
    print("types", refused(lambda: runner.run(dry="yes")), refused(lambda: runner.run(colours=3)))
print("unknown", refused(lambda: Runner("flow.py", nothing=1).run()), refused(lambda: Runner("none.py").run())[0])
print("early", refused(lambda: Runner("flow.py", show_output=False, datastore="nothing").run())[0])


async def main():
    async with Runner("flow.py", show_output=False) as runner:
        running = await runner.async_run(pause=1)
        print("running", running.status, running.returncode, running.run.finished)
        lines = [(position, line) async for position, line in running.stream_log("stdout")]
        await running.wait()
        print("lines", "".join(f"{line}\n" for _, line in lines) == running.stdout, len(lines) > 3, running.status)
        rest = [line async for _, line in running.stream_log("stdout", position=lines[1][0])]
        print("rest", rest == [line for _, line in lines[2:]])
        try:
            await anext(running.stream_log("nothing"))
        except ValueError as error:
            print("stream", error)
        running = await runner.async_resume(step_to_rerun="start", origin_run_id=running.run.id)
        print("resumed", (await running.wait()) is running, running.status)


asyncio.run(main())
