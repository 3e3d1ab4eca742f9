//! `spinloom project`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help project", "project init --help", "project list --help"]));
}

/// A new project is a whole one: it lists and checks itself. Without git the branch is the user's own.
#[test]
fn a_new_project() {
    snapshot!(Project::empty().all(&[
        "project init demo",
        "project list",
        "project list --target prod",
        "project list --json",
        "settings validate",
        "table validate",
        "workflow validate",
        "project init demo",
    ]));
}

#[test]
fn errors() {
    let project = Project::empty();
    project.write("metaflows/training.py", "");
    snapshot!(project.all(&[
        "project",
        "project list",
        "project list --json",
        "project init De-mo",
        "project init demo"
    ]));
    let project = Project::empty();
    project.write(
        "spinloom.yaml",
        "project: demo\ntargt: x\nmetaflows: {paths: [\"*.py\"], bindings: [\"A\"]}\n",
    );
    snapshot!(project.all(&["project list", "project list --json"]));
}

#[test]
fn names_of_the_seed_are_taken_too() {
    let project = Project::empty();
    project.write("metaboost.yaml", "project: demo\nmetaflows: {paths: [\"*.py\"]}\n");
    project.write("deep/er/x.txt", "");
    project.write("report.py", "");
    let words = "metaflow list";
    snapshot!(project.told(words, project.command(words).current_dir(project.path().join("deep/er"))));
}
