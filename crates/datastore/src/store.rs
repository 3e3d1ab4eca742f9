//! The folder on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};

use crate::{
    Compress, Manifest, ManifestRef, StorePolicy,
    chunk::Shelf,
    io::{corrupt, read_error, write_error},
    reader::{OpenPack, Recent},
    remote::Remotes,
};

/// The version of the store this crate writes: a reader needs the same major, and any minor.
pub const STORE_VERSION: (u32, u32) = (1, 0);
const FORMAT: &str = "spinloom-store";

/// A store: a folder of manifests, chunks and logs. Clones share what is open.
#[derive(Clone)]
pub struct Datastore(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    root: PathBuf,
    compress: Compress,
    verify: bool,
    local: Shelf,
    packs: Recent<Arc<OpenPack>>,
    pub(crate) remotes: Remotes,
}

#[derive(Serialize, Deserialize)]
struct Format {
    format: String,
    version: (u32, u32),
    /// What its writers compress unless they are told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compress: Option<Compress>,
}

impl Datastore {
    /// Opens the store in the folder `root`, and makes it if it is not there.
    ///
    /// # Errors
    /// `SL0402` if a newer Spinloom or another program made it, `SL0401` and `SL0404` if it cannot be read or made.
    pub fn open(root: &Path) -> Result<Self> {
        Self::open_with(root, &StorePolicy::default())
    }

