//! Packs and logs of a run on their way to an object store, and back.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use bytes::Bytes;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};

use super::{Remote, keys};
use crate::{
    ContentHash, Datastore, ManifestRef, draft::Drafts, io::read_error, manifest::damaged, reader::OpenPack,
};

/// So long a record waits for others to be sent with.
const PATIENCE: Duration = Duration::from_millis(500);
/// So many bytes are sent without waiting for more.
const ENOUGH: usize = 1 << 20;

enum Job {
    Record(Vec<u8>),
    Log(PathBuf, String),
    /// Send everything, and say whether it worked.
    Flush(Sender<Result<()>>),
}

/// A thread that sends what a run records, some of it at a time. What could not be sent is tried again.
#[derive(Clone)]
pub(crate) struct PackSender {
    to: Sender<Job>,
}

impl Datastore {
    /// For the pack at `path`, which has `end` bytes. What an earlier driver could not send any more is sent now.
    pub(crate) fn pack_sender(
        &self,
        (flow, run): (&FlowName, &RunId),
        path: &Path,
        end: u64,
    ) -> Result<Option<PackSender>> {
        let Some(remote) = self.remote()? else { return Ok(None) };
        let folders = (self.own(&keys::packs(flow, run))?, self.own(&keys::logs(flow, run))?);
        let mut from = 0;
        for (_, (start, to)) in segments(&remote, &folders.0)? {
            from = if start <= from { to.max(from) } else { from };
        }
        let mut unsent = vec![0; usize::try_from(end.saturating_sub(from)).unwrap_or(0)];
        let read = File::open(path).and_then(|file| file.read_exact_at(&mut unsent, from));
        read.map_err(|e| read_error(path, &e))?;
        let (to, jobs) = channel();
        let work = Work { remote, folders, from, unsent, logs: Vec::new() };
        let thread = thread::Builder::new().name("spinloom-send".into()).spawn(move || work.run(&jobs));
        thread.map_err(|e| Error::new(codes::INTERNAL, "no thread can be started").cause(e))?;
        Ok(Some(PackSender { to }))
    }

    /// The pack that `at` speaks of, fetched into the cache, where this disk has none.
    pub(crate) fn fetched_pack(&self, at: &ManifestRef) -> Result<Arc<OpenPack>> {
        let missing = || damaged(at).cause("the pack is missing");
        let remote = self.remote()?.ok_or_else(missing)?;
        let path = self.cached(&remote.packs).join(at.flow.as_str()).join(at.run.as_str());
        let len = fs::metadata(&path).map_or(0, |found| found.len());
        if len < at.offset.saturating_add(at.length) {
            let folder = self.folder_with(&remote, &keys::packs(&at.flow, &at.run))?;
            remote.fetch_pack(&folder.ok_or_else(missing)?, &path)?;
        }
        self.opened(&path)?.ok_or_else(missing)
    }

    /// Where `folder` of a cache has what belongs to this store: other stores may have runs of the same names.
    fn cached(&self, folder: &Path) -> PathBuf {
        let root = ContentHash::of(self.root().as_os_str().as_encoded_bytes()).to_string();
        folder.join(&root[..16])
    }

    /// The log of an attempt, fetched into the cache, where this disk has none.
    pub(crate) fn fetched_log(&self, flow: &FlowName, run: &RunId, name: &str) -> Result<Option<PathBuf>> {
        let Some(remote) = self.remote()? else { return Ok(None) };
        let key = self.log_key(&remote, flow, run, name)?;
        let Some(bytes) = remote.objects.get(&key)? else { return Ok(None) };
        let path = self.cached(&remote.packs.with_file_name("logs"));
        let path = path.join(flow.as_str()).join(run.as_str()).join(name);
        remote.shelf.drafts.publish(&path, 0o644, |file| std::io::Write::write_all(file, &bytes))?;
        Ok(Some(path))
    }

