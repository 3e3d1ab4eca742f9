//! Reading artifacts: which a manifest has, and the bytes of one.

use std::{path::PathBuf, sync::Arc};

use spinloom_diagnostics::{Error, Result};

use crate::{
    ArtifactEntry, ContentHash, Datastore, Json, Manifest, ManifestRef, Piece,
    chunk::{Shelf, damaged_chunk},
    io::corrupt,
};

/// How long a preview is at most that is copied rather than referred to.
pub(crate) const CARRIED_PREVIEW: usize = 128;

/// The bytes of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The pickle stream.
    pub stream: Vec<u8>,
    /// The out-of-band buffers, in the order the pickler gave them.
    pub buffers: Vec<Buffer>,
}

/// One out-of-band buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buffer {
    /// A small one, read and verified.
    Bytes(Vec<u8>),
    /// A large one: the file holds it and nothing else. Map it privately; its length is checked, its hash is not.
    File {
        /// The file.
        path: PathBuf,
        /// How long it is.
        len: u64,
    },
}

/// Bytes, or the file that has them, and their hash.
struct Fetched {
    buffer: Buffer,
    hash: ContentHash,
}

impl Datastore {
    /// The bytes of `artifact`, which is one of `manifest` or one [`find`](Self::find) or
    /// [`artifacts`](Self::artifacts) answered for it.
    ///
    /// # Errors
    /// `SL0403` if any of them is missing or damaged.
    pub fn payload(&self, manifest: &Manifest, artifact: &ArtifactEntry) -> Result<Payload> {
        self.fetch(manifest, artifact).map_err(|e| {
            let what = format!("artifact `{}` of {} cannot be read", artifact.name, owner(manifest));
            let error = e.causes().iter().fold(Error::new(e.code(), what).cause(e.message()), Error::cause);
            e.hints().iter().fold(error, Error::hint)
        })
    }

    fn fetch(&self, manifest: &Manifest, artifact: &ArtifactEntry) -> Result<Payload> {
        let (stream, stream_hash) = self.stream(manifest, &artifact.stream)?;
        let mut buffers = Vec::with_capacity(artifact.buffers.len());
        let mut hashes = Vec::with_capacity(artifact.buffers.len());
        for piece in &artifact.buffers {
            let Fetched { buffer, hash } = self.buffer(manifest, piece)?;
            buffers.push(buffer);
            hashes.push(hash);
        }
        if ContentHash::of_artifact(stream_hash, &hashes) != artifact.hash {
            return Err(corrupt("its bytes do not have the hash they were saved with".into()));
        }
        Ok(Payload { stream, buffers })
    }

    fn stream(&self, manifest: &Manifest, piece: &Piece) -> Result<(Vec<u8>, ContentHash)> {
        if let Piece::Chunk { hash, .. } = piece {
            return Ok((self.chunk_bytes(piece)?, *hash));
        }
        let bytes = self.inline(manifest, piece)?;
        let hash = ContentHash::of(&bytes);
        Ok((bytes, hash))
    }

    fn buffer(&self, manifest: &Manifest, piece: &Piece) -> Result<Fetched> {
        if let Piece::Chunk { hash, len, zstd: None, remote } = piece {
            let shelf = self.shelf_with(hash, *len, remote.as_deref())?;
            if self.verifies() && shelf.verify(hash, *len, false).is_err() {
                self.fetch_anew(&shelf, hash, *len, remote.as_deref())?;
                shelf.verify(hash, *len, false)?;
            }
            let path = shelf.check_len(hash, *len)?;
            return Ok(Fetched { buffer: Buffer::File { path, len: *len }, hash: *hash });
        }
        let (bytes, hash) = self.stream(manifest, piece)?;
        Ok(Fetched { buffer: Buffer::Bytes(bytes), hash })
    }

    /// All bytes of a chunk, verified.
    fn chunk_bytes(&self, piece: &Piece) -> Result<Vec<u8>> {
        let Piece::Chunk { hash, len, zstd, remote } = piece else { return Ok(Vec::new()) };
        let shelf = self.shelf_with(hash, *len, remote.as_deref())?;
        let read =
            || if zstd.is_some() { shelf.read_compressed(hash, *len) } else { shelf.read_raw(hash, *len) };
        match read() {
            Ok(bytes) if hash.matches(&bytes) => return Ok(bytes),
            Err(e) if remote.is_none() => return Err(e),
            _ => self.fetch_anew(&shelf, hash, *len, remote.as_deref())?,
        }
        read().and_then(|bytes| if hash.matches(&bytes) { Ok(bytes) } else { Err(damaged_chunk(hash)) })
    }

