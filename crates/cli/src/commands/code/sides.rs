//! What is compared: the code of a run, or a folder as it is now.

use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use serde_json::Value;
use spinloom_compare::code::Files;
use spinloom_datastore::package::{self, Contents, Item};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::RunRecord;

use super::name;
use crate::context::Context;
use crate::packaging;

/// One side of a comparison.
pub(super) struct Side {
    /// What it is called.
    pub(super) label: String,
    pub(super) files: Files,
}

impl Side {
    /// The code of a run.
    pub(super) fn of_run(run: &RunRecord, items: Vec<Item>) -> Self {
        let files = items.into_iter().map(|item| (item.name, item.bytes)).collect();
        Self { label: name(run), files }
    }
}

/// A folder, as the package of `run` would be made of it today, and what cannot be compared.
pub(super) fn folder(
    typed: Option<&Path>,
    run: &RunRecord,
    kept: &mut Files,
    context: &Context<'_>,
) -> Result<(Side, Vec<String>)> {
    let dir = typed.map_or_else(|| context.settings.cwd().to_owned(), |dir| context.settings.cwd().join(dir));
    has_flow(&dir, typed, run, context)?;
    let mut contents = packaging::defaults(&context.settings);
    contents.suffixes.extend(context.settings.package_suffixes().iter().cloned());
    let recorded = Contents::recorded(&run.info);
    contents.suffixes.extend(recorded.suffixes);
    let mut warnings = Vec::new();
    for source in recorded.sources {
        if dir.join(&source.path).exists() {
            contents.sources.push(source);
            continue;
        }
        let inner = format!("{}/", source.name);
        kept.retain(|name, _| *name != source.name && !name.starts_with(&inner));
        warnings.push(format!(
            "`{}` is not here, so `{}` of the code package is not compared",
            source.path.display(),
            source.name
        ));
    }
    let mut files = Files::new();
    for member in package::find(&dir, &contents)? {
        files.insert(member.name.to_string_lossy().into_owned(), read(&member.path)?);
    }
    // What was packaged is compared even if it would not be packaged today.
    for name in kept.keys().filter(|name| dir.join(name).is_file()) {
        if let Entry::Vacant(place) = files.entry(name.clone()) {
            place.insert(read(&dir.join(name))?);
        }
    }
    let label = typed.map_or_else(|| "this folder".to_owned(), |dir| dir.display().to_string());
    Ok((Side { label, files }, warnings))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|e| Error::new(codes::ENVIRONMENT, format!("cannot read `{}`", path.display())).cause(e))
}

/// Compared with a folder that has nothing to do with the run, all of it would differ.
fn has_flow(dir: &Path, typed: Option<&Path>, run: &RunRecord, context: &Context<'_>) -> Result<()> {
    let text = |key: &str| run.info.get(key).and_then(Value::as_str).map(PathBuf::from);
    let script = text("file").or_else(|| text("script"));
    let Some(script_name) = script.as_deref().and_then(Path::file_name).map(Path::new) else { return Ok(()) };
    if dir.join(script_name).is_file() {
        return Ok(());
    }
    let place = typed.map_or_else(|| "this folder".to_owned(), |dir| format!("`{}`", dir.display()));
    let what = format!("{place} has no `{}`, the file of the flow", script_name.display());
    let error = Error::new(codes::NOT_FOUND, what);
    let started =
        text("file").filter(|file| file.is_file()).and_then(|file| file.parent().map(Path::to_owned));
    Err(match started {
        Some(folder) if folder == context.settings.cwd() => {
            error.hint("the run was started with the code of the folder you are in: leave the other out")
        }
        Some(folder) => {
            let near = folder.strip_prefix(context.settings.cwd()).unwrap_or(&folder).display().to_string();
            error.hint(format!("the run was started with the code of `{near}`: name that folder"))
        }
        None => error.hint("name the folder the flow's file is in"),
    })
}
