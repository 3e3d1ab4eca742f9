"""PA-01, PA-02, PA-05: parameters of each type, from defaults, the command line and the environment."""

from metaflow import FlowSpec, JSONType, Parameter, step


class ParametersFlow(FlowSpec):
    text = Parameter("text", default="plain", help="some text")
    count = Parameter("count", default=3)
    ratio = Parameter("ratio", default=0.5)
    flag = Parameter("flag", default=False)
    config = Parameter("config", type=JSONType, default={"a": [1, 2]})
    blob = Parameter("blob", type=JSONType, default='{"t": "x"}')
    names = Parameter("names", default="x,y", separator=",")
    dashed = Parameter("with-dash", default="d")
    other_name = Parameter("long_name", default=1)
    unset = Parameter("unset", default=None)
    unset_int = Parameter("unset-int", type=int)
    forced = Parameter("forced", type=str, default="12")
    whole = Parameter("whole", type=float, default=2)

    @step
    def start(self):
        self.types = [type(value).__name__ for value in self.values()]
        self.refused = self.try_to_set()
        self.next(self.end)

    def values(self):
        """All parameters."""
        return [self.text, self.count, self.ratio, self.flag, self.config, self.blob, self.names, self.dashed,
                self.other_name, self.unset, self.unset_int, self.forced, self.whole]

    def try_to_set(self):
        """A parameter is read-only."""
        try:
            self.count = 9
        except AttributeError as error:
            return type(error).__name__
        return None

    @step
    def end(self):
        self.all = self.values()


if __name__ == "__main__":
    ParametersFlow()
