//! Where the store is (AR-10).

use std::path::{Path, PathBuf};

/// The name of the store's folder.
pub const STORE_FOLDER: &str = ".spinloom";
/// The folder of the store of kept spins, beside the one they start from.
pub const SPIN_FOLDER: &str = ".spinloom_spin";

/// The store's folder, which need not be there yet. `holder` is the folder that holds it, if the user said so.
pub(crate) fn find(holder: Option<&str>, cwd: &Path) -> PathBuf {
    match holder {
        Some(holder) => cwd.join(holder).join(STORE_FOLDER),
        None => cwd
            .ancestors()
            .map(|folder| folder.join(STORE_FOLDER))
            .find(|store| store.is_dir())
            .unwrap_or_else(|| cwd.join(STORE_FOLDER)),
    }
}
