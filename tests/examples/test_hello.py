"""`examples/hello`: three steps in a row."""

from __future__ import annotations


def test_the_greeting_goes_from_step_to_step(place) -> None:
    place.spinloom("run", "examples/hello/flow.py", "--who", "tester")
    run = place.latest("HelloFlow")
    assert run.successful
    assert {step.id: step.task.data.greeting for step in run} == dict.fromkeys(
        ("start", "hello", "end"), "Hello, tester!"
    )


def test_what_a_step_printed_is_kept(place) -> None:
    place.spinloom("run", "examples/hello/flow.py")
    run = place.latest("HelloFlow")
    assert run["hello"].task.stdout == "Hello, world!\n"
    assert run["start"].task.stdout == ""
