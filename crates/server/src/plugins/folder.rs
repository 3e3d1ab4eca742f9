//! What is in the folder of plugins, as it is now.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use utoipa::ToSchema;

use super::Plugins;
use super::declared::{self, PluginColumn, PluginLink};
use super::manifest::{self, PluginFrame};

/// More plugins than that are not looked at.
const MOST: usize = 200;
/// What a manifest may be long, bytes.
const MANIFEST: u64 = 256 << 10;
/// So many files of a plugin are watched, so deep.
const FILES: usize = 1000;
const DEPTH: usize = 6;

/// A plugin: what it shows in a frame, links, columns, and what is wrong with it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Plugin {
    /// The name of its folder.
    #[schema(example = "grafana")]
    pub(crate) name: String,
    /// Its version, if it says so.
    #[schema(example = "1.0.0")]
    pub(crate) version: Option<String>,
    /// What it shows in a frame, as `manifest.json` says.
    pub(crate) frame: Option<PluginFrame>,
    /// Links, as `plugin.toml` says.
    pub(crate) links: Vec<PluginLink>,
    /// Columns of the table of runs, as `plugin.toml` says.
    pub(crate) columns: Vec<PluginColumn>,
    /// Its files.
    #[schema(example = json!(["index.html", "manifest.json"]))]
    pub(crate) files: Vec<String>,
    /// Another text whenever one of its files has changed.
    #[schema(example = "5f1a0c9be2d47713")]
    pub(crate) changed: String,
    /// What is wrong with it, a sentence each. What is right of it is shown all the same.
    pub(crate) problems: Vec<String>,
}

/// All plugins, by name.
pub(crate) fn list(plugins: &Plugins) -> Vec<Plugin> {
    // A folder that is not there has none.
    let Ok(entries) = fs::read_dir(&plugins.folder) else { return Vec::new() };
    let names: BTreeSet<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.into_iter().take(MOST).map(|name| one(plugins, name)).collect()
}

fn one(plugins: &Plugins, name: String) -> Plugin {
    let folder = plugins.folder.join(&name);
    let mut plugin = Plugin { name, ..Plugin::default() };
    if !is_name(&plugin.name) {
        plugin.problems.push("its folder is named with letters, digits, `-`, `_` and `.` only".to_owned());
        return plugin;
    }
    look(&folder, &mut plugin);
    let has = |file: &str| plugin.files.iter().any(|known| known == file);
    let (has_manifest, has_declared) = (has(manifest::FILE), has(declared::FILE));
    if has_manifest {
        match read(&folder.join(manifest::FILE)) {
            Ok(text) => manifest::read(plugins, &text, &mut plugin),
            Err(problem) => plugin.problems.push(problem),
        }
    }
    if has_declared {
        match read(&folder.join(declared::FILE)) {
            Ok(text) => declared::read(&text, &mut plugin),
            Err(problem) => plugin.problems.push(problem),
        }
    }
    if !has_manifest && !has_declared {
        plugin.problems.push("it has neither `manifest.json` nor `plugin.toml`".to_owned());
    }
    plugin
}

/// Whether a folder of that name can be a plugin: what can be in an address as it is.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn read(path: &Path) -> Result<String, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut text = String::new();
    let length = fs::File::open(path)
        .and_then(|file| file.take(MANIFEST + 1).read_to_string(&mut text))
        .map_err(|e| format!("`{name}` cannot be read: {e}"))?;
    if length as u64 > MANIFEST {
        Err(format!("`{name}` is longer than {} KiB", MANIFEST >> 10))
    } else {
        Ok(text)
    }
}

/// Notes the files of a plugin, and how they are.
fn look(folder: &Path, plugin: &mut Plugin) {
    let mut digest = blake3::Hasher::new();
    walk(folder, "", 0, &mut |path, length, changed| {
        digest.update(format!("{path}\0{length}\0{changed}\n").as_bytes());
        plugin.files.push(path);
        plugin.files.len() < FILES
    });
    plugin.changed = digest.finalize().to_hex().chars().take(16).collect();
}

/// Goes through files in the order of their names, as long as `each` wants more. Links are not followed.
fn walk(folder: &Path, below: &str, depth: usize, each: &mut impl FnMut(String, u64, u128) -> bool) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(about) = entry.metadata() else { continue };
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{below}{name}");
        let goes_on = if about.is_dir() {
            depth >= DEPTH || walk(&entry.path(), &format!("{path}/"), depth + 1, each)
        } else if about.is_file() {
            let changed = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            each(path, about.len(), changed.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos())
        } else {
            true
        };
        if !goes_on {
            return false;
        }
    }
    true
}
