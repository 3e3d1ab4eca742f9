//! `spinloom retention`.

use crate::snapshot;
use crate::support::Project;

const RULES: &str = r#"# what we agreed on
[[rule]]
name = "models in use"
action = "keep"
tag = "nightly"

[[rule]]
action = "delete"
status = ["failed", "lost"]
older_than = "1d"

[[rule]]
name = "old news"
action = "delete"
flow = "Training"
keep_last = 1
"#;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help retention", "retention apply --help"]));
}

/// The first rule that fits decides; a run that none fits stays.
#[test]
fn rules_keep_and_delete() {
    let project = Project::recorded();
    project.write(".spinloom/retention.toml", RULES);
    snapshot!(project.all(&[
        "retention show",
        "retention show --json",
        "retention apply",
        "retention apply --yes",
        "retention apply --yes",
        "list --namespace=",
    ]));
}

#[test]
fn bad_rules() {
    let project = Project::recorded();
    let mut shown = vec![project.spinloom("retention show")];
    for text in [
        "[[rule]]\naction = \"delete\"\nolder = \"3d\"\n",
        "[[rule]]\naction = \"delete\"\nolder_than = \"3 days\"\n",
        "[[rule]]\naction = \"delete\"\n\n[[rule]]\naction = \"destroy\"\n",
        "[[rule]]\nstatus = \"fialed\"\naction = \"delete\"\n",
        "[[rule]]\naction = \"keep\"\n[[rule]]\naction = \"keep\"\nkeep_last = 3\n",
        "[[rule]]\nstatus = \"running\"\naction = \"delete\"\n",
        "[[rule]]\nflow = \"F\"\n",
        "[[rule]\n",
        "[[rules]]\naction = \"keep\"\n",
        "[[rule]]\naction = \"delete\"\nflow = \"no such name\"\n",
    ] {
        project.write(".spinloom/retention.toml", text);
        shown.push(project.spinloom("retention apply --yes"));
    }
    snapshot!(shown.join("\n"));
}
