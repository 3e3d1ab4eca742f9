//! `spinloom completions`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help_and_errors() {
    snapshot!(Project::empty().all(&["help completions", "completions", "completions bsh"]));
}

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let told = project.spinloom(&format!("completions {shell}"));
        assert!(told.ends_with("--- exit 0\n"), "{told}");
        for command in ["run", "resume", "show", "logs", "output-dot"] {
            assert!(told.contains(command), "{shell} does not know `{command}`");
        }
    }
}
