//! `completions`: for shells.

use clap::Args;
use clap_complete::Shell;
use serde_json::json;

use crate::reply::{Answer, Reply};
use crate::tree::{self, Look};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[(
    "completions bash > ~/.local/share/bash-completion/completions/spinloom",
    "complete commands in bash",
)];

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which shell
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(arguments: &Arguments, look: &Look<'_>) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut tree::build(look), "spinloom", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Reply::new(script.clone(), json!({"shell": arguments.shell.to_string(), "script": script})))
}
