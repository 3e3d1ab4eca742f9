//! The address of a server.

use std::fmt;
use std::time::Duration;

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_settings::MetadataSettings;
use url::{Host, Url};

/// A Spinloom server, and how it is to be used.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpLocation {
    url: Url,
    token: Option<String>,
    /// For how long a request is tried again.
    pub(super) retry_time: Duration,
    /// For how long one may take.
    pub(super) timeout: Duration,
}

impl HttpLocation {
    /// The server at `url`.
    ///
    /// # Errors
    /// `SL0004` if it is no such address.
    pub(crate) fn new(url: &str, settings: &MetadataSettings) -> Result<Self> {
        let bad = |why: &dyn fmt::Display| {
            Error::new(codes::BAD_SETTING, format!("`{url}` is no address of a server"))
                .cause(why)
                .hint("write it as `http://host:8040`")
        };
        let mut parsed = Url::parse(url).map_err(|e| bad(&e))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
            return Err(bad(&"it is not `http` or `https`"));
        }
        // What is before the `@` is not sent: a server takes a token.
        let _ = (parsed.set_username(""), parsed.set_password(None));
        parsed.set_query(None);
        parsed.set_fragment(None);
        let timeout = settings.timeout.max(Duration::from_secs(1));
        Ok(Self {
            url: parsed,
            token: settings.service_token.clone(),
            retry_time: settings.retry_time,
            timeout,
        })
    }

    /// What the server is shown.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The address of a route, with a question if there is one.
    pub(super) fn at(&self, route: &str, question: Option<&str>) -> String {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{route}", self.url.path().trim_end_matches('/')));
        if let Some(question) = question {
            url.query_pairs_mut().append_pair("q", question);
        }
        url.into()
    }

    /// Whether it is on this machine, where no proxy is between.
    pub(super) fn is_here(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for HttpLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for HttpLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HttpLocation").field(&self.url.as_str()).finish()
    }
}
