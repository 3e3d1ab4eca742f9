//! What `spinloom server` asks for. Who serves is the program's to say: the library does not refer to the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use spinloom_datastore::StorePolicy;
use spinloom_diagnostics::Result;
use spinloom_metadata::Location;

/// What a server is asked for.
#[derive(Debug)]
pub struct ServeRequest {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where metadata is.
    pub metadata: Location,
    /// The folder of the local store.
    pub store: PathBuf,
    /// How that store is used, and the object store beside it.
    pub policy: StorePolicy,
    /// A question that takes longer is given up.
    pub deadline: Duration,
}

/// Serves until told to stop, and first says where.
pub type Serve = fn(ServeRequest, &mut dyn FnMut(SocketAddr)) -> Result<()>;
