//! What one attempt saves.

use std::{
    borrow::{Borrow, Cow},
    collections::BTreeMap,
};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{ArtifactName, FlowName, RunId, StepName, TaskId};

use crate::{
    ArtifactEntry, Compress, ContentHash, Datastore, Described, Json, Manifest, ManifestRef, Piece, Spool,
    frames,
    manifest::{Header, MANIFEST_VERSION},
    mapped::Mappings,
    probe, record,
    remote::Uploads,
    spool::Spooled,
};

/// The encoding of what no custom serializer made.
pub const ENCODING: &str = "pickle-v5";

/// Whether bytes of this encoding are a pickle: ours, or one of another protocol that was imported (AR-07).
pub fn is_pickle(encoding: &str) -> bool {
    encoding.starts_with("pickle-v")
}
/// A piece up to this long lies in the record itself …
pub const INLINE_PIECE: usize = 64 << 10;
/// … as long as the record has no more than this of them.
pub const INLINE_RECORD: usize = 1 << 20;

/// Which attempt it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttemptId {
    /// The flow.
    pub flow: FlowName,
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepName,
    /// The task.
    pub task: TaskId,
    /// From 0.
    pub attempt: u32,
}

/// Collects the artifacts of one attempt and makes its record.
///
/// Large pieces become chunks at once; nothing is visible to anybody before the engine appends the record.
pub struct AttemptWriter {
    store: Datastore,
    id: AttemptId,
    base: Option<ManifestRef>,
    artifacts: BTreeMap<ArtifactName, Pending>,
    /// Bytes of all [`Part::Inline`] in `artifacts`.
    inline: usize,
    /// Chunks on their way to the object store, if there is one.
    uploads: Option<Uploads>,
}

pub(crate) struct Pending {
    pub(crate) what: Described,
    /// It was made by an earlier task.
    pub(crate) carried: bool,
    pub(crate) home: Option<ManifestRef>,
    pub(crate) size: u64,
    pub(crate) hash: ContentHash,
    pub(crate) stream: Part,
    pub(crate) buffers: Vec<Part>,
}

pub(crate) enum Part {
    Inline(Box<[u8]>),
    Elsewhere(Piece),
}

impl Part {
    fn inline_len(&self) -> usize {
        match self {
            Self::Inline(bytes) => bytes.len(),
            Self::Elsewhere(_) => 0,
        }
    }

    /// Where it is, after appending it to `payload` if it has to be there.
    fn place(self, payload: &mut Vec<u8>) -> Piece {
        match self {
            Self::Elsewhere(piece) => piece,
            Self::Inline(bytes) => {
                let (offset, len) = (payload.len() as u64, bytes.len() as u64);
                payload.extend_from_slice(&bytes);
                Piece::Inline { offset, len }
            }
        }
    }
}

impl AttemptWriter {
    /// Nothing saved yet. `base` names the manifest with what every task of the run has.
    pub fn new(store: Datastore, id: AttemptId, base: Option<ManifestRef>) -> Self {
        Self { store, id, base, artifacts: BTreeMap::new(), inline: 0, uploads: None }
    }

