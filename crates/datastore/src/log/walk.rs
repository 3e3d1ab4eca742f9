//! Lines of a log, put together from pieces.

use std::{fs::File, io, ops::Range};

use memchr::memchr;
use spinloom_flow::event::LogStream;

use super::{
    cursor::{BLOCK, Cursor, Step},
    index::{Index, Mark},
};

/// Looking for the end of one line ends after so many bytes.
const PATIENCE: u64 = 32 << 20;

/// One line, as a terminal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its number, from 0, among the lines that were asked for: those of both streams or of one.
    pub number: u64,
    /// Which stream it was written to.
    pub stream: LogStream,
    /// When its first byte was read, microseconds since the Unix epoch.
    pub at: i64,
    /// What it says, without its end. Of what carriage returns let a terminal overwrite, only the last is here.
    pub text: Vec<u8>,
    /// How many times it was overwritten.
    pub overwritten: u64,
    /// It is longer than it is shown.
    pub cut: bool,
    /// It has no end yet.
    pub open: bool,
}

/// A line as it is put together.
struct Fold {
    line: LogLine,
    /// Its number among all lines.
    overall: u64,
    begins: u64,
    /// A carriage return came: the next byte overwrites the line.
    returned: bool,
    most: usize,
}

impl Fold {
    fn add(&mut self, mut bytes: &[u8]) {
        while let Some((first, _)) = bytes.split_first() {
            if *first == b'\r' {
                self.returned = true;
                bytes = &bytes[1..];
                continue;
            }
            if std::mem::take(&mut self.returned) {
                self.line.text.clear();
                self.line.cut = false;
                self.line.overwritten += 1;
            }
            let end = memchr(b'\r', bytes).unwrap_or(bytes.len());
            let room = self.most.saturating_sub(self.line.text.len()).min(end);
            self.line.text.extend_from_slice(&bytes[..room]);
            self.line.cut |= room < end;
            bytes = &bytes[end..];
        }
    }
}

/// What to read.
pub(super) struct Wanted {
    /// Of one stream only.
    pub(super) stream: Option<usize>,
    /// Which lines.
    pub(super) lines: Range<u64>,
    /// Bytes of a line that are kept.
    pub(super) most: usize,
}

/// Puts lines together.
pub(super) struct Walk<'f> {
    cursor: Cursor<'f>,
    now: Mark,
    wanted: Wanted,
    current: [Option<Fold>; 2],
    /// Lines that are whole, in the order they ended.
    pub(super) done: Vec<LogLine>,
}

impl<'f> Walk<'f> {
    /// From `start` on, in a log whose index ends at `end`.
    pub(super) fn new(file: &'f File, end: &Mark, start: Mark, wanted: Wanted) -> Self {
        let cursor = Cursor::new(file, end.place.offset, start.place);
        Self { cursor, now: start, wanted, current: [None, None], done: Vec::new() }
    }

    /// Takes in a piece; says whether there was one.
    pub(super) fn step(&mut self) -> io::Result<bool> {
        let Step::Piece(piece) = self.cursor.step()? else { return Ok(false) };
        let (stream, mut at) = (piece.stream, 0);
        while at < piece.bytes.len() {
            if !self.now.open[stream] {
                let number = self.now.lines(self.wanted.stream);
                let asked = self.wanted.stream.is_none_or(|one| one == stream);
                self.current[stream] = (asked && self.wanted.lines.contains(&number)).then(|| Fold {
                    line: LogLine {
                        number,
                        stream: if stream == 0 { LogStream::Stdout } else { LogStream::Stderr },
                        at: piece.at,
                        text: Vec::new(),
                        overwritten: 0,
                        cut: false,
                        open: true,
                    },
                    overall: self.now.lines(None),
                    begins: piece.place.offset + at as u64,
                    returned: false,
                    most: self.wanted.most,
                });
                self.now.begun[stream] += 1;
                self.now.open[stream] = true;
            }
            let rest = &piece.bytes[at..];
            let end = memchr(b'\n', rest);
            if let Some(fold) = &mut self.current[stream] {
                fold.add(&rest[..end.unwrap_or(rest.len())]);
            }
            if end.is_some() {
                self.now.open[stream] = false;
                if let Some(fold) = self.current[stream].take() {
                    self.done.push(LogLine { open: false, ..fold.line });
                }
            }
            at += end.map_or(rest.len(), |end| end + 1);
        }
        Ok(true)
    }

    /// All that is wanted has begun, and the rest is not worth walking to: what is still open is long.
    fn is_past(&self) -> bool {
        let past = self.now.lines(self.wanted.stream) >= self.wanted.lines.end;
        let far = |fold: &Fold| self.cursor.place.offset - fold.begins > 2 * BLOCK;
        past && self.current.iter().flatten().all(far)
    }

    /// Walks until all wanted lines are there, or `room` bytes of them, and answers them in their order.
    pub(super) fn page(mut self, file: &File, index: &Index, room: usize) -> io::Result<Vec<LogLine>> {
        let (mut taken, mut counted) = (0, 0);
        let mut ended = false;
        while !self.is_past() {
            ended = !self.step()?;
            if ended {
                break;
            }
            taken += self.done[counted..].iter().map(|line| line.text.len() + 64).sum::<usize>();
            counted = self.done.len();
            if taken > room {
                self.wanted.lines.end = self.wanted.lines.end.min(self.now.lines(self.wanted.stream));
            }
        }
        let end = index.end.place.offset;
        for fold in self.current.into_iter().flatten() {
            self.done.push(if ended { fold.line } else { resolve(fold, file, end, index)? });
        }
        self.done.sort_by_key(|line| line.number);
        Ok(self.done)
    }

    /// What is left when the log is over: lines without an end.
    pub(super) fn rest(self) -> impl Iterator<Item = LogLine> {
        self.current.into_iter().flatten().map(|fold| fold.line)
    }
}

/// What a terminal shows of a long line, which was walked only in part.
fn resolve(fold: Fold, file: &File, end: u64, index: &Index) -> io::Result<LogLine> {
    let Some(from) = index.shown_from(fold.overall) else { return Ok(fold.line) };
    let stream = usize::from(fold.line.stream == LogStream::Stderr);
    let mut last =
        Fold { line: LogLine { text: Vec::new(), cut: false, ..fold.line }, returned: false, ..fold };
    last.line.overwritten += u64::from(from.offset > fold.begins);
    let mut cursor = Cursor::new(file, end, from);
    while cursor.place.offset - from.offset < PATIENCE {
        let Step::Piece(piece) = cursor.step()? else { return Ok(last.line) };
        if piece.stream != stream {
            continue;
        }
        let newline = memchr(b'\n', piece.bytes);
        last.add(&piece.bytes[..newline.unwrap_or(piece.bytes.len())]);
        if newline.is_some() {
            last.line.open = false;
            return Ok(last.line);
        }
    }
    last.line.cut = true;
    Ok(last.line)
}
