"""FD-01: the tags of a project's runs, oldest run first."""

from metaflow import Flow, namespace

namespace(None)
for run in list(Flow("ProjectFlow"))[::-1]:
    print(sorted(tag for tag in run.system_tags if tag.startswith("project")))
print(len(list(Flow("ProjectFlow").runs("project_branch:test.new"))))
