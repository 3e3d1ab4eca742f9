//! What the native command says when it cannot hand a flow to Python, and how it hands one over.

use std::os::unix::fs::PermissionsExt as _;

use crate::snapshot;
use crate::support::Project;

/// An interpreter that says what it was asked.
fn fake_python(project: &Project, name: &str, body: &str) -> String {
    let path = project.path().join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn a_flow_file_that_is_not_there() {
    let project = Project::recorded();
    project.write("flow.py", "");
    snapshot!(project.all(&["run flwo.py", "check missing.py --json", "show flwo.py"]));
}

#[test]
fn a_python_without_spinloom() {
    let project = Project::recorded();
    project.write("flow.py", "");
    let without = fake_python(&project, "without", "exit 3");
    let broken = fake_python(&project, "broken", "exit 1");
    snapshot!(project.all(&[
        &format!("--python {without} run flow.py"),
        &format!("--python {broken} run flow.py"),
        "--python nowhere/python run flow.py",
    ]));
}

#[test]
fn words_are_handed_over() {
    let project = Project::recorded();
    project.write("flow.py", "");
    let body = "echo \"$SPINLOOM_COMPAT $SPINLOOM_LAUNCHER_VERSION: $*\" | grep -v importlib; exit 0";
    let python = fake_python(&project, "python", body);
    let mut told = String::new();
    for words in ["run flow.py --alpha 0.5", "--quiet run --max-workers 2 flow.py", "show flow.py --json"] {
        told += &project.told(words, project.command(words).env("SPINLOOM_PYTHON", &python));
    }
    snapshot!(told);
}
