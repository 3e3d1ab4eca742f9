//! Whether the artifacts of an attempt are still there.

use std::fs;

use spinloom_diagnostics::Result;

use crate::{Datastore, Manifest, ManifestRef, Piece, chunk::damaged_chunk};

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
                Piece::Chunk { hash, len, zstd: None } => self.check_len(hash, *len).map(|_| ()),
                Piece::Chunk { hash, zstd: Some(_), .. } => fs::metadata(self.compressed_path(hash))
                    .map(|_| ())
                    .map_err(|e| damaged_chunk(hash).cause(e)),
            }
        })
    }

    fn remembered(&self, at: &ManifestRef) -> Result<std::sync::Arc<Manifest>> {
        self.open_pack(at)?.recent(at)
    }
}
