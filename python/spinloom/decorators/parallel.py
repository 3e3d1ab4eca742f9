"""`@parallel`: a step that `num_parallel` runs as a gang of tasks which may talk to each other."""

from __future__ import annotations

from .base import StepDecorator, make_decorator


class Parallel(StepDecorator):
    """Marks the step that `self.next(self.step, num_parallel=n)` runs n times at once; see `current.parallel`."""

    name = "parallel"


parallel = make_decorator(Parallel)