    /// Puts a log that was changed in place of the one that was sent.
    pub(crate) fn resend_log(&self, flow: &FlowName, run: &RunId, name: &str, bytes: Vec<u8>) -> Result<()> {
        let Some(remote) = self.remote()? else { return Ok(()) };
        remote.objects.put(&self.log_key(&remote, flow, run, name)?, vec![Bytes::from(bytes)])
    }
}

impl PackSender {
    /// Sends a record, soon.
    pub(crate) fn record(&self, bytes: &[u8]) {
        let _ = self.to.send(Job::Record(bytes.to_vec()));
    }

    /// Sends the log at `path`, which nobody appends to any more, soon.
    pub(crate) fn log(&self, path: &Path, name: String) {
        let _ = self.to.send(Job::Log(path.to_owned(), name));
    }

    /// Waits until all is sent.
    ///
    /// # Errors
    /// `SL0406` or `SL0407` if the object store does not take it.
    pub(crate) fn flush(&self) -> Result<()> {
        let (to, answer) = channel();
        let _ = self.to.send(Job::Flush(to));
        answer.recv().unwrap_or_else(|_| Err(Error::new(codes::INTERNAL, "the thread that sends died")))
    }
}

struct Work {
    remote: Arc<Remote>,
    /// Where pack and logs go.
    folders: (String, String),
    /// Bytes of the pack that were sent.
    from: u64,
    unsent: Vec<u8>,
    logs: Vec<(PathBuf, String)>,
}

impl Work {
    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(PATIENCE) {
                Ok(Job::Record(bytes)) => {
                    self.unsent.extend_from_slice(&bytes);
                    if self.unsent.len() < ENOUGH {
                        continue;
                    }
                    // What cannot be sent now is sent with what follows; the last to ask is told.
                    let _ = self.send();
                }
                Ok(Job::Log(path, name)) => self.logs.push((path, name)),
                Ok(Job::Flush(answer)) => {
                    let _ = answer.send(self.send());
                }
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.send();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn send(&mut self) -> Result<()> {
        if !self.unsent.is_empty() {
            let to = self.from + self.unsent.len() as u64;
            let key = keys::segment(&self.folders.0, self.from, to);
            self.remote.objects.put(&key, vec![Bytes::copy_from_slice(&self.unsent)])?;
            self.from = to;
            self.unsent.clear();
        }
        while let Some((path, name)) = self.logs.last() {
            match fs::read(path) {
                Ok(bytes) => {
                    let key = format!("{}{name}", self.folders.1);
                    self.remote.objects.put(&key, vec![Bytes::from(bytes)])?;
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {} // it printed nothing
                Err(e) => return Err(read_error(path, &e)),
            }
            self.logs.pop();
        }
        Ok(())
    }
}

impl Remote {
    /// Makes `path` hold all of the pack that was sent to `folder`.
    fn fetch_pack(&self, folder: &str, path: &Path) -> Result<()> {
        let mut bytes = Vec::new();
        for (key, (from, _)) in segments(self, folder)? {
            let segment = self.objects.get(&key)?.unwrap_or_default();
            // A driver that was killed and its successor may have sent the same bytes.
            let known = (bytes.len() as u64).checked_sub(from).and_then(|known| usize::try_from(known).ok());
            if let Some(more) = known.and_then(|known| segment.get(known..)) {
                bytes.extend_from_slice(more);
            }
        }
        let drafts: &Drafts = &self.shelf.drafts;
        drafts.publish(path, 0o644, |file| std::io::Write::write_all(file, &bytes)).map(|_| ())
    }
}

type Segment = (String, (u64, u64));

/// The objects of the pack in `folder`, in the order of their bytes.
fn segments(remote: &Remote, folder: &str) -> Result<Vec<Segment>> {
    let mut found: Vec<Segment> = Vec::new();
    remote.objects.list(folder, &mut |object| {
        if let Some(range) = keys::range(&object.key) {
            found.push((object.key, range));
        }
        std::ops::ControlFlow::Continue(())
    })?;
    found.sort();
    Ok(found)
}
