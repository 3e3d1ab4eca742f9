"""FL-11, FL-12: `merge_artifacts` in all its forms, chosen by a parameter."""

from metaflow import FlowSpec, Parameter, step


try:
    from metaflow.exception import UnhandledInMergeArtifactsException
except ImportError:  # where a release keeps it is not what this flow is about
    from metaflow.includefile import UnhandledInMergeArtifactsException


class MergeFlow(FlowSpec):
    mode = Parameter("mode", default="plain")

    @step
    def start(self):
        self.common = "unchanged"
        self.early = [1]
        self._private = "kept"
        self.next(self.a, self.b)

    @step
    def a(self):
        self.only_a = "a"
        self.same = {"k": [1, 2]}
        self.agreed = 5
        if self.mode in ("conflict", "include", "exclude", "assigned", "missing", "both", "caught"):
            self.differs = 1
        if self.mode == "equal_not_same":
            self.value = 1
        self.next(self.join)

    @step
    def b(self):
        self.only_b = "b"
        self.same = {"k": [1, 2]}
        self.agreed = 5
        if self.mode in ("conflict", "include", "exclude", "assigned", "missing", "both", "caught"):
            self.differs = 2
        if self.mode == "equal_not_same":
            self.value = True
        self.next(self.join)

    @step
    def join(self, inputs):
        self.before = [name for name in ("common", "only_a", "_private") if hasattr(self, name)]
        if self.mode == "none":
            pass
        elif self.mode == "include":
            self.merge_artifacts(inputs, include=["common", "only_a"])
        elif self.mode == "exclude":
            self.merge_artifacts(inputs, exclude=["differs", "early"])
        elif self.mode == "missing":
            self.merge_artifacts(inputs, include=["absent"])
        elif self.mode == "both":
            self.merge_artifacts(inputs, include=["common"], exclude=["differs"])
        elif self.mode == "assigned":
            self.differs = 3
            self.merge_artifacts(inputs)
        elif self.mode == "caught":
            try:
                self.merge_artifacts(inputs)
            except UnhandledInMergeArtifactsException as error:
                self.unhandled = sorted(error.artifact_names)
        else:
            self.merge_artifacts(inputs)
        self.next(self.end)

    @step
    def end(self):
        names = ("common", "early", "only_a", "only_b", "same", "agreed", "differs", "_private")
        self.known = [name for name in names if hasattr(self, name)]


if __name__ == "__main__":
    MergeFlow()
