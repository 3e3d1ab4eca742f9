//! `spinloom help`, and the help of what needs Python, as shown without a flow.

use crate::snapshot;
use crate::support::Project;

#[test]
fn the_overview() {
    let project = Project::empty();
    snapshot!(project.spinloom("help"));
    let overview = project.spinloom("help").split_once('\n').unwrap().1.to_owned();
    for other in ["", "--help"] {
        assert_eq!(project.spinloom(other).split_once('\n').unwrap().1, overview, "`spinloom {other}`");
    }
}

#[test]
fn of_run_and_resume() {
    snapshot!(Project::empty().all(&["run --help", "help resume"]));
}

#[test]
fn of_other_commands_for_flows() {
    snapshot!(Project::empty().all(&["help check", "help dump", "help output-dot", "help output-raw"]));
}

#[test]
fn an_unknown_command() {
    snapshot!(Project::empty().all(&["help rnu", "help help"]));
}
