"""PA-09 to PA-13: configs from files, values, the environment and defaults; what steps see of them."""

import json
import pprint

from metaflow import Config, FlowSpec, Parameter, step


def shout(text):
    return {"text": text.upper()}


class ConfigFlow(FlowSpec):
    file = Config("file", default="configs.json")
    value = Config("value", default_value={"a": {"b": [1, {"c": 2}]}, "text": "x"})
    written = Config("written", default_value='{"k": [true, null, 1.5]}')
    computed = Config("computed", default_value=lambda context: {"flow": context.flow_name, "of": context.parameter_name})
    chosen = Config("chosen", default=lambda context: "configs.json")
    shouted = Config("shouted", default_value="words", parser=shout)
    raw = Config("raw", default_value="[1, 2]", plain=True)
    data = Config("data", default_value={"a": 1}, plain=True)
    none = Config("none")
    beta = Parameter("beta", default=value.a.b)
    gamma = Parameter("gamma", default=file.threshold)
    told = Parameter("told", type=str, default=lambda context: json.dumps(context.configs["file"]))

    @step
    def start(self):
        for name in ("file", "value", "written", "computed", "chosen", "shouted", "raw", "data", "none"):
            print(name, repr(getattr(self, name)))
        pprint.pp(self.file)
        self.kinds = [type(self.value).__name__, type(self.value.a.b).__name__, type(self.value.a.b[1]).__name__]
        self.next(self.end)

    @step
    def end(self):
        self.again = [self.file.to_dict(), self.value.to_dict(), self.none]


if __name__ == "__main__":
    ConfigFlow()
