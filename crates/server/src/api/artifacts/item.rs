//! One artifact in an answer.

use serde::Serialize;
use serde_json::value::RawValue;
use spinloom_datastore::{ArtifactEntry, Datastore, Manifest, ManifestRef, is_pickle, pickle};
use spinloom_diagnostics::Result;
use utoipa::ToSchema;

/// A pickle up to this long is looked at if nobody noted what it looks like.
const PEEKED: u64 = 1 << 20;

/// An artifact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Artifact {
    /// Its name.
    pub(crate) name: String,
    /// The Python type of the value.
    #[schema(example = "pandas.DataFrame")]
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Bytes, uncompressed.
    pub(crate) size: u64,
    /// The hash of what it holds: equal values have equal hashes.
    pub(crate) hash: String,
    /// How the value became bytes.
    #[schema(example = "pickle-v5")]
    pub(crate) encoding: String,
    /// What it looks like: `schemas/artifact-preview.json`. Null if nobody can say without loading it.
    #[schema(value_type = serde_json::Value)]
    pub(crate) preview: Option<Box<RawValue>>,
}

impl Artifact {
    /// With its preview, which may have to be looked for elsewhere; a damaged one is none.
    pub(crate) fn read(store: &Datastore, manifest: &Manifest, entry: &ArtifactEntry) -> Self {
        let noted = store.preview(entry).ok().flatten();
        let noted = noted.and_then(|preview| RawValue::from_string(preview.text().to_owned()).ok());
        Self { preview: noted.or_else(|| peeked(store, manifest, entry)), ..Self::plain(entry) }
    }

    /// Without its preview.
    pub(crate) fn plain(entry: &ArtifactEntry) -> Self {
        Self {
            name: entry.name.to_string(),
            kind: entry.type_name.clone(),
            size: entry.size,
            hash: entry.hash.to_string(),
            encoding: entry.encoding.clone(),
            preview: None,
        }
    }
}

/// What a pickle without a preview would make, if it is plain.
fn peeked(store: &Datastore, manifest: &Manifest, entry: &ArtifactEntry) -> Option<Box<RawValue>> {
    if !is_pickle(&entry.encoding) || entry.stream.size() > PEEKED || !entry.buffers.is_empty() {
        return None;
    }
    let payload = store.payload(manifest, entry).ok()?;
    RawValue::from_string(pickle::preview(&payload.stream)?.to_string()).ok()
}

/// Whether it is of no concern to people.
pub(crate) fn is_private(entry: &ArtifactEntry) -> bool {
    entry.name.as_str().starts_with('_')
}

/// The artifacts that a manifest has, those that all tasks of its run share included, by name; none without a manifest.
///
/// # Errors
/// A manifest that is missing or damaged.
pub(crate) fn of_manifest(store: &Datastore, manifest: Option<&str>, private: bool) -> Result<Vec<Artifact>> {
    let Some(address) = manifest else { return Ok(Vec::new()) };
    let manifest = store.manifest(&address.parse::<ManifestRef>()?)?;
    let entries = store.artifacts(&manifest)?;
    let wanted = entries.iter().filter(|entry| private || !is_private(entry));
    Ok(wanted.map(|entry| Artifact::read(store, &manifest, entry)).collect())
}
