//! Chunks: files named by the hash of what they hold, raw or compressed.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use spinloom_diagnostics::{Error, Result};

use crate::{
    ContentHash, Datastore,
    draft::{Draft, Drafts, freshen},
    frames,
    hash::LEAF,
    io::{corrupt, read_error, write_error},
    sparse,
};

/// A chunk is never changed, so nobody may write it by mistake.
pub(crate) const READ_ONLY: u32 = 0o444;

/// From here on writing waits for no hash.
const OVERLAPPED: usize = 4 * LEAF;

/// A folder of chunks, and one for drafts on the same disk: those of a store, or the cache of a remote one's.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    chunks: PathBuf,
    pub(crate) drafts: Drafts,
}

impl Datastore {
    /// Keeps `bytes` and says where. Bytes that are kept already are not written again.
    ///
    /// # Errors
    /// `SL0404` if there is no room; nothing is left behind then.
    pub fn put_chunk(&self, bytes: &[u8]) -> Result<ContentHash> {
        self.local().put_chunk(bytes)
    }

    /// The bytes of a chunk put with [`put_chunk`](Self::put_chunk), verified.
    ///
    /// # Errors
    /// `SL0403` if it is missing or damaged.
    pub fn read_chunk(&self, hash: &ContentHash) -> Result<Vec<u8>> {
        self.local().read_chunk(hash)
    }

    /// Where the chunk is, if it is there at all.
    pub fn chunk_path(&self, hash: &ContentHash) -> PathBuf {
        self.local().chunk_path(hash)
    }

    /// Where the compressed chunk is, if it is there at all.
    pub fn compressed_path(&self, hash: &ContentHash) -> PathBuf {
        self.local().compressed_path(hash)
    }
}

impl Shelf {
    /// The folders `chunks` and `tmp` of `root`.
    pub(crate) fn of(root: &Path) -> Self {
        Self { chunks: root.join("chunks"), drafts: Drafts::of(root) }
    }

    /// The folder of the chunks.
    pub(crate) fn folder(&self) -> &Path {
        &self.chunks
    }

    /// Keeps `bytes` and says where. Bytes that are kept already are not written again.
    ///
    /// # Errors
    /// `SL0404` if there is no room; nothing is left behind then.
    pub(crate) fn put_chunk(&self, bytes: &[u8]) -> Result<ContentHash> {
        let hash = ContentHash::of(bytes);
        self.put_raw(&hash, bytes)?;
        Ok(hash)
    }

    /// Where the chunk is, if it is there at all.
    pub(crate) fn chunk_path(&self, hash: &ContentHash) -> PathBuf {
        self.chunk_file(hash, "")
    }

    /// The bytes of a raw chunk, however many, verified.
    pub(crate) fn read_chunk(&self, hash: &ContentHash) -> Result<Vec<u8>> {
        let path = self.chunk_path(hash);
        let bytes = fs::read(&path).map_err(|e| chunk_error(hash, &path, &e))?;
        if hash.matches(&bytes) { Ok(bytes) } else { Err(damaged_chunk(hash)) }
    }

    /// Where the compressed chunk is, if it is there at all.
    pub(crate) fn compressed_path(&self, hash: &ContentHash) -> PathBuf {
        self.chunk_file(hash, ".zst")
    }

    fn chunk_file(&self, hash: &ContentHash, suffix: &str) -> PathBuf {
        let name = hash.to_string();
        let mut path = self.chunks.clone();
        path.push(name.get(..2).unwrap_or_default());
        path.push(name + suffix);
        path
    }

    pub(crate) fn put_raw(&self, hash: &ContentHash, bytes: &[u8]) -> Result<()> {
        let path = self.chunk_path(hash);
        if self.kept(&path) == Some(bytes.len() as u64) {
            return Ok(());
        }
        self.drafts.publish(&path, READ_ONLY, |file| sparse::write(file, bytes)).map(|_| ())
    }

