//! What the code package of a flow is to hold: options, settings, decorators, modules (OP-01, FD-12).

use std::path::{Path, PathBuf};

use serde_json::Value;
use spinloom_datastore::package::{Contents, SUFFIXES, Source};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_engine::PackageRequest;
use spinloom_flow::graph::DecoratorDoc;
use spinloom_settings::Settings;

use crate::context::Context;

/// The package of the flow, or none if nobody knows where its file is. What could not be packed is an error now, and not
/// when the run is under way.
pub(crate) fn request(context: &mut Context<'_>) -> Result<Option<PackageRequest>> {
    let file = PathBuf::from(&context.flow()?.doc.file);
    let Some(dir) = file.parent().filter(|dir| !dir.as_os_str().is_empty()).map(Path::to_owned) else {
        return Ok(None);
    };
    let typed = context.top.as_ref().and_then(|top| top.package_suffixes.clone());
    let mut contents = defaults(&context.settings);
    contents.suffixes.extend(match typed {
        Some(list) => list.split(',').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect(),
        None => context.settings.package_suffixes().to_vec(),
    });
    let own = context.settings.default_package_suffixes().to_vec();
    let flow = context.flow()?;
    for doc in &flow.doc.decorators {
        decorated(doc, &own, &dir, &mut contents)?;
    }
    let more = flow.host.package_files()?;
    let more: Vec<Source> = serde_json::from_str(&more)
        .or_error(codes::INTERNAL, || "cannot read what decorators add to the code package".into())?;
    contents.sources.extend(more);
    contents.suffixes.retain(|suffix| !SUFFIXES.contains(&suffix.as_str()));
    contents.check(&dir)?;
    Ok(Some(PackageRequest { dir, contents }))
}

/// What a package holds if nobody says more.
pub(crate) fn defaults(settings: &Settings) -> Contents {
    Contents::with_suffixes(settings.default_package_suffixes())
}

/// What a decorator of the flow adds.
fn decorated(doc: &DecoratorDoc, own: &[String], dir: &Path, contents: &mut Contents) -> Result<()> {
    let texts = |key: &str| {
        let list = doc.attributes.get(key).and_then(Value::as_array)?;
        Some(list.iter().filter_map(Value::as_str).filter_map(suffix).collect::<Vec<String>>())
    };
    match doc.name.as_str() {
        "package_suffixes" => contents.suffixes.extend(texts("suffixes").unwrap_or_default()),
        "package_sources" => {
            let suffixes = texts("suffixes").unwrap_or_else(|| own.to_vec());
            let sources = doc.attributes.get("sources").and_then(Value::as_array);
            for pair in sources.into_iter().flatten() {
                let source = source(pair, suffixes.clone(), dir);
                source.check(dir).map_err(|error| placed(error, doc))?;
                contents.sources.push(source);
            }
        }
        _ => {}
    }
    Ok(())
}

/// An ending as it is compared: with a dot before it. None if there is nothing of it.
fn suffix(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = text.trim_start_matches('.');
    (!bare.is_empty()).then(|| if text.starts_with('.') { text.to_owned() } else { format!(".{text}") })
}

/// A source as Python wrote it: `[path, name or null]`. Without a name it is called what the file or folder is called.
fn source(pair: &Value, suffixes: Vec<String>, dir: &Path) -> Source {
    let text = |at: usize| pair.get(at).and_then(Value::as_str);
    let path = PathBuf::from(text(0).unwrap_or_default());
    let name = text(1).map(str::to_owned).or_else(|| {
        let real = std::fs::canonicalize(dir.join(&path)).ok()?;
        Some(real.file_name()?.to_string_lossy().into_owned())
    });
    // One that is not there is refused for that, whatever it would be called.
    let name = name.unwrap_or_else(|| "source".to_owned());
    Source { path, name, suffixes: Some(suffixes) }
}

fn placed(error: Error, doc: &DecoratorDoc) -> Error {
    if doc.file.is_empty() { error } else { error.at(doc.file.clone(), Some(doc.line)) }
}