    /// Whether nothing was saved or inherited; then there is no need for a record.
    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty()
    }

    /// Saves an artifact, in place of any earlier one called `name`. Answers the hash of its content.
    ///
    /// # Errors
    /// `SL0404` or `SL0401` if a chunk cannot be written, `SL0002` if the name is not allowed. An earlier one stays then.
    pub fn save<'a, N: Borrow<str> + ?Sized>(
        &mut self,
        name: &N,
        what: impl Into<Described>,
        stream: impl Into<Stream<'a>>,
        buffers: &[&[u8]],
    ) -> Result<ContentHash> {
        let name = ArtifactName::new(name.borrow())?;
        let mut room = INLINE_RECORD.saturating_sub(self.inline - self.inline_of(&name));
        let (stream, stream_hash, stream_len) = self.stream(stream.into(), &mut room)?;
        // Only now: pickling may have written to what is mapped.
        let mappings = buffers.iter().any(|b| Mappings::may_be(b)).then(Mappings::read).flatten();
        let mut parts = Vec::with_capacity(buffers.len());
        let mut hashes = Vec::with_capacity(buffers.len());
        for bytes in buffers {
            let (part, hash) = self.buffer(bytes, mappings.as_ref(), &mut room)?;
            parts.push(part);
            hashes.push(hash);
        }
        let hash = ContentHash::of_artifact(stream_hash, &hashes);
        let pending = Pending {
            what: what.into(),
            carried: false,
            home: None,
            size: stream_len + buffers.iter().map(|b| b.len() as u64).sum::<u64>(),
            hash,
            stream,
            buffers: parts,
        };
        self.put(name, pending);
        Ok(hash)
    }

    /// Carries on an artifact of `from` (or one [`Datastore::find`] answered for it) without touching its bytes.
    pub fn inherit(&mut self, from: &Manifest, entry: &ArtifactEntry) {
        self.refer(entry.seen_from_outside(from.at()));
    }

    /// The record, ready for [`Pack::append`](crate::Pack::append), once everything it names is where it says.
    ///
    /// # Errors
    /// `SL0406` or `SL0407` if an object store does not take it.
    /// `SL0901` if there are so many artifacts that a record cannot name them.
    pub fn finish(self) -> Result<Vec<u8>> {
        if let Some(uploads) = self.uploads {
            uploads.finish()?;
        }
        let AttemptId { flow, run, step, task, attempt } = self.id;
        let mut payload = Vec::with_capacity(self.inline);
        let mut artifacts = Vec::with_capacity(self.artifacts.len());
        for (name, pending) in self.artifacts {
            artifacts.push(ArtifactEntry {
                name,
                type_name: pending.what.type_name,
                size: pending.size,
                hash: pending.hash,
                encoding: pending.what.encoding,
                serializer: pending.what.serializer,
                preview: pending.what.preview,
                home: pending.home,
                stream: pending.stream.place(&mut payload),
                buffers: pending.buffers.into_iter().map(|part| part.place(&mut payload)).collect(),
            });
        }
        let version = MANIFEST_VERSION;
        let header = Header { version, flow, run, step, task, attempt, base: self.base, artifacts };
        let mut bytes = vec![0; record::HEAD];
        serde_json::to_writer(&mut bytes, &header)
            .map_err(|e| Error::new(codes::INTERNAL, "a manifest cannot be written").cause(e))?;
        bytes.extend_from_slice(&payload);
        if record::seal(&mut bytes, payload.len()) {
            return Ok(bytes);
        }
        Err(Error::new(codes::INTERNAL, "a manifest has too many artifacts"))
    }

    /// Where it saves.
    pub fn store(&self) -> &Datastore {
        &self.store
    }

    /// The hash of the artifact called `name`, if one is saved.
    pub fn hash_of(&self, name: &str) -> Option<ContentHash> {
        self.artifacts.get(name).map(|pending| pending.hash)
    }

    /// What is saved so far, by name.
    pub fn contents(&self) -> impl Iterator<Item = Content<'_>> {
        self.artifacts.iter().map(|(name, pending)| Content {
            name: name.as_str(),
            what: &pending.what,
            carried: pending.carried,
        })
    }

    /// Says what people are shown of the artifact called `name`, if one is saved.
    pub fn describe(&mut self, name: &str, preview: Json) {
        if let Some(pending) = self.artifacts.get_mut(name) {
            pending.what.preview = Some(preview);
        }
    }

    pub(crate) fn put(&mut self, name: ArtifactName, pending: Pending) {
        self.inline -= self.inline_of(&name);
        self.artifacts.insert(name.clone(), pending);
        self.inline += self.inline_of(&name);
    }

    /// Inline bytes of the artifact called `name`, if there is one.
    fn inline_of(&self, name: &ArtifactName) -> usize {
        let Some(pending) = self.artifacts.get(name) else { return 0 };
        pending.stream.inline_len() + pending.buffers.iter().map(Part::inline_len).sum::<usize>()
    }

    /// Puts a stream where it belongs.
    fn stream(&mut self, stream: Stream<'_>, room: &mut usize) -> Result<(Part, ContentHash, u64)> {
        let spooled = match stream {
            Stream::Bytes(bytes) => Cow::Borrowed(bytes),
            Stream::Spool(spool) => match spool.finish()? {
                Spooled::Bytes(bytes) => Cow::Owned(bytes),
                Spooled::Chunk { hash, len, zstd } => {
                    return Ok((self.chunk(hash, len, zstd)?, hash, len));
                }
            },
        };
        let bytes: &[u8] = &spooled;
        let hash = ContentHash::of(bytes);
        let pays = |level: Compress| match level {
            Compress::Auto => bytes.len() > INLINE_PIECE && probe::pays(&[bytes]),
            Compress::Always => true,
            Compress::Never => false,
        };
        let level = if self.store.compress() == Compress::Always { frames::SMALL } else { frames::QUICK };
        let part = self.part(bytes, &hash, room, pays(self.store.compress()).then_some(level))?;
        Ok((part, hash, bytes.len() as u64))
    }

    /// Puts a buffer where it belongs. One that is mapped from a chunk and unchanged is there already.
    fn buffer(
        &mut self,
        bytes: &[u8],
        mappings: Option<&Mappings>,
        room: &mut usize,
    ) -> Result<(Part, ContentHash)> {
        let (shelf, len) = (self.store.shelf()?, bytes.len() as u64);
        if let Some(mappings) = mappings.filter(|_| Mappings::may_be(bytes))
            && let Some(hash) = mappings.unchanged(bytes, shelf.folder())
            && shelf.keeps_raw(&hash, len)
        {
            return Ok((self.chunk(hash, len, None)?, hash));
        }
        let always = self.store.compress() == Compress::Always;
        if bytes.len() <= INLINE_PIECE || always {
            let hash = ContentHash::of(bytes);
            return Ok((self.part(bytes, &hash, room, always.then_some(frames::SMALL))?, hash));
        }
        let hash = shelf.put_buffer(bytes)?;
        Ok((self.chunk(hash, len, None)?, hash))
    }

    /// Puts `bytes` in the record while there is `room`, else in a chunk, compressed if there is a `level`.
    fn part(
        &mut self,
        bytes: &[u8],
        hash: &ContentHash,
        room: &mut usize,
        level: Option<i32>,
    ) -> Result<Part> {
        if bytes.len() <= INLINE_PIECE && bytes.len() <= *room {
            *room -= bytes.len();
            return Ok(Part::Inline(bytes.into()));
        }
        let zstd = match level {
            Some(level) => self.store.shelf()?.put_compressed(hash, bytes, level)?,
            None => {
                self.store.shelf()?.put_raw(hash, bytes)?;
                None
            }
        };
        self.chunk(*hash, bytes.len() as u64, zstd)
    }

    /// A chunk that is on the shelf now. If the store is remote, it is on its way there, too.
    fn chunk(&mut self, hash: ContentHash, len: u64, zstd: Option<u64>) -> Result<Part> {
        if self.uploads.is_none() {
            self.uploads = self.store.uploads()?;
        }
        let remote = self.uploads.as_ref().map(|uploads| uploads.send(hash, len)).transpose()?;
        Ok(Part::Elsewhere(Piece::Chunk { hash, len, zstd, remote }))
    }
}

/// An artifact that an attempt has saved.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub what: &'a Described,
    /// Whether an earlier task made it.
    pub carried: bool,
}

/// A pickle stream to be saved: bytes, or what took them.
pub enum Stream<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// What it was written to.
    Spool(Box<Spool>),
}

impl<'a> From<&'a [u8]> for Stream<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Stream<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Stream<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Spool> for Stream<'_> {
    fn from(spool: Spool) -> Self {
        Self::Spool(Box::new(spool))
    }
}
