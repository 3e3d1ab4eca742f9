//! What attempts print: frames of stream, time, length and bytes.

mod cursor;
mod file;
mod index;
mod walk;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, TaskId, event::LogStream};

pub use file::{LogExtent, LogFile};
pub use walk::LogLine;

use crate::{
    Datastore,
    io::{corrupt, read_error, write_error},
};

/// Stream (u8), microseconds since the epoch (u64) and length (u32), little endian.
const HEAD: usize = 13;
/// A longer write becomes several frames.
const LONGEST: usize = 1 << 30;

/// One write of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFrame {
    /// Where it wrote to.
    pub stream: LogStream,
    /// When it was read, microseconds since the Unix epoch.
    pub at: i64,
    /// What it wrote, byte for byte; a frame ends anywhere, in the middle of a character too.
    pub bytes: Vec<u8>,
}

/// The log of one attempt, for appending. Nothing is made before the first append.
pub struct LogWriter {
    path: PathBuf,
    file: Option<File>,
    size: u64,
    frame: Vec<u8>,
}

impl Datastore {
    /// The log of an attempt, for appending.
    pub fn log_writer(&self, flow: &FlowName, run: &RunId, task: TaskId, attempt: u32) -> LogWriter {
        LogWriter { path: self.log_path(flow, run, task, attempt), file: None, size: 0, frame: Vec::new() }
    }

    /// The log of an attempt, for reading while it grows.
    pub fn log_reader(&self, flow: &FlowName, run: &RunId, task: TaskId, attempt: u32) -> LogReader {
        let path = self.log_path(flow, run, task, attempt);
        if path.exists() {
            return LogReader { path, offset: 0 };
        }
        // Where it cannot be fetched either, there is nothing to read yet.
        let fetched = self.fetched_log(flow, run, &format!("{task}.{attempt}")).ok().flatten();
        LogReader { path: fetched.unwrap_or(path), offset: 0 }
    }

    /// Everything an attempt wrote so far; nothing if it wrote nothing. A frame that is being written is not there yet.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read, `SL0403` if it is not a log.
    pub fn read_log(
        &self,
        flow: &FlowName,
        run: &RunId,
        task: TaskId,
        attempt: u32,
    ) -> Result<Vec<LogFrame>> {
        self.log_reader(flow, run, task, attempt).read()
    }

    /// Puts `notice` in the place of everything an attempt wrote to `streams`; says whether there was anything.
    /// The log is replaced as a whole, so call this only once nobody appends to it any more.
    ///
    /// # Errors
    /// As [`read_log`](Self::read_log); `SL0404` or `SL0401` if it cannot be written, and then the log is as before.
    pub fn scrub_log(
        &self,
        (flow, run, task): (&FlowName, &RunId, TaskId),
        attempt: u32,
        streams: &[LogStream],
        notice: &str,
    ) -> Result<bool> {
        let mut scrubbed: Vec<LogStream> = Vec::new();
        let mut bytes = Vec::new();
        for frame in self.read_log(flow, run, task, attempt)? {
            if !streams.contains(&frame.stream) {
                put_frame(&mut bytes, frame.stream, frame.at, &frame.bytes);
            } else if !scrubbed.contains(&frame.stream) {
                put_frame(&mut bytes, frame.stream, frame.at, notice.as_bytes());
                scrubbed.push(frame.stream);
            }
        }
        if scrubbed.is_empty() {
            return Ok(false);
        }
        replace(&self.log_path(flow, run, task, attempt), &bytes)?;
        self.resend_log(flow, run, &format!("{task}.{attempt}"), bytes)?;
        Ok(true)
    }

    /// Makes `frames` the log of an attempt, in place of any other. Nobody may be appending to it.
    ///
    /// # Errors
    /// `SL0404` or `SL0401` if it cannot be written, and then the log is as before.
    pub fn write_log(
        &self,
        (flow, run, task): (&FlowName, &RunId, TaskId),
        attempt: u32,
        frames: &[LogFrame],
    ) -> Result<()> {
        let mut bytes = Vec::with_capacity(frames.iter().map(|frame| HEAD + frame.bytes.len()).sum());
        for frame in frames {
            for part in frame.bytes.chunks(LONGEST) {
                put_frame(&mut bytes, frame.stream, frame.at, part);
            }
        }
        let path = self.log_path(flow, run, task, attempt);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
        }
        replace(&path, &bytes)
    }

    pub(crate) fn log_path(&self, flow: &FlowName, run: &RunId, task: TaskId, attempt: u32) -> PathBuf {
        let mut path = self.run_folder(flow, run);
        path.push("logs");
        path.push(format!("{task}.{attempt}"));
        path
    }
}

