//! `spinloom flow`, as far as it needs no Python; how flows run is in the guide and in `tests/examples`.

use crate::snapshot;
use crate::support::Project;
use crate::test_settings::demo;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help flow", "flow run --help", "flow list --help"]));
}

#[test]
fn lists() {
    snapshot!(demo().all(&["flow list", "metaflow list", "flow list --json"]));
}

/// What the project does not have is said before anything is started, and with what could be typed.
#[test]
fn errors() {
    snapshot!(demo().all(&[
        "flow",
        "flow run training",
        "flow run trainig --binding EXP_01",
        "flow run training --binding EXP_1",
        "flow run training@EXP_9",
        "flow run training --binding default",
        "flow run training --binding EXP_01 --all",
        "flow deploy training --binding EXP_01",
    ]));
    let project = demo();
    project.write("metaflows/report.py", "");
    snapshot!(project.all(&["flow run --binding EXP_01", "flow list"]));
    snapshot!(Project::empty().spinloom("flow run training"));
}
