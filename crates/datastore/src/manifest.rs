//! What one attempt saved, as read from its record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{ArtifactName, FlowName, RunId, StepName, TaskId};

use crate::{ContentHash, Json, ManifestRef, Piece, artifact::CARRIED_PREVIEW, io::corrupt, record};

/// The version of the manifests this crate writes, and the newest it reads. The first knew no leaves: the hash of a chunk was the
/// BLAKE3 of all of it, see [`ContentHash::matches`].
pub const MANIFEST_VERSION: u32 = 2;

/// Values that a manifest tells of in short, at most.
const MOST_SCALARS: usize = 50;

/// The artifacts of one attempt. Only [`Datastore::manifest`](crate::Datastore::manifest) makes one, from verified bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The version of its format.
    pub version: u32,
    /// The flow.
    pub flow: FlowName,
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepName,
    /// The task.
    pub task: TaskId,
    /// The attempt, from 0.
    pub attempt: u32,
    /// The manifest whose artifacts this one has too, unless it has its own of that name.
    pub base: Option<ManifestRef>,
    /// Its own artifacts, sorted by name.
    pub artifacts: Vec<ArtifactEntry>,
    at: ManifestRef,
    payload_start: u64,
}

/// One artifact: what it is and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactEntry {
    /// Its name.
    pub name: ArtifactName,
    /// The Python type of the value, such as `int`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Bytes of stream and buffers, uncompressed.
    pub size: u64,
    /// What it holds, for comparing: see [`ContentHash::of_artifact`].
    pub hash: ContentHash,
    /// How the value became bytes: `pickle-v5`, or what a custom serializer calls it.
    pub encoding: String,
    /// What that serializer wants to know when it reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serializer: Option<Json>,
    /// What people are shown of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Json>,
    /// The manifest that has the preview, if it is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<ManifestRef>,
    /// The pickle stream.
    pub stream: Piece,
    /// The out-of-band buffers, in the order the pickler gave them.
    pub buffers: Vec<Piece>,
}

/// The header of a record.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) version: u32,
    pub(crate) flow: FlowName,
    pub(crate) run: RunId,
    pub(crate) step: StepName,
    pub(crate) task: TaskId,
    pub(crate) attempt: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<ManifestRef>,
    pub(crate) artifacts: Vec<ArtifactEntry>,
}

/// Only the version, to tell a newer header from a damaged one.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Manifest {
    /// Where it is.
    pub fn at(&self) -> &ManifestRef {
        &self.at
    }

    /// Its own artifacts that are one number, yes or no or short text, by name: the first fifty. What previews tell is told;
    /// what has none, and what names with `_` hold, is nobody's concern.
    pub fn scalars(&self) -> Map<String, Value> {
        let shown = self.artifacts.iter().filter(|entry| !entry.name.as_str().starts_with('_'));
        // Longer ones are of texts that nobody sorts by.
        let short = |preview: &&Json| preview.text().len() <= CARRIED_PREVIEW;
        let scalar = |entry: &ArtifactEntry| {
            let value = entry.preview.as_ref().filter(short)?.scalar()?;
            Some((entry.name.to_string(), value))
        };
        shown.filter_map(scalar).take(MOST_SCALARS).collect()
    }

    /// Where its payload starts in its record.
    pub(crate) fn payload_start(&self) -> u64 {
        self.payload_start
    }

    /// Its own artifact called `name`; those of its base are not looked at.
    pub(crate) fn own(&self, name: &str) -> Option<&ArtifactEntry> {
        self.artifacts.iter().find(|a| a.name.as_str() == name)
    }

    /// Reads the record at `at`, all of it and nothing else.
    pub(crate) fn decode(at: &ManifestRef, bytes: &[u8]) -> Result<Self> {
        let record = record::check(bytes).ok_or_else(|| damaged(at))?;
        let header = match serde_json::from_slice::<Header>(record.header) {
            Ok(header) if header.version <= MANIFEST_VERSION => header,
            other => return Err(unreadable(at, record.header, other.err())),
        };
        if header.flow != at.flow || header.run != at.run {
            return Err(damaged(at).cause(format!("it belongs to `{}/{}`", header.flow, header.run)));
        }
        Ok(Self {
            version: header.version,
            flow: header.flow,
            run: header.run,
            step: header.step,
            task: header.task,
            attempt: header.attempt,
            base: header.base,
            artifacts: header.artifacts,
            at: at.clone(),
            payload_start: record.head.payload_start(),
        })
    }
}

/// The record at `at` is whole, and yet its header means nothing to us: perhaps it is newer than we are.
fn unreadable(at: &ManifestRef, header: &[u8], why: Option<serde_json::Error>) -> Error {
    match serde_json::from_slice(header) {
        Ok(Version { version }) if version > MANIFEST_VERSION => Error::new(
            codes::STORE_FORMAT,
            format!("manifest `{at}` has format {version}, which is newer than this Spinloom reads"),
        )
        .hint("upgrade Spinloom"),
        _ => why.into_iter().fold(damaged(at), Error::cause),
    }
}

/// The record at `at` is not what was written.
pub(crate) fn damaged(at: &ManifestRef) -> Error {
    corrupt(format!(
        "the manifest at byte {} of the pack of run `{}/{}` is damaged or missing",
        at.offset, at.flow, at.run
    ))
}
