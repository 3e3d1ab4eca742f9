//! One log, for whoever looks at parts of it.

use std::{
    fs::{self, File},
    io,
    ops::{ControlFlow, Range},
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
};

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, TaskId, event::LogStream};

use super::{
    cursor::{Cursor, Step},
    index::Index,
    walk::{LogLine, Walk, Wanted},
};
use crate::{Datastore, io::read_error};

/// Bytes of a line that are shown.
const SHOWN: usize = 32 << 10;
/// Bytes of a line that are looked at by who looks at all lines.
const LOOKED_AT: usize = 1 << 20;
/// Bytes of a page, roughly.
const PAGE: usize = 4 << 20;

/// How much there is of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogExtent {
    /// Lines; of the two streams, if both were asked for.
    pub lines: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// This is all of it. Otherwise more is known after the next [`LogFile::refresh`].
    pub complete: bool,
    /// Where in its file the log is damaged: nothing after that can be read.
    pub damaged_at: Option<u64>,
}

/// The log of one attempt, open, and an index of its lines, which [`refresh`](Self::refresh) makes and extends.
///
/// The file is only ever read.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    /// The device and the number of the file.
    identity: (u64, u64),
    index: Index,
    complete: bool,
    fetched: bool,
}

impl Datastore {
    /// Opens the log of an attempt, from the object store if it is not on this disk; `None` if it wrote nothing.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read, `SL0406` or `SL0407` if it is in an object store that cannot be used.
    pub fn log_file(
        &self,
        flow: &FlowName,
        run: &RunId,
        task: TaskId,
        attempt: u32,
    ) -> Result<Option<LogFile>> {
        let path = self.log_path(flow, run, task, attempt);
        if let Some(log) = LogFile::open(path, false)? {
            return Ok(Some(log));
        }
        match self.fetched_log(flow, run, &format!("{task}.{attempt}"))? {
            Some(path) => LogFile::open(path, true),
            None => Ok(None),
        }
    }
}

impl Datastore {
    /// Whether the log of an attempt is on this disk.
    pub fn has_log(&self, flow: &FlowName, run: &RunId, task: TaskId, attempt: u32) -> bool {
        self.log_path(flow, run, task, attempt).exists()
    }
}

impl LogFile {
    fn open(path: PathBuf, fetched: bool) -> Result<Option<Self>> {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(read_error(&path, &e)),
        };
        let found = file.metadata().map_err(|e| read_error(&path, &e))?;
        let identity = (found.dev(), found.ino());
        Ok(Some(Self { path, file, identity, index: Index::default(), complete: false, fetched }))
    }

    /// Whether it was fetched from an object store: who scrubs it there does not change what is here.
    pub fn is_fetched(&self) -> bool {
        self.fetched
    }

    /// Whether the log was put in the place of this one, or cut: then it is to be opened anew.
    pub fn is_replaced(&self) -> bool {
        let found = fs::metadata(&self.path);
        found.map_or(true, |found| {
            (found.dev(), found.ino()) != self.identity || found.len() < self.index.end.place.offset
        })
    }

    /// Whether it has grown since it was last read.
    pub fn has_grown(&self) -> bool {
        !self.complete || self.file.metadata().is_ok_and(|found| found.len() > self.index.end.place.offset)
    }

    /// Takes in what was written since, at most some `budget` bytes of it.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read.
    pub fn refresh(&mut self, budget: u64) -> Result<()> {
        let len = self.file.metadata().map_err(|e| read_error(&self.path, &e))?.len();
        let done = self.index.extend(&self.file, len, budget);
        self.complete = done.map_err(|e| read_error(&self.path, &e))?;
        Ok(())
    }

    /// How much there is, as far as it was read.
    pub fn extent(&self, stream: Option<LogStream>) -> LogExtent {
        let (end, stream) = (&self.index.end, stream.map(slot));
        LogExtent {
            lines: end.lines(stream),
            bytes: end.payload(stream),
            complete: self.complete,
            damaged_at: self.index.damaged,
        }
    }

    /// The lines of both streams, or of one, whose numbers are in `lines`; fewer if they are long. Lines are numbered in the order
    /// in which they began.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read.
    pub fn lines(&self, stream: Option<LogStream>, lines: Range<u64>) -> Result<Vec<LogLine>> {
        let stream = stream.map(slot);
        let start = self.index.before(lines.start, |mark| mark.lines(stream));
        let walk = Walk::new(&self.file, &self.index.end, start, Wanted { stream, lines, most: SHOWN });
        walk.page(&self.file, &self.index, PAGE).map_err(|e| read_error(&self.path, &e))
    }

    /// Shows `each` every line that is known of, in the order in which they ended, until it says to stop.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read.
    pub fn each_line(
        &self,
        stream: Option<LogStream>,
        each: &mut dyn FnMut(LogLine) -> ControlFlow<()>,
    ) -> Result<()> {
        let wanted = Wanted { stream: stream.map(slot), lines: 0..u64::MAX, most: LOOKED_AT };
        let mut walk = Walk::new(&self.file, &self.index.end, super::index::Mark::default(), wanted);
        while walk.step().map_err(|e| read_error(&self.path, &e))? {
            for line in walk.done.drain(..) {
                if each(line).is_break() {
                    return Ok(());
                }
            }
        }
        let _stopped = walk.rest().try_for_each(each);
        Ok(())
    }

    /// Hands `each` the bytes of both streams, or of one, as they were written: those that are in `range`.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read.
    pub fn raw(
        &self,
        stream: Option<LogStream>,
        range: Range<u64>,
        each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        let stream = stream.map(slot);
        let start = self.index.before(range.start, |mark| mark.payload(stream));
        let mut at = start.payload(stream);
        let mut cursor = Cursor::new(&self.file, self.index.end.place.offset, start.place);
        while at < range.end {
            let step = cursor.step().map_err(|e| read_error(&self.path, &e))?;
            let Step::Piece(piece) = step else { return Ok(()) };
            if stream.is_some_and(|one| one != piece.stream) {
                continue;
            }
            let end = at + piece.bytes.len() as u64;
            let within = |place: u64| usize::try_from(place.clamp(at, end) - at).unwrap_or(0);
            let part = &piece.bytes[within(range.start)..within(range.end)];
            if !part.is_empty() && each(part).is_break() {
                return Ok(());
            }
            at = end;
        }
        Ok(())
    }

    /// Bytes of memory that its index takes.
    pub fn index_size(&self) -> usize {
        self.index.size()
    }
}

fn slot(stream: LogStream) -> usize {
    usize::from(stream == LogStream::Stderr)
}
