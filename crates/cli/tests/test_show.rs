//! `spinloom show` of something recorded.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().spinloom("help show"));
}

#[test]
fn a_flow() {
    snapshot!(Project::recorded().spinloom("show Training"));
}

#[test]
fn runs() {
    snapshot!(Project::recorded().all(&[
        "show Training/1",
        "show Training/2",
        "show Training/3",
        "show Training/4",
        "show Scoring/latest",
    ]));
}

#[test]
fn steps_tasks_and_artifacts() {
    snapshot!(Project::recorded().all(&[
        "show Training/1/train",
        "show Training/3/train",
        "show Training/1/train/3",
        "show Training/2/train/3",
        "show Training/3/start/1",
        "show Training/1/train/3/model",
        "show Training/1/train/3/alpha",
    ]));
}

#[test]
fn for_programs() {
    snapshot!(Project::recorded().all(&[
        "show Training --json",
        "show Training/2 --json",
        "show Training/2/train --json",
        "show Training/2/train/3 --json",
        "show Training/1/end/6/score --json",
    ]));
}

#[test]
fn errors() {
    snapshot!(Project::recorded().all(&[
        "show",
        "show Trainign/1",
        "show Training/99",
        "show Training/1/trian",
        "show Training/1/train/77",
        "show Training/1/join/3",
        "show Training/1/train/3/modle",
        "show a/b/c/d/e/f",
        "show 1",
    ]));
}
