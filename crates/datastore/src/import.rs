//! Taking artifacts of one store over into another.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use spinloom_diagnostics::Result;

use crate::{
    ArtifactEntry, AttemptWriter, Datastore, Described, Manifest, Piece,
    attempt::{Part, Pending},
    chunk::Shelf,
    io::{read_error, write_error},
};

impl AttemptWriter {
    /// Takes over an artifact of `manifest`, which is of the store `from`. Files of large ones are linked, or copied where
    /// the two stores are on different disks; the result refers to nothing outside of its own store.
    ///
    /// # Errors
    /// `SL0403` or `SL0401` if it cannot be read, `SL0404` or `SL0401` if it cannot be written.
    pub fn import(&mut self, from: &Datastore, manifest: &Manifest, entry: &ArtifactEntry) -> Result<()> {
        let take = |piece: &Piece| -> Result<Part> {
            let Piece::Chunk { hash, len, zstd, remote } = piece else {
                return Ok(Part::Inline(from.inline(manifest, piece)?.into()));
            };
            let shelf = from.shelf_with(hash, *len, remote.as_deref())?;
            let path = |shelf: &Shelf| match zstd {
                None => shelf.chunk_path(hash),
                Some(_) => shelf.compressed_path(hash),
            };
            link(&path(&shelf), self.store(), &path(self.store().local()))?;
            Ok(Part::Elsewhere(Piece::Chunk { hash: *hash, len: *len, zstd: *zstd, remote: None }))
        };
        let pending = Pending {
            what: Described {
                type_name: entry.type_name.clone(),
                encoding: entry.encoding.clone(),
                serializer: entry.serializer.clone(),
                preview: from.preview(entry)?,
            },
            carried: true,
            home: None,
            size: entry.size,
            hash: entry.hash,
            stream: take(&entry.stream)?,
            buffers: entry.buffers.iter().map(take).collect::<Result<_>>()?,
        };
        self.put(entry.name.clone(), pending);
        Ok(())
    }
}

impl AttemptWriter {
    /// Saves what is saved already: `entry` is one that [`Manifest::for_others`] answered, perhaps under another name.
    pub fn refer(&mut self, entry: ArtifactEntry) {
        let pending = Pending {
            what: Described {
                type_name: entry.type_name,
                encoding: entry.encoding,
                serializer: entry.serializer,
                preview: entry.preview,
            },
            carried: true,
            home: entry.home,
            size: entry.size,
            hash: entry.hash,
            stream: Part::Elsewhere(entry.stream),
            buffers: entry.buffers.into_iter().map(Part::Elsewhere).collect(),
        };
        self.put(entry.name, pending);
    }
}

impl Manifest {
    /// Its own artifacts, as entries of any other manifest.
    pub fn for_others(&self) -> impl Iterator<Item = ArtifactEntry> {
        self.artifacts.iter().map(|entry| entry.seen_from_outside(self.at()))
    }
}

/// Chunks are never written to again, so that one file may have two names.
fn link(source: &Path, store: &Datastore, target: &Path) -> Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
    }
    let linked = match fs::hard_link(source, target) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => true,
        other => other.is_ok(),
    };
    // The file is as old as it was there, and old files are removed here unless a manifest names them.
    if linked && store.local().drafts.freshen(target) {
        return Ok(());
    }
    let mut file = File::open(source).map_err(|e| read_error(source, &e))?;
    store.local().drafts.publish(target, 0o444, |to| io::copy(&mut file, to).map(|_| ())).map(|_| ())
}