    /// The same, to be used as `policy` says. A store that is made remembers what it is to compress.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(root: &Path, policy: &StorePolicy) -> Result<Self> {
        if let Some(store) = Self::open_existing_with(root, policy)? {
            return Ok(store);
        }
        let store = Self::at(root, policy, policy.compress);
        for folder in ["chunks", "tmp", "runs"] {
            let path = store.root().join(folder);
            fs::create_dir_all(&path).map_err(|e| write_error(&path, &e))?;
        }
        store
            .local()
            .drafts
            .publish(&root.join(".gitignore"), 0o644, |file| io::Write::write_all(file, b"*\n"))?;
        // Last, so that a store has a format only once it is complete.
        let format = Format { format: FORMAT.into(), version: STORE_VERSION, compress: policy.compress };
        let path = root.join("format.json");
        store.local().drafts.publish(&path, 0o644, |file| Ok(serde_json::to_writer(file, &format)?))?;
        Ok(store)
    }

    /// Opens the store in the folder `root` if there is one.
    ///
    /// # Errors
    /// As [`open`](Self::open); `SL0403` if its format cannot be understood.
    pub fn open_existing(root: &Path) -> Result<Option<Self>> {
        Self::open_existing_with(root, &StorePolicy::default())
    }

    /// The same, to be used as `policy` says.
    ///
    /// # Errors
    /// As [`open_existing`](Self::open_existing).
    pub fn open_existing_with(root: &Path, policy: &StorePolicy) -> Result<Option<Self>> {
        let path = root.join("format.json");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(read_error(&path, &e)),
        };
        let format: Format = serde_json::from_slice(&text)
            .map_err(|e| corrupt(format!("`{}` is not the format of a store", path.display())).cause(e))?;
        let (major, minor) = format.version;
        if format.format != FORMAT || major != STORE_VERSION.0 {
            return Err(Error::new(
                codes::STORE_FORMAT,
                format!(
                    "the store `{}` has format `{}` {major}.{minor}, and this Spinloom reads `{FORMAT}` {}.x",
                    root.display(),
                    format.format,
                    STORE_VERSION.0
                ),
            )
            .hint("upgrade Spinloom, or use another store"));
        }
        Ok(Some(Self::at(root, policy, format.compress)))
    }

    fn at(root: &Path, policy: &StorePolicy, made_with: Option<Compress>) -> Self {
        Self(Arc::new(Inner {
            root: root.to_owned(),
            // What is sent is compressed on its way; what stays here is to be mapped.
            compress: match policy.remote {
                Some(_) => Compress::Never,
                None => policy.compress.or(made_with).unwrap_or_default(),
            },
            verify: policy.verify,
            local: Shelf::of(root),
            packs: Recent::default(),
            remotes: Remotes::new(policy),
        }))
    }

    /// What it compresses.
    pub fn compress(&self) -> Compress {
        self.0.compress
    }

    /// Whether large buffers are verified whenever they are asked for.
    pub fn verifies(&self) -> bool {
        self.0.verify
    }

    /// The folder it is in.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Its chunks on this disk.
    pub(crate) fn local(&self) -> &Shelf {
        &self.0.local
    }

    /// The folder of a run.
    pub(crate) fn run_folder(&self, flow: &FlowName, run: &RunId) -> PathBuf {
        let mut path = self.0.root.join("runs");
        path.push(flow.as_str());
        path.push(run.as_str());
        path
    }

    /// The pack of a run.
    pub(crate) fn pack_path(&self, flow: &FlowName, run: &RunId) -> PathBuf {
        self.run_folder(flow, run).join("manifests.pack")
    }

    pub(crate) fn open_pack(&self, at: &ManifestRef) -> Result<Arc<OpenPack>> {
        match self.opened(&self.pack_path(&at.flow, &at.run))? {
            Some(pack) => Ok(pack),
            None => self.fetched_pack(at),
        }
    }

    /// Whether the pack that `at` is in is on this disk.
    pub fn has_pack(&self, at: &ManifestRef) -> bool {
        self.pack_path(&at.flow, &at.run).exists()
    }

    /// The pack at `path`, if it is there.
    pub(crate) fn opened(&self, path: &Path) -> Result<Option<Arc<OpenPack>>> {
        OpenPack::open(&self.0.packs, path)
    }

    /// The manifest at `at`, verified.
    ///
    /// # Errors
    /// `SL0403` if it is missing or damaged, `SL0402` if a newer Spinloom wrote it.
    pub fn manifest(&self, at: &ManifestRef) -> Result<Manifest> {
        self.open_pack(at)?.manifest(at)
    }

    /// The same, remembered for who asks for one artifact after the other.
    ///
    /// # Errors
    /// As [`manifest`](Self::manifest).
    pub fn recent_manifest(&self, at: &ManifestRef) -> Result<Arc<Manifest>> {
        self.open_pack(at)?.recent(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("deep/.spinloom");
        assert!(Datastore::open_existing(&root).unwrap().is_none());
        assert_eq!(Datastore::open(&root).unwrap().root(), root);
        let format = fs::read_to_string(root.join("format.json")).unwrap();
        assert_eq!(format, r#"{"format":"spinloom-store","version":[1,0]}"#);
        assert_eq!(fs::read_to_string(root.join(".gitignore")).unwrap(), "*\n");
        assert_eq!(fs::read_dir(root.join("tmp")).unwrap().count(), 0);
        fs::write(root.join(".gitignore"), "mine").unwrap();
        assert!(Datastore::open_existing(&root).unwrap().is_some());
        Datastore::open(&root).unwrap();
        assert_eq!(fs::read_to_string(root.join(".gitignore")).unwrap(), "mine");
    }

    #[test]
    fn a_half_made_store_is_completed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("tmp")).unwrap();
        assert!(Datastore::open_existing(dir.path()).unwrap().is_none());
        Datastore::open(dir.path()).unwrap();
        assert!(Datastore::open_existing(dir.path()).unwrap().is_some());
    }

    #[test]
    fn other_formats_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let code = |text: &str| {
            fs::write(dir.path().join("format.json"), text).unwrap();
            Datastore::open(dir.path()).err().map(|e| e.code())
        };
        assert_eq!(code(r#"{"format":"spinloom-store","version":[1,7],"more":1}"#), None);
        assert_eq!(code(r#"{"format":"spinloom-store","version":[2,0]}"#), Some(codes::STORE_FORMAT));
        assert_eq!(code(r#"{"format":"other","version":[1,0]}"#), Some(codes::STORE_FORMAT));
        assert_eq!(code("{"), Some(codes::STORE_CORRUPT));
    }

    #[test]
    fn many_may_make_it_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join(".spinloom");
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| Datastore::open(&root).unwrap());
            }
        });
        assert!(Datastore::open_existing(&root).unwrap().is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let error = Datastore::open(&dir.path().join("file/.spinloom")).err().unwrap();
        assert_eq!(error.code(), codes::STORE_IO);
    }
}
