//! What a server is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use spinloom_datastore::StorePolicy;
use spinloom_metadata::Location;

/// What a server is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// Where metadata is.
    pub metadata: Location,
    /// The folder of the local store, for artifacts, logs and code.
    pub store: PathBuf,
    /// How that store is used, and the object store beside it.
    pub policy: StorePolicy,
    /// A question that takes longer is given up.
    pub deadline: Duration,
}
