//! Whether the artifacts of an attempt are still there, and what they were.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
    thread,
};

use spinloom_diagnostics::Result;

use crate::{
    ContentHash, Datastore, Manifest, ManifestRef, Piece,
    chunk::{Shelf, damaged_chunk},
    hash::{self, LEAF, Leaf},
    io::read_error,
};

impl Datastore {
    /// Checks the manifest at `at` and that everything it names is there, at its full length. What small artifacts hold is
    /// verified; the content of chunks is not read, as that could take as long as making them.
    ///
    /// # Errors
    /// `SL0403` for what is missing or damaged.
    pub fn verify(&self, at: &ManifestRef) -> Result<()> {
        let manifest = self.manifest(at)?;
        manifest.artifacts.iter().flat_map(|a| a.buffers.iter().chain([&a.stream])).try_for_each(|piece| {
            match piece {
                Piece::Inline { .. } => Ok(()),
                Piece::At { at, .. } => self.remembered(at).map(|_| ()),
                Piece::Chunk { hash, len, remote: Some(remote), .. } => {
                    self.remote_at(remote)?.check(hash, *len)
                }
                Piece::Chunk { hash, len, zstd: None, .. } => self.local().check_len(hash, *len).map(|_| ()),
                Piece::Chunk { hash, zstd: Some(_), .. } => fs::metadata(self.compressed_path(hash))
                    .map(|_| ())
                    .map_err(|e| damaged_chunk(hash).cause(e)),
            }
        })
    }

    fn remembered(&self, at: &ManifestRef) -> Result<std::sync::Arc<Manifest>> {
        self.open_pack(at)?.recent(at)
    }

    /// Reads a chunk of this disk, raw or compressed, and checks every byte of it. Memory is bounded for raw ones.
    ///
    /// # Errors
    /// `SL0403` if it is missing or damaged, `SL0401` if it cannot be read.
    pub fn verify_chunk(&self, hash: &ContentHash, len: u64, compressed: bool) -> Result<()> {
        self.local().verify(hash, len, compressed)
    }
}

impl Shelf {
    /// Checks every byte of a chunk.
    pub(crate) fn verify(&self, hash: &ContentHash, len: u64, compressed: bool) -> Result<()> {
        let good = if compressed {
            hash.matches(&self.read_compressed(hash, len)?)
        } else {
            let path = self.check_len(hash, len)?;
            file_matches(&path, len, hash).map_err(|e| read_error(&path, &e))?
        };
        if good { Ok(()) } else { Err(damaged_chunk(hash).cause("its bytes do not have its hash")) }
    }
}

/// Whether the file holds the `len` bytes that have this hash.
pub(crate) fn file_matches(path: &Path, len: u64, hash: &ContentHash) -> io::Result<bool> {
    let file = File::open(path)?;
    let count = len.div_ceil(LEAF as u64).max(1);
    let half = count / 2;
    let (first, second) = thread::scope(|scope| {
        let helper = thread::Builder::new().spawn_scoped(scope, || leaves_of(&file, len, half..count));
        let first = leaves_of(&file, len, 0..half);
        let second = helper.ok().and_then(|helper| helper.join().ok());
        (first, second.unwrap_or_else(|| leaves_of(&file, len, half..count)))
    });
    let mut leaves = first?;
    leaves.extend(second?);
    if ContentHash::of_leaves(&leaves) == *hash {
        return Ok(true);
    }
    // As the first version of the format hashed it.
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file)?;
    Ok(hasher.finalize().as_bytes() == hash.as_bytes())
}

fn leaves_of(file: &File, len: u64, which: std::ops::Range<u64>) -> io::Result<Vec<Leaf>> {
    let mut bytes = vec![0; LEAF];
    which
        .map(|i| {
            let at = i * LEAF as u64;
            let part = &mut bytes[..(len - at).min(LEAF as u64) as usize];
            file.read_exact_at(part, at)?;
            Ok(hash::leaf(part))
        })
        .collect()
}
