//! What a set of manifests needs: chunks, and packs of other runs.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId};

use crate::{ChunkInfo, ContentHash, Datastore, Manifest, ManifestRef, Piece};

/// What is needed by the manifests added so far.
#[derive(Debug, Default)]
pub struct Live {
    manifests: HashSet<ManifestRef>,
    chunks: HashSet<(ContentHash, bool)>,
    packs: BTreeSet<(FlowName, RunId)>,
    objects: HashSet<ContentHash>,
    locations: BTreeSet<Arc<str>>,
}

impl Live {
    /// Adds the manifest at `at` and everything it needs.
    ///
    /// # Errors
    /// `SL0403` if it, or what it shares with its run, is missing or damaged: nobody knows then what else is needed.
    pub fn add(&mut self, store: &Datastore, at: &ManifestRef) -> Result<()> {
        if !self.manifests.insert(at.clone()) {
            return Ok(());
        }
        let manifest = store.manifest(at)?;
        self.add_entries(&manifest);
        match &manifest.base {
            Some(base) => self.add(store, base),
            None => Ok(()),
        }
    }

    /// Adds a chunk that no manifest names, such as a code package; wherever it is.
    pub fn add_chunk(&mut self, hash: ContentHash) {
        self.chunks.insert((hash, false));
        self.objects.insert(hash);
    }

    /// Whether a chunk of an object store is needed.
    pub fn needs_object(&self, hash: &ContentHash) -> bool {
        self.objects.contains(hash)
    }

    /// The object stores that have something of what is needed.
    pub fn locations(&self) -> &BTreeSet<Arc<str>> {
        &self.locations
    }

    /// Whether a chunk is needed.
    pub fn needs(&self, chunk: &ChunkInfo) -> bool {
        self.chunks.contains(&(chunk.hash, chunk.compressed))
    }

    /// Whether something in the pack of this run is needed.
    pub fn needs_pack(&self, flow: &FlowName, run: &RunId) -> bool {
        self.packs.contains(&(flow.clone(), run.clone()))
    }

    /// The runs whose packs are needed.
    pub fn packs(&self) -> impl Iterator<Item = &(FlowName, RunId)> {
        self.packs.iter()
    }

    fn add_entries(&mut self, manifest: &Manifest) {
        self.add_pack(manifest.at());
        for entry in &manifest.artifacts {
            if let Some(home) = &entry.home {
                self.add_pack(home);
            }
            for piece in entry.buffers.iter().chain([&entry.stream]) {
                match piece {
                    Piece::Inline { .. } => {}
                    Piece::At { at, .. } => self.add_pack(at),
                    // What is in an object store is nothing of this disk's.
                    Piece::Chunk { hash, remote: Some(at), .. } => {
                        self.objects.insert(*hash);
                        self.locations.insert(Arc::clone(at));
                    }
                    Piece::Chunk { hash, zstd, .. } => {
                        self.chunks.insert((*hash, zstd.is_some()));
                    }
                }
            }
        }
    }

    fn add_pack(&mut self, at: &ManifestRef) {
        let pack = (at.flow.clone(), at.run.clone());
        if !self.packs.contains(&pack) {
            self.packs.insert(pack);
        }
    }
}
