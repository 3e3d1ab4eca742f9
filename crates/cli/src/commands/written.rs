//! Files that commands write.

use std::fs;
use std::io;
use std::path::Path;

/// Writes a file as a whole: what was there stays until all of the new one is.
pub(super) fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let done = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        // Litter at worst.
        let _ = fs::remove_file(&part);
    }
    done
}
