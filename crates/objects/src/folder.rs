//! A local folder as a store: a key is a path below it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, IoSlice, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use spinloom_diagnostics::{Error, Result, codes};

use crate::{Listing, ObjectInfo, key};

/// Names of files that are being written begin so; listings leave them out.
const UNFINISHED: &str = ".spinloom-put-";

/// A path beside `path`, for what will become it.
pub(crate) fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!("{UNFINISHED}{}-{n}", process::id()))
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, key: &str) -> Result<PathBuf> {
        key::check(key)?;
        Ok(self.root.join(key))
    }

    pub(crate) fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        let path = self.path(key)?;
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => Ok(Some(info(key, &meta))),
            Ok(_) => Ok(None),
            Err(e) => absent(e, "read", &path),
        }
    }

    pub(crate) fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<Bytes>> {
        let path = self.path(key)?;
        match read(&path, range) {
            Ok(bytes) => Ok(bytes.map(Bytes::from)),
            Err(e) => absent(e, "read", &path),
        }
    }

    pub(crate) fn put(&self, key: &str, pieces: &[Bytes]) -> Result<()> {
        self.publish(key, |file| write_all(file, pieces), |from, to| fs::rename(from, to))
    }

    pub(crate) fn put_if_absent(&self, key: &str, pieces: &[Bytes]) -> Result<bool> {
        if self.head(key)?.is_some() {
            return Ok(false);
        }
        let mut ours = true;
        let link = |from: &Path, to: &Path| {
            // A link is made or is not, whoever else tries at the same moment.
            match fs::hard_link(from, to) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => ours = false,
                linked => linked?,
            }
            fs::remove_file(from)
        };
        self.publish(key, |file| write_all(file, pieces), link)?;
        Ok(ours)
    }

    pub(crate) fn put_from(&self, key: &str, source: &mut File) -> Result<()> {
        self.publish(key, |file| io::copy(source, file).map(drop), |from, to| fs::rename(from, to))
    }

    /// Copies an object, or a part of it, to where `file` is.
    pub(crate) fn copy_to(&self, key: &str, range: Option<Range<u64>>, file: &mut File) -> Result<()> {
        let path = self.path(key)?;
        let range = range.unwrap_or(0..u64::MAX);
        let copied = File::open(&path).and_then(|mut source| {
            source.seek(SeekFrom::Start(range.start))?;
            io::copy(&mut source.take(range.end.saturating_sub(range.start)), file)
        });
        copied.map(drop).map_err(|e| failed(&e, "copy", &path))
    }

    /// Writes beside the object's place, then moves there at once.
    fn publish(
        &self,
        key: &str,
        write: impl FnOnce(&mut File) -> io::Result<()>,
        place: impl FnOnce(&Path, &Path) -> io::Result<()>,
    ) -> Result<()> {
        let path = self.path(key)?;
        let unfinished = beside(&path);
        let published = create(&unfinished)
            .and_then(|mut file| write(&mut file))
            .and_then(|()| place(&unfinished, &path));
        published.map_err(|e| {
            let _ = fs::remove_file(&unfinished);
            failed(&e, "write", &path)
        })
    }

    pub(crate) fn list(
        &self,
        prefix: &str,
        each: &mut dyn FnMut(ObjectInfo) -> ControlFlow<()>,
    ) -> Result<()> {
        self.walk(prefix.trim_end_matches('/'), each).map(drop)
    }

    fn walk(
        &self,
        below: &str,
        each: &mut dyn FnMut(ObjectInfo) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        for (name, is_folder) in self.entries(below)? {
            let key = joined(below, &name);
            let flow = if is_folder {
                self.walk(&key, each)?
            } else {
                self.head(&key)?.map_or(ControlFlow::Continue(()), &mut *each)
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    pub(crate) fn list_folder(&self, prefix: &str) -> Result<Listing> {
        let below = prefix.trim_end_matches('/');
        let mut listing = Listing::default();
        for (name, is_folder) in self.entries(below)? {
            let key = joined(below, &name);
            if is_folder {
                listing.folders.push(key);
            } else {
                listing.objects.extend(self.head(&key)?);
            }
        }
        Ok(listing)
    }

    /// Names in a folder, in the order of the keys they lead to: a folder counts as its name with a `/`.
    fn entries(&self, below: &str) -> Result<Vec<(String, bool)>> {
        let path = if below.is_empty() { self.root.clone() } else { self.path(below)? };
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) => return absent::<()>(e, "list", &path).map(|_| Vec::new()),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| failed(&e, "list", &path))?;
            // A name that is no text cannot be a key.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !name.starts_with(UNFINISHED) {
                let is_folder =
                    entry.file_type().is_ok_and(|t| t.is_dir() || (t.is_symlink() && entry.path().is_dir()));
                names.push((name, is_folder));
            }
        }
        names.sort_by(|(a, a_folder), (b, b_folder)| {
            let end = |is_folder: &bool| if *is_folder { "/" } else { "" }.bytes();
            a.bytes().chain(end(a_folder)).cmp(b.bytes().chain(end(b_folder)))
        });
        Ok(names)
    }

    pub(crate) fn delete_many(&self, keys: &[String]) -> Result<()> {
        for key in keys {
            let path = self.path(key)?;
            match fs::remove_file(&path) {
                Ok(()) => self.prune(&path),
                Err(e) => drop(absent::<()>(e, "delete", &path)?),
            }
        }
        Ok(())
    }

    /// Stores have no empty folders.
    fn prune(&self, path: &Path) {
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != self.root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

/// Makes the file, and the folders above it, which another process may take away at the same moment.
fn create(path: &Path) -> io::Result<File> {
    for _ in 0..16 {
        match File::create_new(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => fs::create_dir_all(path.parent().unwrap_or(path))?,
            result => return result,
        }
    }
    File::create_new(path)
}

fn write_all(file: &mut File, pieces: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> =
        pieces.iter().filter(|p| !p.is_empty()).map(|p| IoSlice::new(p)).collect();
    let mut rest = slices.as_mut_slice();
    while !rest.is_empty() {
        match file.write_vectored(rest)? {
            0 => return Err(ErrorKind::WriteZero.into()),
            n => IoSlice::advance_slices(&mut rest, n),
        }
    }
    Ok(())
}

fn read(path: &Path, range: Option<Range<u64>>) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Ok(None);
    }
    let range = range.unwrap_or(0..meta.len());
    let end = range.end.min(meta.len());
    let len = end.saturating_sub(range.start);
    file.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
    file.take(len).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn info(key: &str, meta: &fs::Metadata) -> ObjectInfo {
    let modified = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    ObjectInfo {
        key: key.to_owned(),
        size: meta.len(),
        last_modified_us: modified.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)),
        ..ObjectInfo::default()
    }
}

fn joined(below: &str, name: &str) -> String {
    if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") }
}

fn absent<T>(e: io::Error, verb: &str, path: &Path) -> Result<Option<T>> {
    match e.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
        _ => Err(failed(&e, verb, path)),
    }
}

fn failed(e: &io::Error, verb: &str, path: &Path) -> Error {
    let code = if e.kind() == ErrorKind::StorageFull { codes::DISK_FULL } else { codes::STORE_IO };
    Error::new(code, format!("cannot {verb} `{}`", path.display())).cause(e)
}
