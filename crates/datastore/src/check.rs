//! Whether what manifests name is there and is what was written.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
};

use spinloom_diagnostics::Result;

use crate::{ContentHash, Datastore, ManifestRef, Piece};

/// What is wrong with a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It has another number of bytes than were written.
    Length {
        /// How many it has.
        found: u64,
        /// How many it should have.
        expected: u64,
    },
    /// Its bytes are not those it is named by.
    Content,
    /// It cannot be unpacked.
    Undecodable,
    /// The operating system cannot read it.
    Unreadable(String),
}

impl Fault {
    /// One word for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Length { .. } => "length",
            Self::Content => "content",
            Self::Undecodable => "undecodable",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Length { found, expected } => write!(f, "has {found} bytes instead of {expected}"),
            Self::Content => f.write_str("holds other bytes than were written"),
            Self::Undecodable => f.write_str("cannot be unpacked"),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

impl Datastore {
    /// Checks the chunk that holds the `len` bytes of `hash`. If `fast`, its bytes are not read: only whether it is there, and its
    /// length where that is known.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_chunk(
        &self,
        hash: &ContentHash,
        len: u64,
        compressed: bool,
        fast: bool,
    ) -> Result<(), Fault> {
        let path = if compressed { self.compressed_path(hash) } else { self.chunk_path(hash) };
        let found = fs::metadata(&path).map_err(|e| fault(&e))?.len();
        if !compressed && found != len {
            return Err(Fault::Length { found, expected: len });
        }
        if fast {
            return Ok(());
        }
        let file = File::open(&path).map_err(|e| fault(&e))?;
        if !compressed {
            let bytes = ContentHash::of_reader(file).map_err(|e| fault(&e))?;
            return if bytes == *hash { Ok(()) } else { Err(Fault::Content) };
        }
        let decoder = zstd::stream::read::Decoder::new(file).map_err(|_| Fault::Undecodable)?;
        // One byte more than there should be, so that a longer file is noticed and not unpacked to the end.
        let mut counted = Counted { inner: decoder.take(len.saturating_add(1)), count: 0 };
        let bytes = ContentHash::of_reader(&mut counted).map_err(|_| Fault::Undecodable)?;
        if counted.count != len {
            return Err(Fault::Length { found: counted.count, expected: len });
        }
        if bytes == *hash { Ok(()) } else { Err(Fault::Content) }
    }

    /// Checks that the bytes of `piece`, one of a manifest of this store, can be had from a pack; a chunk is not looked at.
    ///
    /// # Errors
    /// `SL0403` if the record they lie in is missing or damaged.
    pub fn check_piece(&self, own: &ManifestRef, piece: &Piece) -> Result<()> {
        let at = match piece {
            Piece::Inline { .. } => own,
            Piece::At { at, .. } => at,
            Piece::Chunk { .. } => return Ok(()),
        };
        let manifest = self.recent_manifest(at)?;
        self.inline(&manifest, &piece.in_manifest()).map(|_| ())
    }
}

fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => Fault::Missing,
        _ => Fault::Unreadable(error.to_string()),
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}
