//! What a server is told.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use spinloom_datastore::StorePolicy;
use spinloom_metadata::Location;
use spinloom_settings::SPIN_FOLDER;

use crate::security::{Auth, Tokens};

/// The largest body of a request, bytes, unless it is told otherwise.
pub const BODY: usize = 64 << 20;
/// A question that takes longer is given up, unless it is told otherwise.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// What a server is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// Where metadata is.
    pub metadata: Location,
    /// The folder of the local store, for artifacts, logs and code.
    pub store: PathBuf,
    /// The folder of the store of kept spins; it may not be there.
    pub spins: PathBuf,
    /// How the store of runs is used, and the object store beside it.
    pub policy: StorePolicy,
    /// What is demanded of those who ask.
    pub auth: Auth,
    /// The tokens, where some are demanded.
    pub tokens: Option<Tokens>,
    /// Names it goes by, beside `localhost`.
    pub names: Vec<String>,
    /// The file that says who wrote what.
    pub audit: Option<PathBuf>,
    /// The largest body of a request, bytes.
    pub body_limit: usize,
    /// The folder of plugins; `plugins` in the store if none is named.
    pub plugins: Option<PathBuf>,
    /// A path that everything is below too, such as `/metaflow`: for proxies that pass it on.
    pub prefix: Option<String>,
    /// A question that takes longer is given up.
    pub deadline: Duration,
    /// Where a collector takes OTLP over HTTP, such as `http://localhost:4318`; without it nothing is told.
    pub otlp: Option<String>,
}

impl Options {
    /// A path without the prefix that everything is below, if it is.
    pub(crate) fn bare<'p>(&self, path: &'p str) -> &'p str {
        let below = self.prefix.as_deref().and_then(|prefix| path.strip_prefix(prefix));
        match below {
            Some("") => "/",
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }

    /// For the store in a folder, at a free port of this machine, for everybody on it.
    pub fn local(store: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metadata: Location::Local(store.clone()),
            spins: store.parent().unwrap_or(Path::new(".")).join(SPIN_FOLDER),
            store,
            policy: StorePolicy::default(),
            auth: Auth::None,
            tokens: None,
            names: Vec::new(),
            audit: None,
            body_limit: BODY,
            plugins: None,
            prefix: None,
            deadline: DEADLINE,
            otlp: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_prefix_is_without_it() {
        let mut options = Options::local("store".into());
        assert_eq!(options.bare("/loom/assets/a.js"), "/loom/assets/a.js");
        options.prefix = Some("/loom".into());
        for (path, bare) in [
            ("/loom/assets/a.js", "/assets/a.js"),
            ("/loom", "/"),
            ("/loom/", "/"),
            ("/loomy/assets/a.js", "/loomy/assets/a.js"),
            ("/assets/a.js", "/assets/a.js"),
        ] {
            assert_eq!(options.bare(path), bare);
        }
    }
}
