//! Names of objects, and how a chunk is cut into them.

use spinloom_flow::{FlowName, RunId};

use crate::{ContentHash, hash::LEAF};

/// A chunk is cut into this many objects at most, so that a list of them stays short.
const OBJECTS: u64 = 1024;

/// The folder of groups of leaves and of small chunks.
pub(super) const CHUNKS: &str = "chunks/";
/// The folder of lists.
pub(super) const LISTS: &str = "lists/";

/// The object of a group of leaves, or of a whole small chunk.
pub(super) fn chunk(hash: &ContentHash) -> String {
    under(CHUNKS, hash)
}

/// The object with the leaves of a large chunk.
pub(super) fn list(hash: &ContentHash) -> String {
    under(LISTS, hash)
}

fn under(folder: &str, hash: &ContentHash) -> String {
    let name = hash.to_string();
    format!("{folder}{}/{name}", &name[..2])
}

/// The folder of the packs of all runs of this name: stores that share a location count for themselves.
pub(super) fn packs(flow: &FlowName, run: &RunId) -> String {
    format!("{PACKS}{flow}/{run}/")
}

/// The folders of all packs.
pub(super) const PACKS: &str = "packs/";

/// Bytes `from` to `to` of a pack that is in `folder`. Keys are in the order of the bytes.
pub(super) fn segment(folder: &str, from: u64, to: u64) -> String {
    format!("{folder}{from:020}-{to:020}")
}

/// What says, beside its pack, which code package a run has.
pub(super) fn package(folder: &str, hash: &ContentHash, len: u64) -> String {
    format!("{folder}package-{len}-{hash}")
}

/// The package that an object of that folder speaks of.
pub(super) fn packaged(key: &str) -> Option<(ContentHash, u64)> {
    let (len, hash) = key.rsplit('/').next()?.strip_prefix("package-")?.split_once('-')?;
    Some((hash.parse().ok()?, len.parse().ok()?))
}

/// The hash that an object of `chunks/` or `lists/` is named by.
pub(super) fn hash(key: &str) -> Option<ContentHash> {
    key.rsplit('/').next()?.parse().ok()
}

/// Which bytes an object of that folder has.
pub(super) fn range(key: &str) -> Option<(u64, u64)> {
    let (from, to) = key.rsplit('/').next()?.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

/// The folder of the logs of all runs of this name.
pub(super) fn logs(flow: &FlowName, run: &RunId) -> String {
    format!("logs/{flow}/{run}/")
}

/// How many leaves go into one object of a chunk of `len` bytes.
pub(super) fn leaves_per_object(len: u64) -> usize {
    let leaves = len.div_ceil(LEAF as u64);
    usize::try_from(leaves.div_ceil(OBJECTS).next_power_of_two()).unwrap_or(1)
}

/// Whether a chunk of `len` bytes is one object without a list.
pub(super) fn is_small(len: u64) -> bool {
    len <= LEAF as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_few_objects_and_each_is_as_small_as_that_allows() {
        let mib = LEAF as u64;
        for (len, leaves) in
            [(1, 1), (mib + 1, 1), (1024 * mib, 1), (1024 * mib + 1, 2), (2049 * mib, 4), (10_000 * mib, 16)]
        {
            assert_eq!(leaves_per_object(len), leaves, "{len}");
        }
    }

    #[test]
    fn a_segment_says_which_bytes_it_has() {
        let (flow, run) = (FlowName::new("F").unwrap(), RunId::new("7").unwrap());
        let folder = packs(&flow, &run);
        let key = segment(&folder, 9, 100);
        assert_eq!(key, "packs/F/7/00000000000000000009-00000000000000000100");
        assert_eq!(range(&key), Some((9, 100)));
        assert!(segment(&folder, 10, 11) > key);
        assert_eq!(range("packs/F/7/other"), None);
        let hash = ContentHash::of(b"x");
        let key = package(&folder, &hash, 9);
        assert_eq!((packaged(&key), range(&key)), (Some((hash, 9)), None));
    }
}
