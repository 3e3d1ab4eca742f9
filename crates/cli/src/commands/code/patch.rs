//! `code patch`: what would bring the code of a run back.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use spinloom_compare::code::{Change, Status, between};
use spinloom_diagnostics::{Error, codes};

use super::sides::{Side, folder};
use super::{code, file_stem, name};
use crate::commands::store::count;
use crate::commands::written::whole;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct PatchArgs {
    /// The run, such as `Training/58`
    #[arg(value_name = "RUN")]
    run: String,

    /// The file to write [default: `<flow>_<run>.patch`]
    #[arg(long, value_name = "FILE", alias = "file_path")]
    file_path: Option<PathBuf>,

    /// The folder to be patched, instead of the one you are in
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Replace the file
    #[arg(long)]
    overwrite: bool,
}

/// Writes it. Files that only the folder has are no business of the run's: the patch leaves them alone.
pub(super) fn run(arguments: &PatchArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (run, items) = code(&arguments.run, context, &records)?;
    let path = arguments.file_path.clone().unwrap_or_else(|| format!("{}.patch", file_stem(&run)).into());
    let full = context.settings.cwd().join(&path);
    if full.symlink_metadata().is_ok() && !arguments.overwrite {
        let error = Error::new(codes::CANNOT_PULL, format!("`{}` exists", path.display()));
        return Err(error
            .hint("replace it with `--overwrite`, or name another file with `--file-path`")
            .into());
    }
    let mut after = Side::of_run(&run, items);
    let (before, mut warnings) = folder(arguments.dir.as_deref(), &run, &mut after.files, context)?;
    let (mut changes, _) = between(&before.files, &after.files);
    changes.retain(|change| change.status != Status::Removed);
    let (binary, changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.binary);
    let patch: String = changes.iter().map(Change::text).collect();
    whole(&full, patch.as_bytes())
        .map_err(|e| Error::new(codes::CANNOT_PULL, format!("cannot write `{}`", path.display())).cause(e))?;
    warnings.extend(
        binary.iter().map(|change| format!("`{}` is no text, so the patch leaves it out", change.name)),
    );
    let files: Vec<&str> = changes.iter().map(|change| change.name.as_str()).collect();
    let shown = path.display();
    let mut text = format!("wrote `{shown}`: {}\n", count(files.len() as u64, "file", "files"));
    if !files.is_empty() {
        text += &format!("{}\n", context.output.out.hint(&format!("git apply {shown}")));
    }
    Ok(Reply { warnings, ..Reply::new(text, json!({"pathspec": name(&run), "file": path, "files": files})) })
}
