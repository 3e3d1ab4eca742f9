//! The code package of a run: the flow's folder, and what belongs to it from elsewhere, as a `.tar.gz` that is the same
//! for the same files (OP-01).
//!
//! [`find`] says which files those are, [`build`] packs them, [`read`] takes a package apart, [`pull`] puts one into a folder.

mod archive;
mod pull;
mod walk;

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};

pub use archive::{Item, read};
pub use pull::{Pulled, pull};
pub use walk::{IGNORE_FILE, Member, find};

use crate::{ContentHash, Datastore};

/// Suffixes of the files that are always in.
pub const SUFFIXES: [&str; 3] = [".py", ".R", ".RDS"];
/// As a suffix of a [`Source`]: all files.
pub const ALL: &str = "*";
/// The files of a package may have so many bytes in all.
pub const LIMIT: u64 = 100 << 20;

/// What a code package holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Of the flow's folder: the files whose names end in one of these or of [`SUFFIXES`], in whatever case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suffixes: Vec<String>,
    /// What is in beside the flow's folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// A file or a folder that belongs to a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where it is, relative to the flow's folder unless absolute.
    pub path: PathBuf,
    /// What it is called in the package: a relative path.
    pub name: String,
    /// Of a folder: the files whose names end so; `None` for [`SUFFIXES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffixes: Option<Vec<String>>,
}

impl Contents {
    /// The flow's folder, with these suffixes too.
    pub fn with_suffixes(suffixes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { suffixes: suffixes.into_iter().map(Into::into).collect(), sources: Vec::new() }
    }

    /// What was in the package of a run, given what is recorded of it.
    pub fn recorded(info: &Map<String, Value>) -> Self {
        // Of a run that an earlier version made nothing is known.
        info.get("code_package").and_then(|kept| Self::deserialize(kept).ok()).unwrap_or_default()
    }

    /// Refuses what no package could be made of, without looking at every file: a rule in the flow's folder that cannot be
    /// understood, a source that is not there or whose name would be outside of the package.
    ///
    /// # Errors
    /// `SL0131`.
    pub fn check(&self, dir: &Path) -> Result<()> {
        walk::rules(dir)?;
        self.sources.iter().try_for_each(|source| source.check(dir))
    }
}

impl Source {
    /// As [`Contents::check`], of this one.
    ///
    /// # Errors
    /// `SL0131`.
    pub fn check(&self, dir: &Path) -> Result<()> {
        if !is_inside(Path::new(&self.name)) {
            let what = format!("`{}` is no name for something in a code package", self.name);
            return Err(bad(what).hint("a name is a relative path without `..`, such as `vendor/client`"));
        }
        if !dir.join(&self.path).exists() {
            let what = format!("there is no `{}` for the code package", self.path.display());
            return Err(
                bad(what).hint(format!("paths are relative to the flow's folder, `{}`", dir.display()))
            );
        }
        Ok(())
    }
}

/// Whether a relative path stays in the folder it is relative to.
fn is_inside(path: &Path) -> bool {
    let mut parts = path.components().filter(|part| *part != Component::CurDir).peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn bad(what: impl Into<String>) -> Error {
    Error::new(codes::BAD_PACKAGE, what.into())
}

/// A code package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The `.tar.gz`.
    pub bytes: Vec<u8>,
    /// The files in it, sorted.
    pub files: Vec<String>,
    /// The hash of `bytes`, which is where the store keeps them.
    pub hash: ContentHash,
}

impl Package {
    /// What is recorded of it with a run, as `code_package`.
    pub fn record(&self, contents: &Contents) -> Value {
        let mut record =
            json!({"hash": self.hash.to_string(), "bytes": self.bytes.len(), "files": self.files.len()});
        if let (Some(record), Value::Object(contents)) = (record.as_object_mut(), json!(contents)) {
            record.extend(contents);
        }
        record
    }
}

impl Datastore {
    /// Keeps the package of a run, as a chunk.
    ///
    /// # Errors
    /// As [`put_chunk`](Self::put_chunk).
    pub fn put_package(&self, (flow, run): (&FlowName, &RunId), package: &Package) -> Result<ContentHash> {
        self.local().put_raw(&package.hash, &package.bytes)?;
        let (shelf, len) = (self.shelf()?, package.bytes.len() as u64);
        shelf.put_raw(&package.hash, &package.bytes)?;
        if let Some(uploads) = self.uploads()? {
            uploads.send(package.hash, len)?;
            uploads.finish()?;
            self.record_package((flow, run), &package.hash, len)?;
        }
        Ok(package.hash)
    }

    /// The bytes of a run's package, verified, given what is recorded of the run; `None` if it has none.
    ///
    /// # Errors
    /// As [`read_package`](Self::read_package).
    pub fn package_of(&self, info: &Map<String, Value>) -> Result<Option<Vec<u8>>> {
        let Some(kept) = info.get("code_package") else { return Ok(None) };
        let hash = kept.get("hash").and_then(Value::as_str);
        match hash.zip(kept.get("bytes").and_then(Value::as_u64)) {
            Some((hash, len)) => self.read_package(&hash.parse()?, len).map(Some),
            None => Ok(None),
        }
    }

    /// The bytes of a package, verified.
    ///
    /// # Errors
    /// `SL0403` if it is missing or damaged, `SL0406` or `SL0407` if it is in an object store that cannot be used.
    pub fn read_package(&self, hash: &ContentHash, len: u64) -> Result<Vec<u8>> {
        match self.remote()? {
            Some(remote) if !self.local().has_raw(hash, len) => {
                self.shelf_with(hash, len, Some(remote.at()))?.read_chunk(hash)
            }
            _ => self.local().read_chunk(hash),
        }
    }
}

/// Packs the files that [`find`] names.
///
/// # Errors
/// As [`find`]; `SL0501` if a file cannot be read.
pub fn build(dir: &Path, contents: &Contents) -> Result<Package> {
    build_with_limit(dir, contents, LIMIT)
}

/// [`build`] with a limit of one's own, bytes.
///
/// # Errors
/// As [`build`].
pub fn build_with_limit(dir: &Path, contents: &Contents, limit: u64) -> Result<Package> {
    archive::pack(&walk::find_with_limit(dir, contents, limit)?)
}
