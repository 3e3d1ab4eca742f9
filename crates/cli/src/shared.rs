//! The store beside metadata that several machines record in.
//!
//! Each such metadata has a store of its own in the local one: the folder is called as the metadata says, and knows where that is. Runs
//! of a team are so never taken for those of this machine, and whoever has the folder finds the rest.

use std::path::{Path, PathBuf};

use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use spinloom_metadata::Location;
use spinloom_settings::Settings;

/// The folder of the store that goes with `metadata`, made if need be; `root` is the local store.
///
/// # Errors
/// Those of opening `metadata`, and of making the folder.
pub fn store(root: &Path, metadata: &Location) -> Result<PathBuf> {
    if let Some(store) = metadata.local() {
        return Ok(store.to_owned());
    }
    // Who only reads need not be allowed to make anything.
    let provider = match metadata.open_read()? {
        Some(provider) => provider,
        None => metadata.open()?,
    };
    let Some(name) = provider.store_name()? else { return Ok(root.to_owned()) };
    let store = Datastore::shared(root, &name)?;
    metadata.note(&store)?;
    Ok(store)
}

/// The folder of the store that runs started here go to, and are read from, if nobody says otherwise.
///
/// # Errors
/// As [`store`], and for settings that mean nothing.
pub fn default_store(settings: &Settings) -> Result<PathBuf> {
    match &settings.metadata()?.default {
        Some(place) => named_store(place, settings),
        None => Ok(settings.store_root().to_owned()),
    }
}

/// The folder of the store that goes with the metadata called `place`.
///
/// # Errors
/// As [`store`], and `SL0004` if it names nothing.
pub fn named_store(place: &str, settings: &Settings) -> Result<PathBuf> {
    let root = settings.store_root();
    store(root, &Location::named(place, root, &settings.metadata()?)?)
}
