//! `spinloom tag` (CU-05, CU-08).

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help tag", "tag add --help", "tag replace --help", "tag list --help"]));
}

#[test]
fn changes() {
    snapshot!(Project::recorded().all(&[
        "tag add --run-id Training/1 b a",
        "tag add --run-id Training/1 a user:ann",
        "tag remove --run-id Training/1 b never-there",
        "tag replace --run-id Training/1 --remove nightly --remove a --add a",
        "tag list --run-id Training/1 --hide-system-tags",
        "tag remove --run-id Training/1 a v2",
        "tag add --run-id Training/1 x --json",
    ]));
}

/// Without `--run-id` it is one's latest run; natively that is only clear if there is one flow.
#[test]
fn which_run() {
    snapshot!(Project::recorded().all(&[
        "tag add x",
        "tag add --run-id 1 x",
        "tag list --run-id Training/latest"
    ]));
}

#[test]
fn lists() {
    snapshot!(Project::recorded().all(&[
        "tag list Training/1",
        "tag list --run-id Training/1 --group-by-tag",
        "tag list Training/1 --group-by-run --hide-system-tags",
        "tag list Training/1 --flat --hide-system-tags",
        "tag list --run-id Training/1 --json",
    ]));
}

#[test]
fn errors() {
    let long = "x".repeat(501);
    snapshot!(Project::recorded().all(&[
        "tag remove --run-id Training/1 user:ann",
        "tag add --run-id Training/77 x",
        "tag replace --run-id Training/1",
        "tag add --run-id Training/1",
        &format!("tag add --run-id Training/1 {long}"),
        "tag ad --run-id Training/1 x",
        "tag list --run-id Training/1 --group-by-tag --group-by-run",
        "tag list Training/1 --flat --group-by-run",
        "tag list --all --my-runs",
        "tag list",
    ]));
}
