//! A store in a folder of its own, and short words for what the tests do with it.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod cloud;

use std::path::PathBuf;

use spinloom_datastore::{ArtifactEntry, AttemptId, AttemptWriter, Buffer, Datastore, Manifest, ManifestRef};
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

pub struct Project {
    pub dir: tempfile::TempDir,
    pub store: Datastore,
}

impl Project {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Datastore::open(&dir.path().join(".spinloom")).unwrap();
        Self { dir, store }
    }

    pub fn writer(&self, task: u64, base: Option<&ManifestRef>) -> AttemptWriter {
        let step = StepName::new("train").unwrap();
        let id = AttemptId { flow: flow(), run: run(), step, task: TaskId(task), attempt: 0 };
        AttemptWriter::new(self.store.clone(), id, base.cloned())
    }

    pub fn commit(&self, writer: AttemptWriter) -> ManifestRef {
        let mut pack = self.store.pack(&flow(), &run()).unwrap();
        pack.append(&writer.finish().unwrap()).unwrap()
    }

    /// Commits an attempt with these artifacts, none of which has buffers.
    pub fn saved(&self, task: u64, artifacts: &[(&str, &[u8])]) -> ManifestRef {
        let mut writer = self.writer(task, None);
        for (name, stream) in artifacts {
            writer.save(*name, "bytes", *stream, &[]).unwrap();
        }
        self.commit(writer)
    }

    pub fn pack_path(&self) -> PathBuf {
        self.store.root().join("runs/Flow/1/manifests.pack")
    }

    pub fn log_path(&self) -> PathBuf {
        self.store.root().join("runs/Flow/1/logs/7.0")
    }

    /// Every file under `folder` of the store, sorted.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.store.root().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }

    /// Stream and buffers of one artifact, files read.
    pub fn content(&self, manifest: &Manifest, entry: &ArtifactEntry) -> (Vec<u8>, Vec<Vec<u8>>) {
        let payload = self.store.payload(manifest, entry).unwrap();
        let buffers = payload.buffers.into_iter().map(|buffer| match buffer {
            Buffer::Bytes(bytes) => bytes,
            Buffer::File { path, len } => {
                let bytes = std::fs::read(path).unwrap();
                assert_eq!(bytes.len() as u64, len);
                bytes
            }
        });
        (payload.stream, buffers.collect())
    }
}

pub fn flow() -> FlowName {
    FlowName::new("Flow").unwrap()
}

pub fn run() -> RunId {
    RunId::new("1").unwrap()
}

/// Bytes nobody can compress, different for each `seed`.
pub fn noise(seed: u8, len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (u64::from(seed) << 32 | 1);
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..len).map(|_| byte()).collect()
}

/// Bytes that compress well, different for each `seed`.
pub fn words(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|i| if i % 97 == 0 { (i / 97) as u8 } else { seed }).collect()
}

/// A file as it is with one byte changed, put back when this is dropped.
pub struct Flipped {
    path: PathBuf,
    good: Vec<u8>,
}

impl Flipped {
    pub fn byte(path: PathBuf, index: usize) -> Self {
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[index] ^= 0x55;
        overwrite(&path, &bad);
        Self { path, good }
    }
}

impl Drop for Flipped {
    fn drop(&mut self) {
        overwrite(&self.path, &self.good);
    }
}

/// Chunks may not be written; a test that damages one is not asked.
pub fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(path, bytes).unwrap();
}
