//! `settings validate`.

use clap::Args;
use serde_json::json;
use spinloom_diagnostics::Error;
use spinloom_projects::DEFAULT;

use super::Common;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// Only this binding, or those that a pattern fits; may be repeated
    #[arg(short, long, value_name = "BINDING")]
    binding: Vec<String>,

    #[command(flatten)]
    common: Common,
}

/// Settles the settings of every binding, and says all that is wrong.
pub(super) fn run(arguments: &ValidateArgs, context: &Context<'_>) -> Answer {
    let loaded = arguments.common.load(context)?;
    let mut labels = loaded.labels(&arguments.binding)?;
    let unbound =
        loaded.project.artefacts.iter().any(|one| one.bindings.iter().any(|label| label == DEFAULT));
    if arguments.binding.is_empty() && unbound && !labels.iter().any(|label| label == DEFAULT) {
        labels.push(DEFAULT.to_owned());
    }
    let mut problems: Vec<Error> = Vec::new();
    for label in &labels {
        if let Err(found) = loaded.settings(label, None, &[]) {
            // What is wrong for all of them is said once.
            problems
                .extend(found.0.into_iter().filter(|error| !problems.contains(error)).collect::<Vec<_>>());
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let mut warnings = loaded.project.warnings.clone();
    warnings.extend(loaded.project.likely_slips());
    let number =
        if labels.len() == 1 { "1 binding is".to_owned() } else { format!("{} bindings are", labels.len()) };
    let mut reply =
        Reply::new(format!("the settings of {number} valid\n"), json!({"bindings": labels, "valid": true}));
    reply.warnings = warnings;
    Ok(reply)
}
