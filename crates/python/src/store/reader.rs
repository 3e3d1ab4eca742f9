//! Metadata and datastore of one store, open for reading. Knows no Python.

use std::path::Path;

use spinloom_datastore::{ArtifactEntry, Datastore, Manifest, Payload};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{ArtifactName, FlowName, RunId, TaskId};
use spinloom_metadata::{Provider as _, SqliteProvider};

/// The metadata of a store, in its folder.
pub(super) const METADATA: &str = "metadata.db";

/// A store that exists.
pub(super) struct Reader {
    store: Datastore,
    provider: SqliteProvider,
    process: u32,
}

impl Reader {
    /// Opens the store at `root` unless `slot` has it open already; leaves `slot` empty while there is none.
    pub(super) fn renew(slot: &mut Option<Self>, root: &Path) -> Result<()> {
        let process = std::process::id();
        if slot.as_ref().is_some_and(|reader| reader.process == process) {
            return Ok(());
        }
        // An SQLite connection must not cross a fork, not even to be closed: the parent goes on using it.
        std::mem::forget(slot.take());
        let Some(store) = Datastore::open_existing(root)? else { return Ok(()) };
        if let Some(provider) = SqliteProvider::open_read(&root.join(METADATA))? {
            *slot = Some(Self { store, provider, process });
        }
        Ok(())
    }

    pub(super) fn provider(&self) -> &SqliteProvider {
        &self.provider
    }

    pub(super) fn store(&self) -> &Datastore {
        &self.store
    }

    /// The artifacts of an attempt, the latest by default, sorted by name.
    pub(super) fn artifacts(
        &self,
        flow: &FlowName,
        run: &RunId,
        task: TaskId,
        attempt: Option<u32>,
    ) -> Result<Vec<ArtifactEntry>> {
        match self.manifest(flow, run, task, attempt)? {
            Some(manifest) => self.store.artifacts(&manifest),
            None => Ok(Vec::new()),
        }
    }

    /// The bytes of one artifact.
    pub(super) fn payload(
        &self,
        flow: &FlowName,
        run: &RunId,
        task: TaskId,
        attempt: Option<u32>,
        name: &ArtifactName,
    ) -> Result<Option<Payload>> {
        let Some(manifest) = self.manifest(flow, run, task, attempt)? else { return Ok(None) };
        match self.store.find(&manifest, name.as_str())? {
            Some((_, entry)) => self.store.payload(&manifest, &entry).map(Some),
            None => Ok(None),
        }
    }

    /// What an attempt saved; nothing if it was never made or saved nothing.
    fn manifest(
        &self,
        flow: &FlowName,
        run: &RunId,
        task: TaskId,
        attempt: Option<u32>,
    ) -> Result<Option<Manifest>> {
        let Some(record) = self.provider.task(flow, run, task)? else { return Ok(None) };
        let address = if attempt.is_none_or(|attempt| attempt == record.attempt) {
            record.manifest
        } else {
            let attempts = self.provider.attempts(flow, run, task)?;
            attempts.into_iter().find(|a| Some(a.attempt) == attempt).and_then(|a| a.manifest)
        };
        address.map(|address| self.store.manifest(&address.parse()?)).transpose()
    }

    /// The code package of a run, if one was kept.
    pub(super) fn code_package(&self, flow: &FlowName, run: &RunId) -> Result<Option<Vec<u8>>> {
        let Some(record) = self.provider.run(flow, run)? else { return Ok(None) };
        match record.info.get("code_package").and_then(|p| p.get("hash")).and_then(|h| h.as_str()) {
            Some(hash) => self.store.read_chunk(&hash.parse()?).map(Some),
            None => Ok(None),
        }
    }
}

/// Something that was asked for does not exist.
pub(super) fn not_found(what: String) -> Error {
    Error::new(codes::NOT_FOUND, what)
}
