//! Where the lines of a log are: a mark for every 64 KiB, made by reading it once and extended as it grows.

use std::{fs::File, io};

use memchr::{memchr, memchr_iter, memrchr};

use super::cursor::{BLOCK, Cursor, Piece, Place, Step};

/// What is known at a place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    pub(super) place: Place,
    /// Lines of each stream that began before it.
    pub(super) begun: [u64; 2],
    /// Bytes of each stream before it.
    pub(super) bytes: [u64; 2],
    /// Whether the latest line of each stream goes on after it.
    pub(super) open: [bool; 2],
}

impl Mark {
    /// Lines that began before it, of one stream or of both.
    pub(super) fn lines(&self, stream: Option<usize>) -> u64 {
        stream.map_or(self.begun[0] + self.begun[1], |stream| self.begun[stream])
    }

    /// Bytes before it, of one stream or of both.
    pub(super) fn payload(&self, stream: Option<usize>) -> u64 {
        stream.map_or(self.bytes[0] + self.bytes[1], |stream| self.bytes[stream])
    }

    /// Takes in a piece.
    pub(super) fn pass(&mut self, piece: &Piece<'_>) {
        let stream = piece.stream;
        let newlines = memchr_iter(b'\n', piece.bytes).count() as u64;
        let whole = piece.bytes.ends_with(b"\n");
        self.begun[stream] += newlines + u64::from(!self.open[stream]) - u64::from(whole);
        self.bytes[stream] += piece.bytes.len() as u64;
        self.open[stream] = !whole;
        self.place = piece.place.plus(piece.bytes.len());
    }
}

/// A line that is not over yet.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    /// Its number among all lines.
    number: u64,
    begins: Place,
    /// After its last carriage return, and after the one before: what a terminal shows of it begins at one of them.
    returns: [Place; 2],
}

impl Open {
    fn at(number: u64, place: Place) -> Self {
        Self { number, begins: place, returns: [place; 2] }
    }

    /// Notes the carriage returns of a part of the line.
    fn pass(&mut self, place: Place, part: &[u8]) {
        let Some(last) = memrchr(b'\r', part) else { return };
        let before = memrchr(b'\r', &part[..last]);
        self.returns =
            [place.plus(last + 1), before.map_or(self.returns[0], |before| place.plus(before + 1))];
    }
}

/// A line that ends more than a block after it began.
#[derive(Debug, Clone, Copy)]
struct Long {
    number: u64,
    shown_from: Place,
}

/// An index of a log, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Index {
    marks: Vec<Mark>,
    /// Where it ends.
    pub(super) end: Mark,
    open: [Open; 2],
    long: Vec<Long>,
    /// Where the log is damaged; nothing after that is read.
    pub(super) damaged: Option<u64>,
}

impl Index {
    /// Reads on, at most `budget` bytes or a block more; says whether the log was read to its end.
    pub(super) fn extend(&mut self, file: &File, len: u64, budget: u64) -> io::Result<bool> {
        if self.damaged.is_some() {
            return Ok(true);
        }
        let begins = self.end.place.offset;
        let mut cursor = Cursor::new(file, len, self.end.place);
        while cursor.place.offset - begins < budget {
            match cursor.step()? {
                Step::Piece(piece) => self.pass(&piece),
                Step::End => return Ok(true),
                Step::Damaged => {
                    self.damaged = Some(self.end.place.offset);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn pass(&mut self, piece: &Piece<'_>) {
        if self.marks.last().is_none_or(|mark| mark.place.offset / BLOCK < piece.place.offset / BLOCK) {
            self.marks.push(Mark { place: piece.place, ..self.end });
        }
        let stream = piece.stream;
        if !self.end.open[stream] {
            self.open[stream] = Open::at(self.end.lines(None), piece.place);
        }
        let first = memchr(b'\n', piece.bytes);
        let open = &mut self.open[stream];
        open.pass(piece.place, &piece.bytes[..first.unwrap_or(piece.bytes.len())]);
        if first.is_some() && piece.place.offset - open.begins.offset > BLOCK {
            self.long.push(Long { number: open.number, shown_from: open.returns[1] });
        }
        self.end.pass(piece);
        let last = memrchr(b'\n', piece.bytes).map(|last| last + 1);
        if let Some(last) = last.filter(|last| *last < piece.bytes.len()) {
            let mut begun = Open::at(self.end.lines(None) - 1, piece.place.plus(last));
            begun.pass(piece.place.plus(last), &piece.bytes[last..]);
            self.open[stream] = begun;
        }
    }

    /// The last mark with at most `reached` before it, as `of` counts.
    pub(super) fn before(&self, reached: u64, of: impl Fn(&Mark) -> u64) -> Mark {
        let after = self.marks.partition_point(|mark| of(mark) <= reached);
        after.checked_sub(1).and_then(|at| self.marks.get(at)).copied().unwrap_or_default()
    }

    /// From where on what a terminal shows of a long line is, given its number among all.
    pub(super) fn shown_from(&self, number: u64) -> Option<Place> {
        let long = self.long.iter().find(|long| long.number == number);
        let open = || {
            let mut open = (0..2).filter(|stream| self.end.open[*stream]).map(|stream| &self.open[stream]);
            open.find(|open| open.number == number).map(|open| open.returns[1])
        };
        long.map(|long| long.shown_from).or_else(open)
    }

    /// Bytes of memory it takes.
    pub(super) fn size(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>() + self.long.capacity() * size_of::<Long>()
    }
}
