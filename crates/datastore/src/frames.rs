//! Compressed chunks: one zstd frame for each leaf, one after the other, so that leaves can be compressed side by side.

use std::{fs::File, io, io::Write as _, thread};

use crate::hash::LEAF;

/// Quick, and smaller than gzip makes it.
pub(crate) const QUICK: i32 = 1;
/// For who wants room rather than time.
pub(crate) const SMALL: i32 = 5;

/// Compresses one leaf.
pub(crate) fn frame(leaf: &[u8], level: i32) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(leaf, level)
}

/// Writes `bytes` as frames; a second thread helps with many.
pub(crate) fn write(file: &mut File, bytes: &[u8], level: i32) -> io::Result<()> {
    for pair in bytes.chunks(2 * LEAF) {
        let (first, second) = pair.split_at(pair.len().min(LEAF));
        let (first, second) = thread::scope(|scope| {
            let many = !second.is_empty();
            let helper = many.then(|| thread::Builder::new().spawn_scoped(scope, || frame(second, level)));
            let first = frame(first, level);
            let second = match helper {
                None => Ok(Vec::new()),
                // A machine that gives no thread gets by without.
                Some(helper) => {
                    helper.ok().and_then(|helper| helper.join().ok()).unwrap_or_else(|| frame(second, level))
                }
            };
            (first, second)
        });
        file.write_all(&first?)?;
        file.write_all(&second?)?;
    }
    Ok(())
}
