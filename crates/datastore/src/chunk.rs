//! Chunks: files named by the hash of what they hold, raw or compressed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use spinloom_diagnostics::{Error, Result};

use crate::{
    ContentHash, Datastore,
    io::{corrupt, read_error, write_error},
};

const LEVEL: i32 = 1;
/// A chunk is never changed, so nobody may write it by mistake.
const READ_ONLY: u32 = 0o444;

impl Datastore {
    /// Keeps `bytes` and says where. Bytes that are kept already are not written again.
    ///
    /// # Errors
    /// `SL0404` if there is no room; nothing is left behind then.
    pub fn put_chunk(&self, bytes: &[u8]) -> Result<ContentHash> {
        let hash = ContentHash::of(bytes);
        self.put_raw(&hash, bytes)?;
        Ok(hash)
    }

    /// Where the chunk is, if it is there at all.
    pub fn chunk_path(&self, hash: &ContentHash) -> PathBuf {
        self.chunk_file(hash, "")
    }

    /// The bytes of a chunk put with [`put_chunk`](Self::put_chunk), verified.
    ///
    /// # Errors
    /// `SL0403` if it is missing or damaged.
    pub fn read_chunk(&self, hash: &ContentHash) -> Result<Vec<u8>> {
        let path = self.chunk_path(hash);
        let bytes = fs::read(&path).map_err(|e| chunk_error(hash, &path, &e))?;
        if ContentHash::of(&bytes) == *hash { Ok(bytes) } else { Err(damaged_chunk(hash)) }
    }

    /// Where the compressed chunk is, if it is there at all.
    pub(crate) fn compressed_path(&self, hash: &ContentHash) -> PathBuf {
        self.chunk_file(hash, ".zst")
    }

    fn chunk_file(&self, hash: &ContentHash, suffix: &str) -> PathBuf {
        let name = hash.to_string();
        let mut path = self.root().join("chunks");
        path.push(name.get(..2).unwrap_or_default());
        path.push(name + suffix);
        path
    }

    pub(crate) fn put_raw(&self, hash: &ContentHash, bytes: &[u8]) -> Result<()> {
        let path = self.chunk_path(hash);
        if file_len(&path) == Some(bytes.len() as u64) && self.freshen(&path) {
            return Ok(());
        }
        self.publish(&path, READ_ONLY, |file| file.write_all(bytes)).map(|_| ())
    }

    /// Keeps `bytes` compressed, unless they are kept raw already. Answers how long the compressed file is.
    pub(crate) fn put_compressed(&self, hash: &ContentHash, bytes: &[u8]) -> Result<Option<u64>> {
        let len = bytes.len() as u64;
        let raw = self.chunk_path(hash);
        if file_len(&raw) == Some(len) && self.freshen(&raw) {
            return Ok(None);
        }
        // Another zstd makes another length of the same bytes, so only decoding tells whether the file is good.
        let path = self.compressed_path(hash);
        if let Some(packed) = file_len(&path)
            && self.read_compressed(hash, len).is_ok_and(|kept| ContentHash::of(&kept) == *hash)
            && self.freshen(&path)
        {
            return Ok(Some(packed));
        }
        let write = |file: &mut File| {
            let mut encoder = zstd::stream::write::Encoder::new(file, LEVEL)?;
            encoder.set_pledged_src_size(Some(len))?;
            encoder.write_all(bytes)?;
            encoder.finish().map(|_| ())
        };
        self.publish(&path, READ_ONLY, write).map(Some)
    }

    /// The bytes of a compressed chunk. Their number is checked, their hash is not.
    pub(crate) fn read_compressed(&self, hash: &ContentHash, len: u64) -> Result<Vec<u8>> {
        let path = self.compressed_path(hash);
        let file = File::open(&path).map_err(|e| chunk_error(hash, &path, &e))?;
        let mut bytes = room(len).ok_or_else(|| damaged_chunk(hash))?;
        let decoder = zstd::stream::read::Decoder::new(file).map_err(|e| damaged_chunk(hash).cause(e))?;
        // One byte more than there should be, so that a longer file is noticed and not unpacked to the end.
        let read = decoder.take(len.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|e| damaged_chunk(hash).cause(e))?;
        if bytes.len() as u64 == len { Ok(bytes) } else { Err(damaged_chunk(hash)) }
    }

    /// The bytes of a raw chunk. Their number is checked, their hash is not.
    pub(crate) fn read_raw(&self, hash: &ContentHash, len: u64) -> Result<Vec<u8>> {
        self.check_len(hash, len)?;
        let path = self.chunk_path(hash);
        fs::read(&path).map_err(|e| chunk_error(hash, &path, &e))
    }

    /// The file of a raw chunk, which has the length it should have.
    pub(crate) fn check_len(&self, hash: &ContentHash, len: u64) -> Result<PathBuf> {
        let path = self.chunk_path(hash);
        let found = fs::metadata(&path).map_err(|e| chunk_error(hash, &path, &e))?.len();
        if found == len {
            return Ok(path);
        }
        Err(damaged_chunk(hash).cause(format!("it has {found} bytes instead of {len}")))
    }

    /// Makes the file `target` appear at once, with what `write` writes. Answers how long it is.
    pub(crate) fn publish(
        &self,
        target: &Path,
        mode: u32,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<u64> {
        let (temporary, mut file) = self.temporary(mode)?;
        let written = write(&mut file).and_then(|()| file.metadata()).map(|m| m.len());
        let _held = self.hold();
        let result = written.and_then(|len| rename(&temporary, target).map(|()| len));
        result.map_err(|e| {
            // It is litter at worst: nothing ever reads it.
            let _ = fs::remove_file(&temporary);
            write_error(target, &e)
        })
    }

    /// A new file in `tmp/`. Processes of other machines or containers may use the folder too.
    fn temporary(&self, mode: u32) -> Result<(PathBuf, File)> {
        let folder = self.root().join("tmp");
        let process = std::process::id();
        loop {
            let count = self.0.counter.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{process}-{count}"));
            match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
                Ok(file) => return Ok((path, file)),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    fs::create_dir_all(&folder).map_err(|e| write_error(&folder, &e))?;
                }
                Err(e) => return Err(write_error(&path, &e)),
            }
        }
    }
}

/// Renames, making the folder it goes to when it is the first there.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match (fs::rename(from, to), to.parent()) {
        (Err(e), Some(folder)) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            fs::rename(from, to)
        }
        (result, _) => result,
    }
}

fn file_len(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|m| m.len())
}

/// An empty buffer with room for `len` bytes, if there can be one.
fn room(len: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(len).ok()?).ok()?;
    Some(bytes)
}

/// The chunk is not what was written.
pub(crate) fn damaged_chunk(hash: &ContentHash) -> Error {
    corrupt(format!("the chunk `{hash}` is damaged"))
}

fn chunk_error(hash: &ContentHash, path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => corrupt(format!("the chunk `{hash}` is missing")),
        _ => read_error(path, error),
    }
}