    /// Keeps `bytes` raw and says where. Many are hashed while they are written.
    pub(crate) fn put_buffer(&self, bytes: &[u8]) -> Result<ContentHash> {
        if bytes.len() < OVERLAPPED {
            return self.put_chunk(bytes);
        }
        let draft = self.drafts.draft(READ_ONLY)?;
        let hash = sparse::write_and_hash(&draft.file, bytes);
        let hash = hash.map_err(|e| write_error(&self.chunks, &e))?;
        self.settle_raw(draft, &hash, bytes.len() as u64)?;
        Ok(hash)
    }

    /// Whether the chunk is kept raw, and no collector takes it away from now on.
    pub(crate) fn keeps_raw(&self, hash: &ContentHash, len: u64) -> bool {
        self.kept(&self.chunk_path(hash)) == Some(len)
    }

    /// Whether the chunk is kept raw, which from now on counts as used.
    pub(crate) fn has_raw(&self, hash: &ContentHash, len: u64) -> bool {
        let path = self.chunk_path(hash);
        let found = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
        found.as_ref().inspect(|found| freshen(&path, found)).is_some_and(|found| found.len() == len)
    }

    /// Removes a raw chunk. Only of a cache.
    pub(crate) fn forget(&self, hash: &ContentHash) {
        // What cannot be removed is found damaged again.
        let _ = fs::remove_file(self.chunk_path(hash));
    }

    /// Makes a draft that holds `len` raw bytes a chunk, unless there is one already.
    pub(crate) fn settle_raw(&self, draft: Draft, hash: &ContentHash, len: u64) -> Result<()> {
        let path = self.chunk_path(hash);
        if self.kept(&path) == Some(len) {
            return Ok(());
        }
        draft.settle(&path).map(|_| ()).map_err(|e| write_error(&path, &e))
    }

    /// The same of a draft of frames. Answers how long the compressed file is, or nothing if the bytes are kept raw.
    pub(crate) fn settle_frames(&self, draft: Draft, hash: &ContentHash, len: u64) -> Result<Option<u64>> {
        if let Some(found) = self.kept_compressed(hash, len) {
            return Ok(found);
        }
        let path = self.compressed_path(hash);
        draft.settle(&path).map(Some).map_err(|e| write_error(&path, &e))
    }

    /// Keeps `bytes` compressed, unless they are kept raw already. Answers how long the compressed file is.
    pub(crate) fn put_compressed(&self, hash: &ContentHash, bytes: &[u8], level: i32) -> Result<Option<u64>> {
        if let Some(found) = self.kept_compressed(hash, bytes.len() as u64) {
            return Ok(found);
        }
        let path = self.compressed_path(hash);
        self.drafts.publish(&path, READ_ONLY, |file| frames::write(file, bytes, level)).map(Some)
    }

    /// How the chunk is kept already, if it is: compressed to so many bytes, or raw.
    fn kept_compressed(&self, hash: &ContentHash, len: u64) -> Option<Option<u64>> {
        if self.kept(&self.chunk_path(hash)) == Some(len) {
            return Some(None);
        }
        // Another zstd makes another length of the same bytes, so only decoding tells whether the file is good.
        let packed = self.kept(&self.compressed_path(hash))?;
        self.read_compressed(hash, len).is_ok_and(|bytes| hash.matches(&bytes)).then_some(Some(packed))
    }

    /// How long the file is, if there is one and no collector takes it away from now on.
    fn kept(&self, path: &Path) -> Option<u64> {
        let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        self.drafts.freshen(path).then_some(found.len())
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

/// The chunk is not there.
pub(crate) fn missing_chunk(hash: &ContentHash) -> Error {
    corrupt(format!("the chunk `{hash}` is missing"))
}

fn chunk_error(hash: &ContentHash, path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => missing_chunk(hash),
        _ => read_error(path, error),
    }
}
