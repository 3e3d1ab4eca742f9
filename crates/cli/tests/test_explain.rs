//! `spinloom explain`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help_and_errors() {
    snapshot!(Project::empty().all(&["help explain", "explain SL9999", "explain SL0103 more"]));
}

/// Every code has its page (the pages themselves belong to `spinloom-diagnostics`).
#[test]
fn every_code_has_a_page() {
    let project = Project::empty();
    for code in spinloom_diagnostics::all_codes() {
        let told = project.spinloom(&format!("explain {}", code.id()));
        let expected = format!("$ spinloom explain {}\n{}\n--- exit 0\n", code.id(), code.page().trim_end());
        assert_eq!(told, expected);
    }
}

#[test]
fn the_list_names_every_code() {
    let told = Project::empty().spinloom("explain");
    for code in spinloom_diagnostics::all_codes() {
        assert!(told.lines().any(|line| line.starts_with(code.id())), "{} is missing:\n{told}", code.id());
    }
}
