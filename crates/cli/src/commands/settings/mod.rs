//! `settings`: what the layers of a project's settings come to, and where each value is from.

mod diff;
mod explain;
mod show;
mod validate;

use clap::{Args, Subcommand};
use spinloom_configs::Path;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_projects::Override;

use crate::context::Context;
use crate::projects::{Asked, Loaded, load};
use crate::reply::{Answer, Problems};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("settings show --path configuration", "the settings of every binding, and where they are from"),
    (
        "settings show --binding EXP_01 model.alpha=0.3",
        "those of one, with a key as `flow run` would take it",
    ),
    ("settings diff EXP_01 EXP_02", "where two bindings differ"),
    ("settings explain model.alpha --binding EXP_01", "every layer that sets a key"),
    ("settings validate", "everything that is wrong, at once"),
];

/// Show, compare and check the settings of a project
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Print the merged settings of bindings, and where each value is from
    Show(show::ShowArgs),
    /// Compare the settings of two bindings
    Diff(diff::DiffArgs),
    /// Say of one key which layers set it
    Explain(explain::ExplainArgs),
    /// Check the settings of every binding
    Validate(validate::ValidateArgs),
}

// What all of them take. (Not a doc comment: clap would show it as help.)
#[derive(Debug, Args)]
struct Common {
    /// Where things land, instead of what the project file says
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,

    /// Leave `settings.local.yaml` out, as in continuous integration
    #[arg(long)]
    locked: bool,
}

/// Shows, compares, explains or checks.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::Show(show) => show::run(show, context),
        Inner::Diff(diff) => diff::run(diff, context),
        Inner::Explain(explain) => explain::run(explain, context),
        Inner::Validate(validate) => validate::run(validate, context),
    }
}

impl Common {
    fn load(&self, context: &Context<'_>) -> Result<Loaded, Problems> {
        load(&context.settings, Asked { target: self.target.as_deref(), locked: self.locked })
    }
}

fn overrides(words: &[String]) -> Result<Vec<Override>> {
    words.iter().map(|word| Override::parse(word)).collect()
}

fn path(typed: &str) -> Result<Path> {
    Path::parse(typed)
        .map_err(|why| Error::new(codes::USAGE, format!("`{typed}` is no path of settings")).cause(why))
}
