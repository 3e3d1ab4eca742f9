//! Words that cannot be understood: exit code 2, what is wrong, what was perhaps meant.

use crate::snapshot;
use crate::support::Project;

#[test]
fn words_that_lead_nowhere() {
    snapshot!(Project::recorded().all(&[
        "rnu",
        "lsit --limit 3",
        "list --limt 3",
        "list --limit many",
        "list --limit",
        "list Training Scoring",
        "list --colour never",
        "tag",
        "logs --json --quiet",
        "run",
        "run --max-workers 3",
    ]));
}

#[test]
fn an_error_for_programs() {
    snapshot!(Project::recorded().all(&["list --limt 3 --json", "show Training/99 --json"]));
}

/// `NO_COLOR`, `FORCE_COLOR`, `--color`: the same words, coloured or not.
#[test]
fn colour_follows_the_environment_and_the_option() {
    let project = Project::recorded();
    let plain = project.spinloom("show Training/2");
    assert!(!plain.contains('\u{1b}'), "no terminal, no colour");
    let with = |words: &str, name: &str, value: &str| {
        let text = project.told("show Training/2", project.command(words).env(name, value));
        (text.contains('\u{1b}'), anstream::adapter::strip_str(&text).to_string())
    };
    assert_eq!(with("show Training/2", "FORCE_COLOR", "1"), (true, plain.clone()));
    assert_eq!(with("show Training/2 --color always", "NO_COLOR", "1"), (true, plain.clone()));
    assert_eq!(with("show Training/2 --color never", "FORCE_COLOR", "1"), (false, plain));
}

#[test]
fn a_setting_that_means_nothing() {
    let project = Project::recorded();
    snapshot!(project.told("list", project.command("list").env("SPINLOOM_OUTPUT", "jsn")));
}
