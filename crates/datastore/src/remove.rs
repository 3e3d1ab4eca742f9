//! Folders of runs: which there are, and removing one.

use std::{fs, ops::ControlFlow, path::Path};

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId};

use crate::{
    Datastore,
    io::{read_error, write_error},
    sweep::{entries, freed_by, gone, modified},
};

/// The folder of a run: its pack and its logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    /// The flow.
    pub flow: FlowName,
    /// The run.
    pub run: RunId,
    /// Bytes on the disk.
    pub size: u64,
    /// When anything in it was last written, microseconds since the Unix epoch.
    pub modified: i64,
}

impl Datastore {
    /// Shows the folder of every run to `each`, in no order, until it says to stop.
    ///
    /// # Errors
    /// `SL0401` if a folder cannot be read.
    pub fn run_folders(&self, each: &mut dyn FnMut(RunFolder) -> ControlFlow<()>) -> Result<()> {
        for of_flow in entries(&self.root().join("runs"))? {
            let Some(flow) = of_flow.file_name().to_str().and_then(|name| FlowName::new(name).ok()) else {
                continue;
            };
            for of_run in entries(&of_flow.path())? {
                let Some(run) = of_run.file_name().to_str().and_then(|name| RunId::new(name).ok()) else {
                    continue;
                };
                let (size, modified) = measure(&of_run.path())?;
                if each(RunFolder { flow: flow.clone(), run, size, modified }).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Removes the folder of a run, if it is there: pack, logs and lock; in the object store too. Answers how many bytes that freed here. Whoever still refers to its
    /// manifests is not asked: see [`Live::needs_pack`](crate::Live::needs_pack).
    ///
    /// # Errors
    /// `SL0401` if it cannot be removed, `SL0406` and `SL0407` if not from the object store; what is left of it is in `tmp/` then, or still in its place.
    pub fn remove_run(&self, flow: &FlowName, run: &RunId) -> Result<u64> {
        let folder = self.run_folder(flow, run);
        self.remove_remote_run(flow, run)?;
        if !folder.exists() {
            return Ok(0);
        }
        let (size, _) = measure(&folder)?;
        // At once, or not at all: half a folder would be a damaged run.
        let trash = self.local().drafts.trash();
        gone(fs::rename(&folder, &trash)).map_err(|e| write_error(&folder, &e))?;
        gone(fs::remove_dir_all(&trash)).map_err(|e| write_error(&trash, &e))?;
        if let Some(of_flow) = folder.parent() {
            // Only if it was the last: a folder that is not empty stays.
            let _ = fs::remove_dir(of_flow);
        }
        Ok(size)
    }
}

/// Bytes in a folder, and when anything in it was last written.
fn measure(folder: &Path) -> Result<(u64, i64)> {
    let found = fs::metadata(folder).map_err(|e| read_error(folder, &e))?;
    let (mut size, mut latest) = (0, modified(&found));
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder)? {
            let Ok(found) = entry.metadata() else { continue };
            latest = latest.max(modified(&found));
            if found.is_dir() { folders.push(entry.path()) } else { size += freed_by(&found) }
        }
    }
    Ok((size, latest))
}
