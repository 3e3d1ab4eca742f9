//! One ordinary pickle from a stream and its out-of-band buffers, without loading anything.
//!
//! Where a stream takes the next buffer, the buffer itself is put: as `bytearray`, or as `bytes` if it is read-only, which is what pickling
//! in-band writes. Frames only say how far to read ahead, and their lengths would be wrong, so they are left out.

use std::fs::File;
use std::io::{self, Write};

use crate::{Buffer, Payload};

const FRAME: u8 = 0x95;
const NEXT_BUFFER: u8 = 0x97;
const READONLY_BUFFER: u8 = 0x98;
const BYTEARRAY8: u8 = 0x96;
const BINBYTES8: u8 = 0x8e;

/// A buffer to be put into a stream.
pub trait Source {
    /// How long it is.
    fn size(&self) -> u64;

    /// Writes it.
    ///
    /// # Errors
    /// Those of `out`, and of reading it.
    fn copy(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

/// How many buffers a stream takes; `None` if it is no pickle.
pub fn buffers(stream: &[u8]) -> Option<usize> {
    Some(places(stream)?.iter().filter(|place| place.buffer).count())
}

/// Writes the pickle of `stream` and `buffers` to `out`; false if the stream does not take exactly these buffers, or is no pickle.
///
/// # Errors
/// Those of `out` and of the buffers.
pub fn join(stream: &[u8], buffers: &mut [Box<dyn Source>], out: &mut dyn Write) -> io::Result<bool> {
    let Some(places) = places(stream) else { return Ok(false) };
    let takes = places.iter().filter(|place| place.buffer).count();
    if takes != buffers.len() {
        return Ok(false);
    }
    let (mut from, mut buffers) = (0, buffers.iter_mut());
    for place in &places {
        out.write_all(&stream[from..place.start])?;
        from = place.end;
        if let Some(buffer) = place.buffer.then(|| buffers.next()).flatten() {
            out.write_all(&[if place.read_only { BINBYTES8 } else { BYTEARRAY8 }])?;
            out.write_all(&buffer.size().to_le_bytes())?;
            buffer.copy(out)?;
        }
    }
    out.write_all(&stream[from..])?;
    Ok(true)
}

/// Writes an artifact as one ordinary pickle; false if it is none. Without buffers its bytes are written, whatever they are.
///
/// # Errors
/// Those of `out`, and of reading large buffers.
pub fn write(payload: Payload, out: &mut dyn Write) -> io::Result<bool> {
    if payload.buffers.is_empty() {
        out.write_all(&payload.stream)?;
        out.flush()?;
        return Ok(true);
    }
    let mut buffers: Vec<Box<dyn Source>> =
        payload.buffers.into_iter().map(|buffer| Box::new(buffer) as Box<dyn Source>).collect();
    let fits = join(&payload.stream, &mut buffers, out)?;
    out.flush()?;
    Ok(fits)
}

impl Source for Buffer {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    fn copy(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => out.write_all(bytes),
            Self::File { path, .. } => io::copy(&mut File::open(path)?, out).map(|_| ()),
        }
    }
}

/// A part of a stream that is replaced by a buffer, or left out.
struct Place {
    start: usize,
    end: usize,
    buffer: bool,
    read_only: bool,
}

fn places(stream: &[u8]) -> Option<Vec<Place>> {
    let (mut places, mut at) = (Vec::new(), 0);
    loop {
        let opcode = *stream.get(at)?;
        let end = at + 1 + argument(opcode, &stream[at + 1..])?;
        match opcode {
            FRAME => places.push(Place { start: at, end, buffer: false, read_only: false }),
            NEXT_BUFFER => {
                let read_only = stream.get(end) == Some(&READONLY_BUFFER);
                let end = end + usize::from(read_only);
                places.push(Place { start: at, end, buffer: true, read_only });
                at = end;
                continue;
            }
            b'.' => return (end == stream.len()).then_some(places),
            _ => {}
        }
        at = end;
    }
}

/// How many bytes the argument of an opcode takes; `None` for an opcode that no protocol up to 5 has, or if the stream ends before.
fn argument(opcode: u8, rest: &[u8]) -> Option<usize> {
    let counted = |width: usize| {
        let mut count = [0; 8];
        count.get_mut(..width)?.copy_from_slice(rest.get(..width)?);
        usize::try_from(u64::from_le_bytes(count)).ok()?.checked_add(width)
    };
    let line = |from: usize| Some(from + rest.get(from..)?.iter().position(|b| *b == b'\n')? + 1);
    let length = match opcode {
        b'K' | b'h' | b'q' | 0x80 | 0x82 => 1,
        b'M' | 0x83 => 2,
        b'J' | b'j' | b'r' | 0x84 => 4,
        b'G' | FRAME => 8,
        b'U' | b'C' | 0x8c | 0x8a => counted(1)?,
        b'T' | b'B' | b'X' | 0x8b => counted(4)?,
        BINBYTES8 | 0x8d | BYTEARRAY8 => counted(8)?,
        b'I' | b'L' | b'S' | b'V' | b'F' | b'g' | b'p' | b'P' => line(0)?,
        b'c' | b'i' => line(line(0)?)?,
        b'('
        | b'.'
        | b'0'
        | b'1'
        | b'2'
        | b'N'
        | b'Q'
        | b'R'
        | b'a'
        | b'b'
        | b'd'
        | b'}'
        | b'e'
        | b'l'
        | b']'
        | b'o'
        | b's'
        | b't'
        | b')'
        | b'u'
        | 0x81
        | 0x85..=0x89
        | 0x8f..=0x94
        | NEXT_BUFFER
        | READONLY_BUFFER => 0,
        _ => return None,
    };
    (length <= rest.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bytes(Vec<u8>);

    impl Source for Bytes {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn copy(&mut self, out: &mut dyn Write) -> io::Result<()> {
            out.write_all(&self.0)
        }
    }

    fn joined(stream: &[u8], buffers: &[&[u8]]) -> Option<Vec<u8>> {
        let mut buffers: Vec<Box<dyn Source>> =
            buffers.iter().map(|b| Box::new(Bytes(b.to_vec())) as Box<dyn Source>).collect();
        let mut out = Vec::new();
        join(stream, &mut buffers, &mut out).unwrap().then_some(out)
    }

    #[test]
    fn buffers_take_the_place_of_where_they_are_asked_for() {
        // [bytearray, bytes] in a frame
        let stream = b"\x80\x05\x95\x07\0\0\0\0\0\0\0](\x97\x97\x98e.";
        let expected = b"\x80\x05](\x96\x03\0\0\0\0\0\0\0abc\x8e\x02\0\0\0\0\0\0\0dee.";
        assert_eq!(joined(stream, &[b"abc", b"de"]).unwrap(), expected);
    }

    #[test]
    fn what_only_looks_like_a_buffer_is_none() {
        let stream = b"\x80\x05C\x03\x97\x95\x98.";
        assert_eq!(joined(stream, &[]).unwrap(), stream);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(joined(b"\x80\x05\x97.", &[]).is_none());
        assert!(joined(b"\x80\x05N.", &[b"x"]).is_none());
        assert!(joined(b"\x80\x05N", &[]).is_none());
        assert!(joined(b"\x80\x05N.more", &[]).is_none());
        assert!(joined(b"\x80\x05\xff.", &[]).is_none());
        assert!(joined(b"\x80\x05X\xff\xff\xff\xffabc.", &[]).is_none());
        assert!(joined(b"", &[]).is_none());
    }
}
