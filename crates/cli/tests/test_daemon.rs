//! `spinloom daemon`, where none is running; `tests/warm` has the rest.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help daemon", "daemon status --help"]));
}

#[test]
fn without_one() {
    let project = Project::empty();
    let mut told = String::new();
    for words in ["daemon status --all", "daemon stop --all --json", "daemon logs --all"] {
        told += &project.told(words, project.command(words).env("XDG_RUNTIME_DIR", project.path()));
    }
    snapshot!(told);
}

#[test]
fn usage() {
    snapshot!(Project::empty().all(&["daemon", "daemon statsu"]));
}

/// A setting of its that means nothing.
#[test]
fn a_switch_that_is_none() {
    let project = Project::empty();
    snapshot!(
        project
            .told("daemon status", project.command("daemon status").env("SPINLOOM_SPIN_DAEMON", "perhaps"))
    );
}
