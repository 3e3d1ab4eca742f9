//! The code package of a run: the flow's folder as a `.tar.gz` that is the same for the same files (OP-01).

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};

use crate::{ContentHash, Datastore};

/// Suffixes of the files that are always in.
pub const SUFFIXES: [&str; 3] = [".py", ".R", ".RDS"];
/// The files of a package may have so many bytes in all.
pub const LIMIT: u64 = 100 << 20;
/// Entries looked at, at most: a flow in a home folder must not make `run` read a whole disk.
const ENTRIES: usize = 500_000;

/// A code package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The `.tar.gz`.
    pub bytes: Vec<u8>,
    /// The files in it, relative to the folder, sorted.
    pub files: Vec<String>,
    /// The hash of `bytes`, which is where the store keeps them.
    pub hash: ContentHash,
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

/// Packs the files of `dir` whose names end in one of [`SUFFIXES`] or of `suffixes`, in whatever case.
///
/// Left out: hidden files and folders, `__pycache__`, `node_modules`, virtual environments, folders that may not be
/// read. Symbolic links are followed, except to a folder the link is in.
///
/// # Errors
/// `SL0501` if a file cannot be read or they are over [`LIMIT`].
pub fn build(dir: &Path, suffixes: &[String]) -> Result<Package> {
    build_with_limit(dir, suffixes, LIMIT)
}

/// [`build`] with a limit of one's own, bytes.
///
/// # Errors
/// As [`build`].
pub fn build_with_limit(dir: &Path, suffixes: &[String], limit: u64) -> Result<Package> {
    let suffixes = SUFFIXES.iter().copied().chain(suffixes.iter().map(String::as_str));
    let suffixes = suffixes.map(str::to_lowercase).filter(|s| !s.is_empty()).collect();
    let mut walk = Walk { suffixes, limit, found: Vec::new(), bytes: 0, entries: 0 };
    let here = fs::metadata(dir).map_err(|e| unreadable(dir, &e))?;
    walk.folder(dir, Path::new(""), &mut vec![(here.dev(), here.ino())])?;
    walk.found.sort_by(|a, b| a.name.as_os_str().cmp(b.name.as_os_str()));
    archive(&walk.found)
}

struct Found {
    /// Relative to the folder.
    name: PathBuf,
    path: PathBuf,
    size: u64,
    executable: bool,
}

struct Walk {
    suffixes: Vec<String>,
    limit: u64,
    found: Vec<Found>,
    bytes: u64,
    entries: usize,
}

impl Walk {
    /// Looks through the folder `path`, called `name` in the package. `above`: device and inode of the folders it is
    /// in and of itself.
    fn folder(&mut self, path: &Path, name: &Path, above: &mut Vec<(u64, u64)>) -> Result<()> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied && above.len() > 1 => return Ok(()),
            Err(e) => return Err(unreadable(path, &e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| unreadable(path, &e))?;
            self.entries += 1;
            if self.entries > ENTRIES {
                return Err(too_big(format!("the folder of the flow has more than {ENTRIES} files")));
            }
            let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
            let is_link = entry.file_type().is_ok_and(|t| t.is_symlink());
            let wanted = self.wants(&entry.file_name());
            if hidden(&entry.file_name()) || !(is_dir || is_link || wanted) {
                continue;
            }
            // A link that leads nowhere is nobody's code.
            let Ok(target) = fs::metadata(entry.path()) else { continue };
            let name = name.join(entry.file_name());
            if target.is_dir() {
                self.inner(&entry.path(), &name, (target.dev(), target.ino()), above)?;
            } else if target.is_file() && wanted {
                self.file(entry.path(), name, &target)?;
            }
        }
        Ok(())
    }

    fn inner(&mut self, path: &Path, name: &Path, id: (u64, u64), above: &mut Vec<(u64, u64)>) -> Result<()> {
        let generated = name.file_name().is_some_and(|n| n == "__pycache__" || n == "node_modules");
        if generated || above.contains(&id) || path.join("pyvenv.cfg").exists() {
            return Ok(());
        }
        above.push(id);
        let result = self.folder(path, name, above);
        above.pop();
        result
    }

    fn file(&mut self, path: PathBuf, name: PathBuf, metadata: &fs::Metadata) -> Result<()> {
        let size = metadata.len();
        let executable = metadata.permissions().mode() & 0o100 != 0;
        self.bytes = self.bytes.saturating_add(size);
        self.found.push(Found { name, path, size, executable });
        if self.bytes <= self.limit {
            return Ok(());
        }
        let error = too_big(format!("the code package would have more than {}", mebibytes(self.limit)));
        let largest = self.found.iter().max_by_key(|f| f.size);
        Err(largest.into_iter().fold(error, |error, f| {
            error.hint(format!("the largest file so far is `{}`, {}", f.name.display(), mebibytes(f.size)))
        }))
    }

    fn wants(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy().to_lowercase();
        self.suffixes.iter().any(|suffix| name.ends_with(suffix))
    }
}

/// Files are read here one after another, so that a package needs little more memory than itself.
fn archive(found: &[Found]) -> Result<Package> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::new(3)));
    let mut files = Vec::with_capacity(found.len());
    for Found { name, path, executable, .. } in found {
        let bytes = fs::read(path).map_err(|e| unreadable(path, &e))?;
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(if *executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, name, bytes.as_slice()).map_err(|e| unreadable(path, &e))?;
        files.push(name.to_string_lossy().into_owned());
    }
    let bytes = tar.into_inner().and_then(GzEncoder::finish);
    let bytes = bytes.map_err(|e| Error::new(codes::INTERNAL, "the code package cannot be made").cause(e))?;
    Ok(Package { hash: ContentHash::of(&bytes), bytes, files })
}

fn hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let what = format!("cannot read `{}` for the code package", path.display());
    Error::new(codes::ENVIRONMENT, what).cause(error)
}

fn too_big(what: String) -> Error {
    Error::new(codes::ENVIRONMENT, what)
        .hint("keep data and environments outside of the folder of the flow, or package fewer suffixes")
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
