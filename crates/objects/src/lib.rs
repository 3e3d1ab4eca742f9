//! Object stores: "I have a location and a key, give me the bytes, or keep these."
//!
//! Main types: [`Location`], [`Options`], [`Objects`]. Local folders, S3 and what speaks like it, Google Cloud Storage and
//! Azure Blob Storage behave alike here: calls block, are retried until they work or a bounded time is over, and end in
//! `SL0406` (cannot be reached) or `SL0407` (refused) which say what was tried. What is *not* here: what the bytes mean,
//! and any cache; both belong to `spinloom-datastore`.

mod backend;
mod failure;
mod folder;
mod info;
mod key;
mod location;
mod objects;
mod options;
mod process;
mod remote;
mod slices;
mod transfer;
mod transport;

pub use info::{Listing, ObjectInfo, PutOptions};
pub use location::{Kind, Location};
pub use objects::Objects;
pub use options::{Interrupted, Options};
