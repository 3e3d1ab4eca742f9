//! Which store it is, among those that share a location.

use std::{
    fs,
    hash::{BuildHasher as _, RandomState},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId};

use super::{Remote, keys};
use crate::{
    ContentHash, Datastore,
    io::{read_error, write_error},
};

/// The file of the store with its name.
const FILE: &str = "id";
/// The folder of a store with those that other machines have parts of.
const SHARED: &str = "shared";

/// A name that no other store has.
pub(super) fn unique() -> String {
    // Keys of the standard library's hash maps come from the system's randomness.
    let random = [(); 2].map(|()| RandomState::new().hash_one(SystemTime::now()));
    let name = ContentHash::of(format!("{random:?} {}", std::process::id()).as_bytes()).to_string();
    name[..16].to_owned()
}

impl Datastore {
    /// The folder, made if need be, of the store called `name` below the store at `root`: one that other machines have too, each a part
    /// of it, and that is the same one at every location.
    ///
    /// # Errors
    /// `SL0401` or `SL0404` if it cannot be made.
    pub fn shared(root: &Path, name: &str) -> Result<PathBuf> {
        let store = root.join(SHARED).join(name);
        let path = store.join(FILE);
        if fs::read_to_string(&path).is_ok_and(|known| known.trim() == name) {
            return Ok(store);
        }
        fs::create_dir_all(&store).map_err(|e| write_error(&store, &e))?;
        let draft = store.join(format!("{FILE}.{}", std::process::id()));
        let written = fs::write(&draft, name).and_then(|()| fs::rename(&draft, &path));
        written.map_err(|e| write_error(&path, &e))?;
        Self::open(&store)?;
        Ok(store)
    }

    /// Whether other machines have parts of this store.
    pub(super) fn is_shared(&self) -> bool {
        self.root().parent().and_then(Path::file_name).is_some_and(|folder| folder == SHARED)
    }

    /// The name of this store at its location, given to it now if it has none.
    ///
    /// # Errors
    /// `SL0401` or `SL0404` if it has none and cannot be given one.
    pub fn identity(&self) -> Result<String> {
        if let Some(known) = self.known_identity()? {
            return Ok(known);
        }
        let path = self.root().join(FILE);
        let draft = self.local().drafts.trash();
        fs::write(&draft, unique()).map_err(|e| write_error(&draft, &e))?;
        // Of many that come at once, the first gives the name.
        let named = match fs::hard_link(&draft, &path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(_) => fs::copy(&draft, &path).map(|_| ()),
            Ok(()) => Ok(()),
        };
        let _ = fs::remove_file(&draft);
        named.map_err(|e| write_error(&path, &e))?;
        Ok(self.known_identity()?.unwrap_or_default())
    }

    fn known_identity(&self) -> Result<Option<String>> {
        let path = self.root().join(FILE);
        match fs::read_to_string(&path) {
            Ok(name) => Ok(Some(name.trim().to_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(read_error(&path, &e)),
        }
    }

    /// The folder below `folder` where this store puts what it has of a run.
    pub(super) fn own(&self, folder: &str) -> Result<String> {
        Ok(format!("{folder}{}/", self.identity()?))
    }

    /// The folder below `folder` where what is wanted of a run is: this store's own. A store that has sent nothing reads that of the
    /// only one that did; where several have a run of that name, nobody knows which is meant.
    pub(super) fn folder_with(&self, remote: &Remote, folder: &str) -> Result<Option<String>> {
        let own = self.known_identity()?.map(|name| format!("{folder}{name}"));
        let found = remote.objects.list_folder(folder)?.folders;
        let found = match (own, found.as_slice()) {
            (Some(own), _) => found.contains(&own).then_some(own),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        };
        Ok(found.map(|folder| folder + "/"))
    }

    /// Where the log called `name` of a run is, or would be put.
    pub(super) fn log_key(
        &self,
        remote: &Remote,
        flow: &FlowName,
        run: &RunId,
        name: &str,
    ) -> Result<String> {
        let folder = keys::logs(flow, run);
        let folder = match self.folder_with(remote, &folder)? {
            Some(found) => found,
            None => self.own(&folder)?,
        };
        Ok(folder + name)
    }
}
