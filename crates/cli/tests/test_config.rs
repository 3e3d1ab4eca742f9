//! `spinloom config`, of runs; what it says of a flow file is in the guide.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help config", "config show --help", "config diff --help"]));
}

#[test]
fn shows() {
    snapshot!(Project::configured().all(&[
        "config show Training/1",
        "config show Training/2",
        "config show Training/1 --json"
    ]));
}

#[test]
fn compares() {
    snapshot!(Project::configured().all(&[
        "config diff Training/1 Training/2",
        "config diff Training/1 Training/1 --exit-code",
        "config diff Training/1 Training/2 --exit-code",
        "config diff Training/1 Training/2 --json",
    ]));
}

#[test]
fn errors() {
    snapshot!(Project::configured().all(&[
        "config",
        "config show",
        "config show Training",
        "config show Training/9",
        "config diff Training/1",
        "config show absent.py",
    ]));
    snapshot!(Project::recorded().all(&["config show Training/1"]));
}
