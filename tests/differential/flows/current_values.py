"""CU-01: what `current` says inside a step."""

from metaflow import FlowSpec, Parameter, current, step


def facts():
    """What `current` says, with ids turned into relations between ids."""
    parts = [current.flow_name, current.run_id, current.step_name, current.task_id]
    return dict(
        flow=current.flow_name,
        step=current.step_name,
        retry=current.retry_count,
        origin=current.origin_run_id,
        user=current.username,
        namespace=current.namespace,
        tags=sorted(tag for tag in current.tags if not tag.startswith(("metaflow_version", "python_version", "spinloom"))),
        running=current.is_running_flow,
        pathspec=current.pathspec == "/".join(parts),
        text_ids=all(type(part) is str for part in parts),
        parameters=sorted(current.parameter_names),
        run=current.run.pathspec == "/".join(parts[:2]),
        own_task=current.task.pathspec == current.pathspec,
        by_get=(current.get("step_name") == current.step_name, current.get("no_such", "default")),
        contains=("step_name" in current, "no_such" in current),
        graph=sorted(current.graph_info["steps"]) if hasattr(current, "graph_info") else None,
        missing=hasattr(current, "card_of_another_world"),
    )


OUTSIDE = (current.is_running_flow, current.flow_name, current.run_id)


class CurrentFlow(FlowSpec):
    alpha = Parameter("alpha", default=1)

    @step
    def start(self):
        self.facts = facts()
        self.next(self.a, self.b)

    @step
    def a(self):
        self.facts = facts()
        self._task = current.task_id
        self.next(self.join)

    @step
    def b(self):
        self.facts = facts()
        self._task = current.task_id
        self.next(self.join)

    @step
    def join(self, inputs):
        self.facts = facts()
        self.different_tasks = inputs.a._task != inputs.b._task
        self.next(self.end)

    @step
    def end(self):
        self.facts = facts()


if __name__ == "__main__":
    CurrentFlow()
