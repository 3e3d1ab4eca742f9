//! Files that are there whole or not at all.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

/// What went wrong with the cache.
pub(crate) fn broken(path: &Path) -> impl FnOnce() -> String {
    let path = path.display().to_string();
    move || format!("`{path}` of the cache of environments cannot be used")
}

/// Writes `text` to a file of another name in the same folder, then renames it.
pub(crate) fn write(path: &Path, text: &[u8]) -> Result<()> {
    let aside = path.with_extension(unique());
    let written = std::fs::File::create(&aside).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&aside, path)).or_error(codes::STORE_IO, broken(path))
}

/// An ending that no other file being written has, of this process or of one on another machine.
fn unique() -> String {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let count = WRITTEN.fetch_add(1, Ordering::Relaxed);
    format!("{}-{}-{count}.new", std::process::id(), time.as_nanos())
}

/// As [`write`], a value as JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text =
        serde_json::to_vec_pretty(value).or_error(codes::INTERNAL, || "cannot encode a record".into())?;
    write(path, &text)
}

/// The value in a file; `None` if there is none that can be read: a cache may lose things.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Makes a folder, and those it is in.
pub(crate) fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).or_error(codes::STORE_IO, broken(folder))
}

/// Removes a folder and all in it; one that is not there is no error.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::new(codes::STORE_IO, broken(folder)()).cause(error))
        }
        _ => Ok(()),
    }
}
