//! An object store that is a folder, and what machines save there.

use std::{fs, path::PathBuf};

use spinloom_datastore::{AttemptId, AttemptWriter, Buffer, Datastore, ManifestRef, StorePolicy};
use spinloom_flow::{StepName, TaskId};

use super::{flow, run};

/// An object store that is a folder, and machines that use it.
pub struct Cloud(pub tempfile::TempDir);

impl Cloud {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn policy(&self, machine: &str) -> StorePolicy {
        StorePolicy {
            remote: Some(format!("file://{}", self.0.path().join("objects").display())),
            cache: Some(self.0.path().join(machine).join("cache")),
            ..StorePolicy::default()
        }
    }

    /// The store of a machine that has nothing, unless it was used before.
    pub fn machine(&self, name: &str) -> Datastore {
        Datastore::open_with(&self.0.path().join(name).join(".spinloom"), &self.policy(name)).unwrap()
    }

    /// Files of the object store under `folder`, sorted.
    pub fn objects(&self, folder: &str) -> Vec<PathBuf> {
        let mut all = files(self.0.path().join("objects").join(folder));
        // An object that is being put has another name, with a `#`, until it is whole.
        all.retain(|file| !file.to_string_lossy().contains('#'));
        all
    }

    /// Bytes in the object store.
    pub fn size(&self) -> u64 {
        self.objects("").iter().map(|file| fs::metadata(file).unwrap().len()).sum()
    }
}

pub fn files(root: PathBuf) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

pub fn saved(store: &Datastore, task: u64, stream: &[u8], buffers: &[&[u8]]) -> ManifestRef {
    let id = AttemptId {
        flow: flow(),
        run: run(),
        step: StepName::new("train").unwrap(),
        task: TaskId(task),
        attempt: 0,
    };
    let mut writer = AttemptWriter::new(store.clone(), id, None);
    writer.save("x", "ndarray", stream, buffers).unwrap();
    let mut pack = store.pack(&flow(), &run()).unwrap();
    let at = pack.append(&writer.finish().unwrap()).unwrap();
    pack.sync().unwrap();
    at
}

pub type Read = Result<(Vec<u8>, Vec<Vec<u8>>), spinloom_diagnostics::Error>;

pub fn read(store: &Datastore, at: &ManifestRef) -> Read {
    let manifest = store.manifest(at)?;
    let payload = store.payload(&manifest, &manifest.artifacts[0])?;
    let bytes = |buffer| match buffer {
        Buffer::Bytes(bytes) => bytes,
        Buffer::File { path, .. } => fs::read(path).unwrap(),
    };
    Ok((payload.stream, payload.buffers.into_iter().map(bytes).collect()))
}
