//! What `spinloom server` asks for. Who serves is the program's to say: the library does not refer to the server.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::ValueEnum;
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
    /// What is demanded of those who ask.
    pub demand: Demand,
    /// The token for looking and the one for recording, as far as they are set; others are in the store.
    pub tokens: (Option<String>, Option<String>),
    /// Names it goes by, beside `localhost`.
    pub names: Vec<String>,
    /// The file that says who wrote what.
    pub audit: Option<PathBuf>,
    /// The folder of plugins, if it is another than the store's own.
    pub plugins: Option<PathBuf>,
    /// A path that everything is below too.
    pub prefix: Option<String>,
    /// Where a collector takes OTLP over HTTP.
    pub otlp: Option<String>,
    /// How it tells what happens.
    pub log: LogFormat,
}

/// What is demanded of those who ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Nothing.
    Nothing,
    /// A token.
    Token,
    /// A proxy's word for who somebody is, in this header.
    Header(String),
}

/// How a server tells, on standard error, what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON.
    Json,
}

/// Where a server listens, and the token with which it may be looked at, if it wants one.
#[derive(Debug)]
pub struct Serving {
    /// Where it listens.
    pub at: SocketAddr,
    /// The token for looking.
    pub token: Option<String>,
}

/// Serves until told to stop, and first says where.
pub type Serve = fn(ServeRequest, &mut dyn FnMut(Serving)) -> Result<()>;
