//! Writing packs. The engine does, and nobody else.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::PathBuf,
};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, TaskId};

use crate::{
    Datastore, ManifestRef,
    io::{read_error, write_error},
    record::{self, HEAD, Head, MAGIC},
    remote::PackSender,
};

/// The pack of one run, open for appending. One process at a time may have it open.
pub struct Pack {
    flow: FlowName,
    run: RunId,
    path: PathBuf,
    file: File,
    end: u64,
    /// Sends what is appended, if the store is remote.
    sender: Option<PackSender>,
}

impl Datastore {
    /// Opens the pack of a run for appending, and makes it if it is not there. What a killed writer left
    /// half-written at its end is cut off.
    ///
    /// # Errors
    /// `SL0401` or `SL0404` if it cannot be read or made.
    pub fn pack(&self, flow: &FlowName, run: &RunId) -> Result<Pack> {
        let path = self.pack_path(flow, run);
        let folder = self.run_folder(flow, run);
        fs::create_dir_all(&folder).map_err(|e| write_error(&folder, &e))?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|e| write_error(&path, &e))?;
        let length = file.metadata().map_err(|e| read_error(&path, &e))?.len();
        let end = end_of_records(&file, length).map_err(|e| read_error(&path, &e))?;
        if end < length {
            file.set_len(end).map_err(|e| write_error(&path, &e))?;
        }
        let sender = self.pack_sender((flow, run), &path, end)?;
        Ok(Pack { flow: flow.clone(), run: run.clone(), path, file, end, sender })
    }
}

impl Pack {
    /// Appends a record made by [`AttemptWriter::finish`](crate::AttemptWriter::finish), in one write.
    ///
    /// # Errors
    /// `SL0403` if `record` is not one whole record, `SL0404` or `SL0401` if it cannot be written; then the pack is as before.
    pub fn append(&mut self, record: &[u8]) -> Result<ManifestRef> {
        if record::check(record).is_none() {
            return Err(Error::new(
                codes::STORE_CORRUPT,
                format!("the manifest of a task of `{}/{}` was damaged on its way", self.flow, self.run),
            ));
        }
        if let Err(e) = self.file.write_all_at(record, self.end) {
            // If this fails too, the next append overwrites it, or the next open cuts it off.
            let _ = self.file.set_len(self.end);
            return Err(write_error(&self.path, &e));
        }
        if let Some(sender) = &self.sender {
            sender.record(record);
        }
        let (offset, length) = (self.end, record.len() as u64);
        self.end += length;
        Ok(ManifestRef { flow: self.flow.clone(), run: self.run.clone(), offset, length })
    }

    /// Sends the log of an attempt that is over to where the store's object store has them, if it has one.
    pub fn send_log(&self, store: &Datastore, task: TaskId, attempt: u32) {
        if let Some(sender) = &self.sender {
            sender.log(&store.log_path(&self.flow, &self.run, task, attempt), format!("{task}.{attempt}"));
        }
    }

    /// Whose it is.
    pub(crate) fn of(&self) -> (&FlowName, &RunId) {
        (&self.flow, &self.run)
    }

    /// What sends to the object store, if there is one.
    pub(crate) fn sender(&self) -> Option<&PackSender> {
        self.sender.as_ref()
    }

    /// Waits until everything appended is on the disk (`fdatasync`) and, if the store is remote, in its object store.
    /// Chunks are not part of it.
    ///
    /// # Errors
    /// `SL0401` if the disk says so, `SL0406` or `SL0407` if the object store does.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| write_error(&self.path, &e))?;
        self.sender.as_ref().map_or(Ok(()), PackSender::flush)
    }
}

/// Where the next record goes.
///
/// Records are followed by their lengths. Where that ends before the file does, it is most often the torn
/// record of a killed writer; but it may also be a damaged length with good records after it, which other
/// manifests refer to. So nothing is cut off if there is a whole record anywhere after.
fn end_of_records(file: &File, length: u64) -> io::Result<u64> {
    let mut end = 0;
    let mut head = [0; HEAD];
    while length - end >= HEAD as u64 {
        file.read_exact_at(&mut head, end)?;
        match Head::read(&head) {
            Some(head) if head.total() <= length - end => end += head.total(),
            _ => break,
        }
    }
    let mut rest = vec![0; usize::try_from(length - end).map_err(io::Error::other)?];
    file.read_exact_at(&mut rest, end)?;
    Ok(if has_record(&rest) { length } else { end })
}

/// Whether a whole record starts anywhere in `bytes`.
fn has_record(bytes: &[u8]) -> bool {
    let starts = bytes.windows(MAGIC.len()).enumerate().filter(|(_, window)| window == MAGIC);
    starts.map(|(start, _)| &bytes[start..]).any(|from| {
        let total = Head::read(from).and_then(|head| usize::try_from(head.total()).ok());
        total.and_then(|total| from.get(..total)).is_some_and(|record| record::check(record).is_some())
    })
}
