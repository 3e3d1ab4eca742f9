//! The address of a database, as PostgreSQL's own programs take it.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_settings::MetadataSettings;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::Url;

/// Said to the database of who is connected.
const APPLICATION: &str = "spinloom";
/// Where PostgreSQL listens if nobody says otherwise.
const PORT: u16 = 5432;
/// A network that is silent so long is asked whether it is there.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// A PostgreSQL database, and how it is to be used.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresLocation {
    config: Config,
    shown: String,
    /// Whether its certificate must be right.
    pub(super) verify: bool,
    /// Certificates to trust instead of the system's.
    pub(super) roots: Option<PathBuf>,
    /// Whether statements may be prepared, which some proxies do not bear.
    pub(super) prepares: bool,
    /// For how long a call is tried again.
    pub(super) retry_time: Duration,
}

impl PostgresLocation {
    /// The database at `url`.
    ///
    /// `sslmode` is `disable`, `prefer`, `require`, `verify-ca` or `verify-full`; the last two are the same here. As with PostgreSQL's
    /// own programs only these verify certificates, by the system's or by those in the file `sslrootcert`. `prepared_statements` is
    /// `true` or `false`.
    ///
    /// # Errors
    /// `SL0004` if it is no such address.
    pub(crate) fn new(url: &str, settings: &MetadataSettings) -> Result<Self> {
        let bad = |why: &dyn fmt::Display| {
            Error::new(codes::BAD_SETTING, "this is no address of a PostgreSQL database")
                .cause(why)
                .hint("write it as `postgres://user@host:5432/database`")
        };
        let mut url = Url::parse(url).map_err(|e| bad(&e))?;
        let shown = without_secrets(&url);
        // A noted address has no password, the one that is set may.
        let set = settings.default.as_deref().and_then(|set| Url::parse(set).ok());
        if let Some(set) = set.filter(|set| without_secrets(set) == shown) {
            url = set;
        }
        let Ours { mode, roots, prepares } = Ours::take(&mut url);
        let prepares = match prepares.as_deref() {
            None | Some("true") => true,
            Some("false") => false,
            Some(other) => {
                return Err(bad(&format!(
                    "`prepared_statements` cannot be `{other}`: it is `true` or `false`"
                )));
            }
        };
        let mut config: Config = url.as_str().parse().map_err(|e| bad(&e))?;
        if config.get_password().is_none()
            && let Some(password) = &settings.pg_password
        {
            config.password(password);
        }
        let mode = mode.as_deref().unwrap_or("prefer");
        config.ssl_mode(match mode {
            "disable" => SslMode::Disable,
            "allow" | "prefer" => SslMode::Prefer,
            "require" | "verify-ca" | "verify-full" => SslMode::Require,
            other => return Err(bad(&format!("`sslmode` cannot be `{other}`"))),
        });
        if config.get_hosts().is_empty() {
            return Err(bad(&"it names no host"));
        }
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION);
        }
        config.connect_timeout(settings.timeout.max(Duration::from_secs(1)));
        config.tcp_user_timeout(settings.timeout.max(KEEPALIVE));
        config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE / 2).keepalives_retries(3);
        let verify = mode.starts_with("verify") || (mode == "require" && roots.is_some());
        Ok(Self { config, shown, verify, roots, prepares, retry_time: settings.retry_time })
    }

    /// How to connect, the addresses of its hosts looked up now, on this thread: PostgreSQL's client would start one for that.
    pub(super) fn config(&self) -> std::io::Result<Config> {
        let Some(hosts) = self.resolved()? else { return Ok(self.config.clone()) };
        let mut config = Config::new();
        let from = &self.config;
        copy(from, &mut config);
        for (name, address) in hosts {
            config.host(name).hostaddr(address.ip()).port(address.port());
        }
        Ok(config)
    }

    /// Each host with each of its addresses; `None` if they need not be looked up.
    fn resolved(&self) -> std::io::Result<Option<Vec<(String, SocketAddr)>>> {
        let (hosts, ports) = (self.config.get_hosts(), self.config.get_ports());
        if !self.config.get_hostaddrs().is_empty() {
            return Ok(None);
        }
        let mut found = Vec::new();
        for (index, host) in hosts.iter().enumerate() {
            let Host::Tcp(name) = host else { return Ok(None) };
            let port = ports.get(index).or_else(|| ports.first()).copied().unwrap_or(PORT);
            found.extend((name.as_str(), port).to_socket_addrs()?.map(|address| (name.clone(), address)));
        }
        Ok(Some(found))
    }
}

fn copy(from: &Config, to: &mut Config) {
    if let Some(user) = from.get_user() {
        to.user(user);
    }
    if let Some(password) = from.get_password() {
        to.password(password);
    }
    if let Some(database) = from.get_dbname() {
        to.dbname(database);
    }
    if let Some(options) = from.get_options() {
        to.options(options);
    }
    if let Some(name) = from.get_application_name() {
        to.application_name(name);
    }
    if let Some(timeout) = from.get_connect_timeout() {
        to.connect_timeout(*timeout);
    }
    if let Some(timeout) = from.get_tcp_user_timeout() {
        to.tcp_user_timeout(*timeout);
    }
    to.ssl_mode(from.get_ssl_mode())
        .ssl_negotiation(from.get_ssl_negotiation())
        .keepalives(from.get_keepalives())
        .keepalives_idle(from.get_keepalives_idle())
        .target_session_attrs(from.get_target_session_attrs())
        .channel_binding(from.get_channel_binding())
        .load_balance_hosts(from.get_load_balance_hosts());
    if let Some(interval) = from.get_keepalives_interval() {
        to.keepalives_interval(interval);
    }
    if let Some(retries) = from.get_keepalives_retries() {
        to.keepalives_retries(retries);
    }
}

/// What of an address is not for the client: it does not know of it.
struct Ours {
    mode: Option<String>,
    roots: Option<PathBuf>,
    prepares: Option<String>,
}

impl Ours {
    /// Takes it out of the address.
    fn take(url: &mut Url) -> Self {
        let (mut ours, mut others) = (Self { mode: None, roots: None, prepares: None }, Vec::new());
        for (name, value) in url.query_pairs() {
            match &*name {
                "sslmode" => ours.mode = Some(value.into_owned()),
                "sslrootcert" => ours.roots = (value != "system").then(|| PathBuf::from(&*value)),
                "prepared_statements" => ours.prepares = Some(value.into_owned()),
                _ => others.push((name.into_owned(), value.into_owned())),
            }
        }
        url.set_query(None);
        if !others.is_empty() {
            url.query_pairs_mut().extend_pairs(others);
        }
        // A blank was written as forms have it, and is read as other addresses have it.
        let query = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(query.as_deref());
        ours
    }
}

fn without_secrets(url: &Url) -> String {
    let mut shown = url.clone();
    // It has a host, or no password.
    let _ = shown.set_password(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "password")
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    shown.set_query(None);
    if !kept.is_empty() {
        shown.query_pairs_mut().extend_pairs(kept);
    }
    shown.to_string()
}

impl fmt::Display for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresLocation").field(&self.shown).finish()
    }
}
