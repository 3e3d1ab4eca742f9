//! A pickle stream on its way to the disk: hashed, compressed and written by another thread while Python goes on
//! pickling. What is in memory meanwhile is bounded.

use std::{
    fs::File,
    io::{self, Write as _},
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::{self, JoinHandle},
};

use spinloom_diagnostics::{Error, Result};

use crate::{
    Compress, ContentHash, Datastore, INLINE_PIECE,
    chunk::READ_ONLY,
    draft::Draft,
    frames,
    hash::{self, LEAF, Leaf},
    io::write_error,
    probe,
};

/// Leaves that wait for the thread at most.
const WAITING: usize = 8;
/// Leaves looked at before it is decided whether compressing pays.
const TASTED: usize = 4;

/// Takes the bytes of one stream, piece by piece.
pub struct Spool {
    store: Datastore,
    compress: Compress,
    leaf: Vec<u8>,
    len: u64,
    pipe: Option<Pipe>,
    failed: Option<Error>,
}

/// The thread, once there is enough for one.
struct Pipe {
    to: SyncSender<Vec<u8>>,
    /// Emptied leaves come back, so that memory is used again rather than made anew.
    back: Mutex<Receiver<Vec<u8>>>,
    thread: JoinHandle<io::Result<Done>>,
}

/// What the thread made.
struct Done {
    draft: Draft,
    hash: ContentHash,
    compressed: bool,
}

/// A finished stream.
pub(crate) enum Spooled {
    /// It is short.
    Bytes(Vec<u8>),
    /// It is a chunk.
    Chunk { hash: ContentHash, len: u64, zstd: Option<u64> },
}

impl Spool {
    /// For a stream that `store` is to keep.
    pub fn new(store: &Datastore) -> Self {
        Self {
            store: store.clone(),
            compress: store.compress(),
            leaf: Vec::new(),
            len: 0,
            pipe: None,
            failed: None,
        }
    }

    /// How many bytes it took.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it took none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes `bytes`. Where the disk refuses them, [`AttemptWriter::save`](crate::AttemptWriter::save) tells.
    pub fn write(&mut self, mut bytes: &[u8]) {
        self.len += bytes.len() as u64;
        while self.leaf.len() + bytes.len() > LEAF {
            let (now, later) = bytes.split_at(LEAF - self.leaf.len());
            self.leaf.extend_from_slice(now);
            self.send();
            bytes = later;
        }
        self.leaf.extend_from_slice(bytes);
    }

    /// Hands the leaf to the thread, which is started with the first.
    fn send(&mut self) {
        if self.pipe.is_none() && self.failed.is_none() {
            match Pipe::start(&self.store, self.compress) {
                Ok(pipe) => self.pipe = Some(pipe),
                Err(e) => self.failed = Some(e),
            }
        }
        let Some(pipe) = &mut self.pipe else { return self.leaf.clear() };
        let returned = pipe.back.get_mut().ok().and_then(|back| back.try_recv().ok());
        let empty = returned.unwrap_or_else(|| Vec::with_capacity(LEAF));
        // Where the thread is gone, it says why when it is asked for its result.
        let _ = pipe.to.send(std::mem::replace(&mut self.leaf, empty));
        self.leaf.clear();
    }

    pub(crate) fn finish(mut self) -> Result<Spooled> {
        if self.len <= INLINE_PIECE as u64 {
            return Ok(Spooled::Bytes(self.leaf));
        }
        self.send();
        let Self { store, len, pipe, failed: error, .. } = self;
        let shelf = store.shelf()?;
        let folder = shelf.folder();
        let failed = |e: io::Error| write_error(folder, &e);
        let pipe = match (pipe, error) {
            (Some(pipe), _) => pipe,
            (None, Some(error)) => return Err(error),
            (None, None) => return Err(failed(io::Error::other("no thread was started"))),
        };
        let Pipe { to, back: _, thread } = pipe;
        drop(to);
        let done = thread.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread died")));
        let Done { draft, hash, compressed } = done.map_err(failed)?;
        let zstd = if compressed {
            shelf.settle_frames(draft, &hash, len)?
        } else {
            shelf.settle_raw(draft, &hash, len)?;
            None
        };
        Ok(Spooled::Chunk { hash, len, zstd })
    }
}

impl Pipe {
    fn start(store: &Datastore, compress: Compress) -> Result<Self> {
        let draft = store.shelf()?.drafts.draft(READ_ONLY)?;
        let (to, from) = sync_channel(WAITING);
        let (give_back, back) = channel();
        let work = move || Worker { draft, compress, leaves: Vec::new(), give_back }.run(&from);
        let thread = thread::Builder::new().name("spinloom-spool".into()).spawn(work);
        let thread = thread.map_err(|e| write_error(store.root(), &e))?;
        Ok(Self { to, back: Mutex::new(back), thread })
    }
}

struct Worker {
    draft: Draft,
    compress: Compress,
    leaves: Vec<Leaf>,
    give_back: Sender<Vec<u8>>,
}

impl Worker {
    fn run(mut self, from: &Receiver<Vec<u8>>) -> io::Result<Done> {
        let tasted: Vec<_> = from.iter().take(TASTED).collect();
        let level = match self.compress {
            Compress::Never => None,
            Compress::Always => Some(frames::SMALL),
            Compress::Auto => probe::pays(&tasted).then_some(frames::QUICK),
        };
        for leaf in tasted.into_iter().chain(from.iter()) {
            self.keep(&leaf, level)?;
            let _ = self.give_back.send(leaf);
        }
        let hash = ContentHash::of_leaves(&self.leaves);
        Ok(Done { draft: self.draft, hash, compressed: level.is_some() })
    }

    fn keep(&mut self, leaf: &[u8], level: Option<i32>) -> io::Result<()> {
        self.leaves.push(hash::leaf(leaf));
        let file: &mut File = &mut self.draft.file;
        match level {
            Some(level) => file.write_all(&frames::frame(leaf, level)?),
            None => file.write_all(leaf),
        }
    }
}