/// Makes `bytes` the content of the file `path`, at once or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    fs::write(&fresh, bytes).and_then(|()| fs::rename(&fresh, path)).map_err(|e| {
        let _ = fs::remove_file(&fresh);
        write_error(path, &e)
    })
}

/// The log of one attempt, for reading bit by bit.
#[derive(Debug)]
pub struct LogReader {
    path: PathBuf,
    offset: u64,
}

impl LogReader {
    /// What was written since the last call; at first, everything.
    ///
    /// # Errors
    /// `SL0401` if the file cannot be read, `SL0403` if it is not a log.
    pub fn read(&mut self) -> Result<Vec<LogFrame>> {
        let bytes = match read_from(&self.path, self.offset) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(read_error(&self.path, &e)),
        };
        let mut frames = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some((frame, after)) = split_frame(rest) {
            let Some(stream) = stream_of(frame.tag) else {
                let (path, at) = (self.path.display(), self.offset);
                return Err(corrupt(format!("the log `{path}` is damaged at byte {at}")));
            };
            frames.push(LogFrame { stream, at: frame.at, bytes: frame.bytes.to_vec() });
            self.offset += (rest.len() - after.len()) as u64;
            rest = after;
        }
        Ok(frames)
    }
}

fn read_from(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    if offset < file.metadata()?.len() {
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

impl LogWriter {
    /// Appends what was read from `stream` at `at_us`, microseconds since the Unix epoch.
    ///
    /// # Errors
    /// `SL0404` or `SL0401` if it cannot be written; then the log is as before.
    pub fn append(&mut self, stream: LogStream, at_us: i64, bytes: &[u8]) -> Result<()> {
        bytes.chunks(LONGEST).try_for_each(|part| self.append_frame(stream, at_us, part))
    }

    /// How long the log is, bytes, frame heads included; 0 before the first append.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn append_frame(&mut self, stream: LogStream, at_us: i64, bytes: &[u8]) -> Result<()> {
        if self.file.is_none() {
            let (file, size) = open(&self.path).map_err(|e| write_error(&self.path, &e))?;
            self.file = Some(file);
            self.size = size;
        }
        let Some(file) = &self.file else { return Ok(()) };
        self.frame.clear();
        put_frame(&mut self.frame, stream, at_us, bytes);
        if let Err(e) = file.write_all_at(&self.frame, self.size) {
            // If this fails too, the next frame overwrites it.
            let _ = file.set_len(self.size);
            return Err(write_error(&self.path, &e));
        }
        self.size += self.frame.len() as u64;
        Ok(())
    }
}

/// Opens or makes a log, and says where its last whole frame ends. What follows that is cut off, or no
/// frame after it could be found again.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let options = || {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options
    };
    let file = match (options().open(path), path.parent()) {
        (Err(e), Some(folder)) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            options().open(path)?
        }
        (file, _) => file?,
    };
    let length = file.metadata()?.len();
    let mut end = 0;
    let mut head = [0; HEAD];
    while length - end >= HEAD as u64 {
        file.read_exact_at(&mut head, end)?;
        let [.., a, b, c, d] = head;
        let next = end + HEAD as u64 + u64::from(u32::from_le_bytes([a, b, c, d]));
        if next > length {
            break;
        }
        end = next;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok((file, end))
}

/// Encodes a frame. Its bytes are at most [`LONGEST`], so their length fits.
fn put_frame(out: &mut Vec<u8>, stream: LogStream, at_us: i64, bytes: &[u8]) {
    out.push(match stream {
        LogStream::Stdout => 0,
        LogStream::Stderr => 1,
    });
    out.extend_from_slice(&at_us.max(0).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

struct RawFrame<'a> {
    tag: u8,
    at: i64,
    bytes: &'a [u8],
}

/// The frame `bytes` start with and what follows it; nothing if it is not whole.
fn split_frame(bytes: &[u8]) -> Option<(RawFrame<'_>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (len, rest) = rest.split_first_chunk::<4>()?;
    let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
    Some((RawFrame { tag: *tag, at: i64::from_le_bytes(*at), bytes }, rest))
}

fn stream_of(tag: u8) -> Option<LogStream> {
    match tag {
        0 => Some(LogStream::Stdout),
        1 => Some(LogStream::Stderr),
        _ => None,
    }
}
