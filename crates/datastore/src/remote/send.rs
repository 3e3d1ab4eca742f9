//! Chunks of one attempt on their way to the object store, while it goes on saving.

use std::{
    fs::File,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
};

use spinloom_diagnostics::{Error, Result, codes};

use super::{Remote, upload::Outgoing};
use crate::{ContentHash, Datastore, chunk::missing_chunk, io::read_error};

/// A thread that sends chunks one after the other, each with several objects at a time.
pub(crate) struct Uploads {
    remote: Arc<Remote>,
    to: Sender<Outgoing>,
    thread: JoinHandle<Result<u64>>,
}

impl Datastore {
    /// For the chunks of one attempt, if they have to be sent anywhere. The thread lives until [`Uploads::finish`].
    pub(crate) fn uploads(&self) -> Result<Option<Uploads>> {
        let Some(remote) = self.remote()? else { return Ok(None) };
        let (to, from) = channel();
        let work = {
            let remote = Arc::clone(&remote);
            move || send_all(&remote, &from)
        };
        let thread = thread::Builder::new().name("spinloom-upload".into()).spawn(work);
        let thread = thread.map_err(|e| Error::new(codes::INTERNAL, "no thread can be started").cause(e))?;
        Ok(Some(Uploads { remote, to, thread }))
    }
}

impl Uploads {
    /// Sends a chunk that is in the cache, and says where it will be.
    pub(crate) fn send(&self, hash: ContentHash, len: u64) -> Result<Arc<str>> {
        let path = self.remote.shelf.chunk_path(&hash);
        let file = File::open(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => missing_chunk(&hash),
            _ => read_error(&path, &e),
        })?;
        // Where the thread gave up, it says why when all is finished.
        let _ = self.to.send(Outgoing { hash, len, file });
        Ok(Arc::clone(self.remote.at()))
    }

    /// Waits until all are sent. Answers how many bytes went out.
    ///
    /// # Errors
    /// `SL0406` or `SL0407` if the object store does not take them.
    pub(crate) fn finish(self) -> Result<u64> {
        let Self { remote, to, thread } = self;
        drop(to);
        let sent =
            thread.join().unwrap_or_else(|_| Err(Error::new(codes::INTERNAL, "an upload panicked")))?;
        remote.cache.grew(0);
        Ok(sent)
    }
}

fn send_all(remote: &Remote, from: &Receiver<Outgoing>) -> Result<u64> {
    let (mut sent, mut chunks) = (0, Vec::new());
    for chunk in from {
        let bytes = remote.send(&chunk)?;
        if bytes > 0 {
            chunks.push((chunk.hash, chunk.len));
        }
        sent += bytes;
        remote.cache.grew(chunk.len);
    }
    if !chunks.is_empty() {
        sent += remote.settle(&chunks)?;
    }
    Ok(sent)
}
