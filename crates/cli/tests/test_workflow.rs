//! `spinloom workflow`.

use crate::snapshot;
use crate::support::Project;

fn workflows() -> Project {
    let project = Project::empty();
    project.write("spinloom.yaml", "project: demo\nworkflows: {paths: [\"workflows/*.sch.yaml\"]}\nmetaflows: {paths: [\"*.py\"], bindings: [\"*\"]}\n");
    project.write("settings/settings.configuration.A.yaml", "a: 1\n");
    project.write("settings/settings.configuration.B.yaml", "a: 2\n");
    project.write("training.py", "");
    project.write("workflows/demo.main.sch.yaml", "workflow:\n  triggers: [{cron: \"0 6 * * *\"}]\n  jobs:\n  - job: {id: begin, type: noop}\n  - job: {id: train, type: metaflow, flow: training, bindings: all}\n  - job: {id: done, type: noop}\n  dag: sequential\n");
    project
}

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help workflow", "workflow show --help", "workflow compile --help"]));
}

#[test]
fn lists_shows_checks_and_compiles() {
    snapshot!(workflows().all(&[
        "workflow list",
        "workflow show main",
        "workflow validate",
        "workflow compile main",
        "workflow compile --output out",
        "workflow show main --json",
    ]));
}

#[test]
fn errors() {
    let project = workflows();
    project.write(
        "workflows/bad.sch.yaml",
        "workflow:\n  jobs:\n  - job: {id: a, type: metaflow, flow: trainig}\n",
    );
    snapshot!(project.all(&[
        "workflow validate",
        "workflow show bad",
        "workflow show mian",
        "workflow compile",
        "workflow"
    ]));
}
