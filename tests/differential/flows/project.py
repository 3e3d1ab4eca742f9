"""FD-01: a flow of a project knows its branch."""

from metaflow import FlowSpec, current, project, step


@project(name="demo")
class ProjectFlow(FlowSpec):
    @step
    def start(self):
        self.names = [current.project_name, current.branch_name, current.project_flow_name]
        self.kinds = [current.is_user_branch, current.is_production]
        self.known = ["project_name" in current, "trigger" in current, current.get("branch_name"), current.get("x", 1)]
        self.next(self.end)

    @step
    def end(self):
        try:
            current.nothing  # noqa: B018
        except AttributeError:
            self.missing = True


if __name__ == "__main__":
    ProjectFlow()
