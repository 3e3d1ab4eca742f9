//! Walking over a log's bytes without holding all of them.

use std::{fs::File, io, os::unix::fs::FileExt as _};

use super::{HEAD, stream_of};

/// Marks of an index are this far apart, bytes of the file.
pub(super) const BLOCK: u64 = 64 << 10;
/// How much is read at a time.
const READ: usize = 256 << 10;

/// A place between two bytes of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// Where in the file.
    pub(super) offset: u64,
    /// Bytes that the frame at this place still has; 0 before a frame.
    rest: u64,
    /// The stream of that frame.
    stream: u8,
    /// Its time.
    at: i64,
}

impl Place {
    /// A little further within the same frame.
    pub(super) fn plus(self, bytes: usize) -> Self {
        Self { offset: self.offset + bytes as u64, rest: self.rest - bytes as u64, ..self }
    }
}

/// Some bytes of one frame, which lie in one block.
pub(super) struct Piece<'a> {
    /// Where it begins.
    pub(super) place: Place,
    /// 0 for standard output, 1 for standard error.
    pub(super) stream: usize,
    /// When it was read.
    pub(super) at: i64,
    /// Never empty.
    pub(super) bytes: &'a [u8],
}

/// What comes next.
pub(super) enum Step<'a> {
    Piece(Piece<'a>),
    /// No whole frame follows.
    End,
    /// What follows is no frame.
    Damaged,
}

/// Reads a log piece by piece.
pub(super) struct Cursor<'f> {
    file: &'f File,
    /// Bytes of the file that count.
    len: u64,
    pub(super) place: Place,
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    base: u64,
}

impl<'f> Cursor<'f> {
    /// At `place`, in a file of `len` bytes.
    pub(super) fn new(file: &'f File, len: u64, place: Place) -> Self {
        Self { file, len, place, buffer: Vec::new(), base: 0 }
    }

    /// The next piece. A frame that is not whole is the end.
    pub(super) fn step(&mut self) -> io::Result<Step<'_>> {
        while self.place.rest == 0 {
            let at = self.place.offset;
            if at + HEAD as u64 > self.len {
                return Ok(Step::End);
            }
            self.fill(HEAD)?;
            let Some((head, _)) = self.ahead().split_first_chunk::<HEAD>() else { return Ok(Step::End) };
            let [tag, t0, t1, t2, t3, t4, t5, t6, t7, l0, l1, l2, l3] = *head;
            let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
            if stream_of(tag).is_none() {
                return Ok(Step::Damaged);
            }
            let offset = at + HEAD as u64;
            if offset + length > self.len {
                return Ok(Step::End);
            }
            let time = i64::from_le_bytes([t0, t1, t2, t3, t4, t5, t6, t7]);
            self.place = Place { offset, rest: length, stream: tag, at: time };
        }
        self.fill(1)?;
        let place = self.place;
        let block_ends = (place.offset / BLOCK + 1) * BLOCK;
        let most = usize::try_from(place.rest.min(block_ends - place.offset)).unwrap_or(usize::MAX);
        let taken = most.min(self.ahead().len());
        if taken == 0 {
            return Ok(Step::End); // it was cut meanwhile
        }
        self.place = place.plus(taken);
        let from = usize::try_from(place.offset - self.base).unwrap_or(0);
        let bytes = &self.buffer[from..from + taken];
        Ok(Step::Piece(Piece { place, stream: usize::from(place.stream), at: place.at, bytes }))
    }

    /// What the buffer has from the place on.
    fn ahead(&self) -> &[u8] {
        let from = self.place.offset.checked_sub(self.base).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.buffer.get(from..)).unwrap_or_default()
    }

    /// Has `wanted` bytes from the place on in the buffer, as far as the file has them.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.ahead().len() >= wanted {
            return Ok(());
        }
        self.base = self.place.offset;
        let most = usize::try_from(self.len.saturating_sub(self.base)).unwrap_or(READ).min(READ);
        self.buffer.resize(most, 0);
        let mut got = 0;
        while got < most {
            match self.file.read_at(&mut self.buffer[got..], self.base + got as u64) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.buffer.truncate(got);
        Ok(())
    }
}
