//! Whether what manifests name is there and is what was written.

use std::{fmt, fs, io};

use spinloom_diagnostics::{Result, codes};

use crate::{ContentHash, Datastore, ManifestRef, Piece, verify::file_matches};

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
    /// Checks the chunk that holds the `len` bytes of `hash`, on this disk or at `remote`. If `fast`, its bytes are not read: only whether it is
    /// there, and its length where that is known.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_chunk(
        &self,
        hash: &ContentHash,
        len: u64,
        (compressed, remote): (bool, Option<&str>),
        fast: bool,
    ) -> Result<(), Fault> {
        if let Some(at) = remote {
            return self.check_remote(hash, len, at, fast);
        }
        let path = if compressed { self.compressed_path(hash) } else { self.chunk_path(hash) };
        let found = fs::metadata(&path).map_err(|e| fault(&e))?.len();
        if !compressed && found != len {
            return Err(Fault::Length { found, expected: len });
        }
        let good = match (fast, compressed) {
            (true, _) => true,
            (false, true) => {
                let bytes = self.local().read_compressed(hash, len).map_err(|_| Fault::Undecodable)?;
                hash.matches(&bytes)
            }
            (false, false) => file_matches(&path, len, hash).map_err(|e| fault(&e))?,
        };
        if good { Ok(()) } else { Err(Fault::Content) }
    }

    fn check_remote(&self, hash: &ContentHash, len: u64, at: &str, fast: bool) -> Result<(), Fault> {
        let checked = self.remote_at(at).and_then(|remote| remote.check_objects(hash, len, fast));
        match checked {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::Missing),
            Err(error) if error.code() == codes::STORE_CORRUPT => Err(Fault::Content),
            Err(error) => Err(Fault::Unreadable(error.message().to_owned())),
        }
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
