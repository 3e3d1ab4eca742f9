//! "I have a task: give me its artifacts, its logs, its code." The content-addressed store of a project, on a local disk.
//!
//! Main types: [`Datastore`] (the folder), [`Manifest`] (what one attempt saved), [`AttemptWriter`] (saving it),
//! [`Pack`] (committing it) and [`LogWriter`]. What is *not* here: which runs and tasks there are (`metadata`), and
//! what the bytes mean (Python). The format is `docs/design/0001-the-seams.md`.
//!
//! # What survives what
//!
//! A chunk is written under another name and renamed; a manifest is one write at the end of a pack, and
//! nobody follows its address before metadata committed it. So after `kill -9` of any process at any instant a reader
//! sees all of an attempt or nothing of it. Nothing is forced to the disk for each artifact: after a power cut, what the
//! kernel had not yet written (some 30 seconds at most, on ext4) may be gone, and every read tells (`SL0403`) instead of
//! answering wrong bytes. [`Pack::sync`] is the one call that waits for the disk (`fdatasync` of the manifests);
//! the engine makes it when a run ends.
//!
//! Every byte read is verified against the hash it was written with, save one case: a large buffer is answered as a file
//! to be mapped ([`Buffer::File`]), and only its length is checked. [`Datastore::read_chunk`] verifies it in full.
//!
//! # Forks
//!
//! A [`Datastore`] may be used on after `fork`: it shares no file position, starts no thread and waits for no lock.

mod artifact;
mod attempt;
mod cards;
mod check;
mod chunk;
mod described;
mod draft;
mod driver;
mod frames;
mod hash;
mod import;
mod io;
mod live;
mod log;
mod manifest;
mod mapped;
mod pack;
pub mod package;
pub mod pickle;
mod piece;
mod policy;
mod probe;
mod reader;
mod record;
mod reference;
mod remote;
mod remove;
mod resources;
mod sparse;
mod spool;
mod store;
mod sweep;
mod text;
mod verify;

pub use artifact::{Buffer, Payload};
pub use attempt::{
    AttemptId, AttemptWriter, Content, ENCODING, INLINE_PIECE, INLINE_RECORD, Stream, is_pickle,
};
pub use cards::{CARD, Card, CardDocument, CardNote, Seen, card_name};
pub use check::Fault;
pub use described::{Described, Json};
pub use driver::DriverLock;
pub use hash::{ContentHash, LEAF};
pub use live::Live;
pub use log::{LogExtent, LogFile, LogFrame, LogLine, LogReader, LogWriter};
pub use manifest::{ArtifactEntry, MANIFEST_VERSION, Manifest};
pub use pack::Pack;
pub use package::Package;
pub use piece::Piece;
pub use policy::{Compress, StorePolicy};
pub use reference::ManifestRef;
pub use remote::{OBJECT_GRACE, ObjectProgress, ObjectSweep, SweptObjects, Tally};
pub use remove::RunFolder;
pub use resources::{ResourcePoint, ResourceWriter, Resources};
pub use spool::Spool;
pub use store::{Datastore, STORE_VERSION};
pub use sweep::{ChunkInfo, Removal};
