//! `code pull`: the code of a run, as files.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use spinloom_datastore::package;

use super::{code, file_stem, name};
use crate::commands::store::count;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct PullArgs {
    /// The run, such as `Training/58`
    #[arg(value_name = "RUN")]
    run: String,

    /// The folder to put it into [default: `<flow>_<run>_code`]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Replace files of the same names
    #[arg(long)]
    overwrite: bool,
}

/// Puts all of it there, or nothing.
pub(super) fn run(arguments: &PullArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (run, items) = code(&arguments.run, context, &records)?;
    let dir = arguments.dir.clone().unwrap_or_else(|| format!("{}_code", file_stem(&run)).into());
    let full: PathBuf = context.settings.cwd().join(&dir).components().collect(); // without `.`
    let pulled = package::pull(&items, &full, arguments.overwrite)?;
    let written = count(pulled.written.len() as u64, "file", "files");
    let same = match pulled.same.len() {
        0 => String::new(),
        same => format!(", {same} there already"),
    };
    let text = format!("wrote {written} of {} to `{}`{same}\n", name(&run), dir.display());
    let data = json!({"pathspec": name(&run), "dir": dir, "written": pulled.written, "same": pulled.same});
    Ok(Reply::new(text, data))
}
