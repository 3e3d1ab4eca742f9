//! The `.tar.gz` itself.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, write::GzEncoder};
use spinloom_diagnostics::{Error, Result, codes};

use super::walk::{Member, unreadable};
use super::{Package, is_inside};
use crate::ContentHash;

/// The files of a package that is taken apart may have so many bytes in all: imported ones may be larger than ours.
const READ_LIMIT: u64 = 1 << 30;

/// Files are read here one after another, so that a package needs little more memory than itself.
pub(super) fn pack(members: &[Member]) -> Result<Package> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::new(3)));
    let mut files = Vec::with_capacity(members.len());
    for Member { name, path, executable, .. } in members {
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

/// A file of a package that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is called: a relative path that stays in its folder.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// It may be executed.
    pub executable: bool,
}

/// The files of a package, by name; of two with one name the later.
///
/// # Errors
/// `SL0403` if it is no `.tar.gz`; `SL0331` if it holds anything that would not stay in the folder it is unpacked into, a
/// link, or more than a gibibyte.
pub fn read(package: &[u8]) -> Result<Vec<Item>> {
    let damaged = |e: io::Error| Error::new(codes::STORE_CORRUPT, "the code package cannot be read").cause(e);
    let mut archive = tar::Archive::new(GzDecoder::new(package).take(READ_LIMIT * 2));
    let (mut items, mut bytes) = (std::collections::BTreeMap::new(), 0_u64);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if entry.header().entry_type().is_dir() {
            continue;
        }
        let name = entry.path().map_err(damaged)?.to_string_lossy().into_owned();
        if !entry.header().entry_type().is_file() {
            return Err(refused(&name, "is a link or something else that is no file"));
        }
        if !is_inside(Path::new(&name)) {
            return Err(refused(&name, "would be outside of the folder"));
        }
        bytes = bytes.saturating_add(entry.size());
        if bytes > READ_LIMIT {
            return Err(refused(&name, "makes it larger than 1 GiB"));
        }
        let executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(damaged)?;
        let name = name.trim_start_matches("./").to_owned();
        items.insert(name.clone(), Item { name, bytes: content, executable });
    }
    Ok(items.into_values().collect())
}

fn refused(name: &str, why: &str) -> Error {
    Error::new(codes::CANNOT_PULL, format!("`{name}` of the code package {why}"))
        .hint("a package that Spinloom or Metaflow made has no such file: find out where this one comes from")
}
