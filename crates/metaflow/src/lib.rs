//! "I have a store of Metaflow's, give me its runs": reading only, from a folder or from an object store.
//!
//! Main type: [`Store`]. It lists flows and runs, tells what files a run's tasks have ([`TaskFiles`]), reads what they say
//! ([`TaskDoc`]) and the bytes of artifacts, verified ([`Store::blobs`]). [`facts`] reads what Metaflow itself wrote as
//! artifacts, and [`graph`] makes a flow graph of it. What is *not* here: anything that writes, and any value of the user's.
//!
//! The metadata of a local store lies beside its data (`_meta` folders). Of a store in an object store a metadata service
//! knows the rest, so there only what the data says is told.

mod blob;
mod documents;
pub mod facts;
pub mod graph;
mod listing;
pub mod mflog;
pub mod pickle;
mod source;
mod store;

pub use blob::{Fetched, Sha};
pub use documents::{AttemptDoc, Exit, Included, ObjectRef, RunHead, TaskDoc};
pub use listing::{AttemptFiles, RunFiles, TaskFiles};
pub use store::Store;
