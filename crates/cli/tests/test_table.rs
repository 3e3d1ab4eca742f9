//! `spinloom table`.

use crate::snapshot;
use crate::support::Project;

fn tables() -> Project {
    let project = Project::empty();
    project.write("spinloom.yaml", "project: demo\ntargets: {sandbox: {catalog: c, database: d}}\ntables: {paths: [\"schemas/*.tbl.yaml\"]}\n");
    project.write("schemas/features_f.tbl.yaml", "table: features_f\ncolumns:\n- {name: id, type: bigint, nullable: false}\n- {name: x, type: double}\nprimary_key: [id]\npartition_by: [dateint]\n");
    project
}

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help table", "table show --help", "table list --help"]));
}

#[test]
fn lists_shows_and_checks() {
    snapshot!(tables().all(&[
        "table list",
        "table show features_f",
        "table show schemas/features_f.tbl.yaml --json",
        "table validate",
    ]));
}

#[test]
fn errors() {
    let project = tables();
    project.write("schemas/bad.tbl.yaml", "table: bad\ncolumns:\n- {name: id, type: bigit}\n");
    snapshot!(project.all(&["table validate", "table show bad", "table show feature_f", "table"]));
}