    /// Where the cache has a chunk, and it is damaged, what is behind it may be good.
    fn fetch_anew(&self, shelf: &Shelf, hash: &ContentHash, len: u64, remote: Option<&str>) -> Result<()> {
        if remote.is_some() {
            shelf.forget(hash);
            self.shelf_with(hash, len, remote)?;
        }
        Ok(())
    }

    /// Bytes that lie in a payload; none for a chunk.
    pub(crate) fn inline(&self, manifest: &Manifest, piece: &Piece) -> Result<Vec<u8>> {
        match piece {
            Piece::Inline { offset, len } => {
                let at = manifest.at();
                self.open_pack(at)?.payload(at, manifest.payload_start(), *offset, *len)
            }
            Piece::At { at, offset, len } => {
                let pack = self.open_pack(at)?;
                pack.payload(at, pack.payload_start(at)?, *offset, *len)
            }
            Piece::Chunk { .. } => Ok(Vec::new()),
        }
    }

    /// The artifact called `name` of `manifest`, or else of its base, and which of the two has it.
    /// Wherever it is, [`payload`](Self::payload) and [`AttemptWriter::inherit`](crate::AttemptWriter::inherit) take it
    /// together with `manifest`.
    ///
    /// # Errors
    /// `SL0403` if the base is missing or damaged.
    pub fn find(&self, manifest: &Manifest, name: &str) -> Result<Option<(ManifestRef, ArtifactEntry)>> {
        if let Some(own) = manifest.own(name) {
            return Ok(Some((manifest.at().clone(), own.clone())));
        }
        let Some(base) = self.base(manifest)? else { return Ok(None) };
        Ok(base.own(name).map(|entry| (base.at().clone(), entry.seen_from_outside(base.at()))))
    }

    /// All artifacts of `manifest`, its base's included, sorted by name; its own win.
    ///
    /// # Errors
    /// `SL0403` if the base is missing or damaged.
    pub fn artifacts(&self, manifest: &Manifest) -> Result<Vec<ArtifactEntry>> {
        let mut all = manifest.artifacts.clone();
        if let Some(base) = self.base(manifest)? {
            let others = base.artifacts.iter().filter(|entry| manifest.own(entry.name.as_str()).is_none());
            all.extend(others.map(|entry| entry.seen_from_outside(base.at())));
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// What people are shown of an artifact.
    ///
    /// # Errors
    /// `SL0403` if the manifest that has it is missing or damaged.
    pub fn preview(&self, artifact: &ArtifactEntry) -> Result<Option<Json>> {
        let Some(home) = &artifact.home else { return Ok(artifact.preview.clone()) };
        let manifest = self.recent_manifest(home)?;
        let own = manifest.own(artifact.name.as_str()).filter(|own| own.hash == artifact.hash);
        Ok(own.and_then(|own| own.preview.clone()))
    }

    fn base(&self, manifest: &Manifest) -> Result<Option<Arc<Manifest>>> {
        let Some(at) = &manifest.base else { return Ok(None) };
        self.recent_manifest(at).map(Some)
    }
}

impl ArtifactEntry {
    /// The same artifact, as an entry of any other manifest than `home`, whose entry this is.
    pub(crate) fn seen_from_outside(&self, home: &ManifestRef) -> Self {
        // Carried through a thousand tasks, a preview is stored once, too.
        let carried = self.preview.as_ref().filter(|preview| preview.text().len() <= CARRIED_PREVIEW);
        let left = self.preview.is_some() && carried.is_none();
        Self {
            stream: self.stream.seen_from_outside(home),
            buffers: self.buffers.iter().map(|b| b.seen_from_outside(home)).collect(),
            preview: carried.cloned(),
            home: self.home.clone().or_else(|| left.then(|| home.clone())),
            name: self.name.clone(),
            type_name: self.type_name.clone(),
            encoding: self.encoding.clone(),
            serializer: self.serializer.clone(),
            ..*self
        }
    }
}

fn owner(manifest: &Manifest) -> String {
    let Manifest { flow, run, step, task, attempt, .. } = manifest;
    format!("`{flow}/{run}/{step}/{task}`, attempt {attempt},")
}
