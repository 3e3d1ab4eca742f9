//! Who wrote what: a line of JSON for each request that is to change something.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use spinloom_diagnostics::{Result, ResultExt as _, codes};

/// Lines that may wait for the disk. When there are more, requests wait: a line is never left out.
const WAITING: usize = 10_000;
/// What was written reaches the file this soon.
const SOON: Duration = Duration::from_millis(500);

/// One line.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    /// Microseconds since the epoch.
    pub(super) at: u64,
    /// The address it came from.
    pub(super) peer: SocketAddr,
    /// Who it is, if somebody said.
    pub(super) who: Option<String>,
    /// The method.
    pub(super) method: String,
    /// What it was about, without what was asked of it.
    pub(super) path: String,
    /// How it ended.
    pub(super) status: u16,
}

/// The file of lines. Dropping it waits until all of them are written.
pub(super) struct Audit {
    sender: Option<SyncSender<Entry>>,
    writer: Option<JoinHandle<()>>,
}

impl Audit {
    /// Appends to the file at `path`, from now on.
    ///
    /// # Errors
    /// `SL0401` if it cannot be opened.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let problem = || format!("the audit file `{}` cannot be written", path.display());
        let file =
            OpenOptions::new().append(true).create(true).open(path).or_error(codes::STORE_IO, problem)?;
        let (sender, receiver) = sync_channel(WAITING);
        let writer = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || write(&receiver, file))
            .or_error(codes::INTERNAL, problem)?;
        Ok(Self { sender: Some(sender), writer: Some(writer) })
    }

    /// Notes one.
    pub(super) async fn note(&self, entry: Entry) {
        let (mut entry, Some(sender)) = (entry, &self.sender) else { return };
        while let Err(TrySendError::Full(back)) = sender.try_send(entry) {
            entry = back;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(writer) = self.writer.take() {
            // If it panicked, that has been told.
            let _ = writer.join();
        }
    }
}

fn write(entries: &Receiver<Entry>, file: File) {
    let mut out = BufWriter::new(file);
    while let Ok(entry) = entries.recv() {
        let mut next = Some(entry);
        while let Some(entry) = next {
            let line = serde_json::to_string(&entry).unwrap_or_default();
            if let Err(error) = writeln!(out, "{line}") {
                tracing::error!(%error, "an audit line is lost");
            }
            next = entries.recv_timeout(SOON).ok().filter(|_| out.buffer().len() < out.capacity() / 2);
        }
        if let Err(error) = out.flush() {
            tracing::error!(%error, "audit lines are lost");
        }
    }
}

/// Now, in microseconds since the epoch.
pub(super) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
