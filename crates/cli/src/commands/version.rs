//! `version`: of this program.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::reply::{Answer, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[];

/// Print the version
#[derive(Debug, Args)]
pub(crate) struct Arguments {}

/// Prints the version.
pub(crate) fn run(_arguments: &Arguments, _context: &mut Context<'_>) -> Answer {
    let version = env!("CARGO_PKG_VERSION");
    Ok(Reply::new(format!("spinloom {version}\n"), json!({"version": version})))
}
