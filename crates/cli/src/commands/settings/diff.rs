//! `settings diff`.

use clap::Args;
use spinloom_configs::{Path, Side, pair};
use spinloom_projects::Settings;

use super::Common;
use crate::commands::config::diff::told;
use crate::context::Context;
use crate::reply::Answer;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// A binding, or `default` for what all have in common
    #[arg(value_name = "BINDING")]
    left: String,

    /// Another
    #[arg(value_name = "BINDING")]
    right: String,

    /// End with exit code 1 if they differ
    #[arg(long)]
    exit_code: bool,

    #[command(flatten)]
    common: Common,
}

/// Compares leaf by leaf: what was set, not what follows from the name of the binding.
pub(super) fn run(arguments: &DiffArgs, context: &Context<'_>) -> Answer {
    let loaded = arguments.common.load(context)?;
    let side = |typed: &str| loaded.settings(typed, None, &[]).map(|settings| leaves(&settings));
    let (left, right) = (side(&arguments.left)?, side(&arguments.right)?);
    Ok(told(&pair(&left, &right), arguments.exit_code, context))
}

fn leaves(settings: &Settings) -> Side {
    let set = |section: &str| ["configuration", "environment"].contains(&section);
    let leaf = |(path, value, origin, _): (Path, _, _, _)| {
        let (section, rest) = path.0.split_first()?;
        set(section).then(|| ((section.clone(), Path(rest.to_vec())), (value, origin)))
    };
    settings.leaves().into_iter().filter_map(leaf).collect()
}
