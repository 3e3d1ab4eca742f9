//! Large objects, in parts that are under way at once. `Remote::parts` bounds how many are in memory.

mod receive;
mod send;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use tokio::sync::OwnedSemaphorePermit;

use crate::ObjectInfo;
use crate::remote::Remote;

impl Remote {
    /// Room for as much as so many parts, or for all that there may be.
    async fn room(&self, parts: usize) -> Result<OwnedSemaphorePermit> {
        let parts = u32::try_from(parts.min(self.most_parts)).unwrap_or(u32::MAX);
        Arc::clone(&self.parts)
            .acquire_many_owned(parts)
            .await
            .or_error(codes::INTERNAL, || "parts cannot be counted".to_owned())
    }
}

/// What a task gave. One that panicked is a bug.
fn joined<T>(result: std::result::Result<T, tokio::task::JoinError>) -> Result<T> {
    result.or_error(codes::INTERNAL, || "a transfer ended early".to_owned())
}

/// A file beside `path` that becomes it.
pub(crate) fn published(
    path: &Path,
    fill: impl FnOnce(File) -> Result<Option<ObjectInfo>>,
) -> Result<Option<ObjectInfo>> {
    let failed = |e: &std::io::Error| {
        Error::new(codes::STORE_IO, format!("cannot write `{}`", path.display())).cause(e)
    };
    let beside = crate::folder::beside(path);
    let file = File::create(&beside).map_err(|e| failed(&e))?;
    let filled = fill(file);
    if matches!(filled, Ok(Some(_))) {
        std::fs::rename(&beside, path).map_err(|e| failed(&e))?;
    } else {
        let _ = std::fs::remove_file(&beside);
    }
    filled
}
