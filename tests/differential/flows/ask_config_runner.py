"""PA-16: configs through Runner."""

from metaflow import Runner

with Runner("flow.py", show_output=False, config=[("paint", "configs.json")]) as runner:
    print(runner.run().run["start"].task.data.kept)
with Runner("flow.py", show_output=False, config_value=[("paint", {"a": [1, None, "ü"]})]) as runner:
    print(runner.run().run["start"].task.data.kept)
