"""Finds runs of `DartsFlow`: in the namespace of who asks, in somebody's, by a tag, and all of them."""

from __future__ import annotations

from spinloom import Flow, get_namespace, namespace


def show() -> None:
    """Lists the runs of the current namespace, the newest first."""
    runs = [f"{run.pathspec} {run.data.darts} darts" for run in Flow("DartsFlow")]
    print(f"{get_namespace() or 'everybody'}: {', '.join(runs)}")


if __name__ == "__main__":
    show()  # one's own, to begin with
    for other in ("user:grace", "rough", None):
        namespace(other)
        show()
    print("fine ones:", ", ".join(run.pathspec for run in Flow("DartsFlow").runs("fine")))
