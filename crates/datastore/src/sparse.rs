//! Writing many bytes while they are hashed.

use std::{fs::File, io, os::unix::fs::FileExt as _, thread};

use crate::hash::{ContentHash, LEAF, is_zero};

/// Bytes of one call of the kernel's. Larger ones are no faster.
const WRITE: usize = 8 * LEAF;

/// Writes `bytes` to the empty `file`, leaves of zeros as holes, while a second thread hashes them.
pub(crate) fn write_and_hash(file: &File, bytes: &[u8]) -> io::Result<ContentHash> {
    thread::scope(|scope| {
        let hasher = thread::Builder::new().spawn_scoped(scope, || ContentHash::of_alone(bytes));
        write(file, bytes)?;
        let hash = hasher.ok().and_then(|hasher| hasher.join().ok());
        Ok(hash.unwrap_or_else(|| ContentHash::of_alone(bytes)))
    })
}

/// Writes `bytes` to the empty `file`, leaves of zeros as holes.
pub(crate) fn write(file: &File, bytes: &[u8]) -> io::Result<()> {
    let mut at = 0;
    for run in bytes.chunk_by_leaves() {
        if !is_zero(&run[..run.len().min(LEAF)]) {
            for (i, part) in run.chunks(WRITE).enumerate() {
                file.write_all_at(part, (at + i * WRITE) as u64)?;
            }
        }
        at += run.len();
    }
    file.set_len(bytes.len() as u64)
}

trait ChunkByLeaves {
    /// Runs of leaves that are all zero, or none of which is.
    fn chunk_by_leaves(&self) -> impl Iterator<Item = &[u8]>;
}

impl ChunkByLeaves for [u8] {
    fn chunk_by_leaves(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let mut leaves = rest.chunks(LEAF);
            let zero = is_zero(leaves.next()?);
            let more: usize = leaves.take_while(|leaf| is_zero(leaf) == zero).map(<[u8]>::len).sum();
            let (run, after) = rest.split_at((LEAF + more).min(rest.len()));
            rest = after;
            Some(run)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::MetadataExt as _};

    use super::*;

    #[test]
    fn what_is_written_is_what_was_given_and_zeros_take_no_room() {
        let dir = tempfile::tempdir().unwrap();
        let leaves: [u8; 12] = [0, 0, 1, 2, 0, 3, 3, 3, 0, 0, 0, 0];
        let mut bytes: Vec<u8> = leaves.iter().flat_map(|leaf| std::iter::repeat_n(*leaf, LEAF)).collect();
        for tail in [0, 5] {
            bytes.truncate(12 * LEAF);
            bytes.resize(12 * LEAF + tail, 0);
            let path = dir.path().join(tail.to_string());
            let file = File::create(&path).unwrap();
            let hash = write_and_hash(&file, &bytes).unwrap();
            assert_eq!(hash, ContentHash::of(&bytes));
            assert_eq!(fs::read(&path).unwrap(), bytes);
            assert!(fs::metadata(&path).unwrap().blocks() * 512 < 6 * LEAF as u64);
        }
    }
}
