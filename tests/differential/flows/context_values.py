"""PA-03: what a deploy-time function is told."""

import json

from metaflow import FlowSpec, IncludeFile, JSONType, Parameter, step


def from_context(context):
    """Every field, and a word for the user."""
    context.logger("a word")
    values = [context.flow_name, context.user_name, context.parameter_name, context.ds_type]
    return json.dumps([*values, hasattr(context, "configs")])


class ContextFlow(FlowSpec):
    told = Parameter("told", type=JSONType, default=from_context)
    same = Parameter("the-same", type=JSONType, default=from_context)
    file = IncludeFile("file", default=lambda context: f"{context.parameter_name}.txt")

    @step
    def start(self):
        self.found = [self.told, self.same, self.file]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ContextFlow()
