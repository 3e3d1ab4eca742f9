//! `help`: of everything, or of one command.

use clap::Args;
use serde_json::Value;
use spinloom_diagnostics::{Error, codes};

use crate::reply::{Answer, Reply};
use crate::tree::{self, COMMANDS, Look};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[("help run", "how to run a flow")];

/// Show what there is, or how a command works
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The command
    command: Option<String>,
}

/// Prints help.
pub(crate) fn run(arguments: &Arguments, look: &Look<'_>) -> Answer {
    let Some(name) = &arguments.command else { return overview(look) };
    let mut root = tree::build(look);
    root.build();
    match root.find_subcommand_mut(name) {
        Some(command) => Ok(text(command)),
        None => Err(Error::new(codes::USAGE, format!("there is no command `{name}`"))
            .suggest(name, COMMANDS.iter().map(|entry| entry.name))
            .hint(format!("`{} help` lists them", look.program))
            .into()),
    }
}

/// Prints the help of everything.
pub(crate) fn overview(look: &Look<'_>) -> Answer {
    Ok(text(&mut tree::build(look)))
}

fn text(command: &mut clap::Command) -> Reply {
    let text = command.render_help().to_string();
    Reply::new(text.clone(), Value::from(text))
}
