//! Where runs are recorded.

use std::fmt;
use std::time::Duration;

use spinloom_diagnostics::{Error, Result, codes};

use crate::{Settings, parse, table};

/// What is set about metadata that is kept elsewhere.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MetadataSettings {
    /// What is meant where the command line does not say.
    pub default: Option<String>,
    /// The address of the server that `service` means.
    pub service_url: Option<String>,
    /// What a server is shown.
    pub service_token: Option<String>,
    /// The password of a database whose address has none.
    pub pg_password: Option<String>,
    /// For how long a request is tried again.
    pub retry_time: Duration,
    /// For how long a database or a server may be silent within a request.
    pub timeout: Duration,
}

impl fmt::Debug for MetadataSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is left out may be secret.
        f.debug_struct("MetadataSettings").field("service_url", &self.service_url).finish_non_exhaustive()
    }
}

impl Settings {
    /// What is set about metadata.
    ///
    /// # Errors
    /// `SL0004` if a variable has a value that means nothing.
    pub fn metadata(&self) -> Result<MetadataSettings> {
        let text = |setting| self.env.value(setting).map(str::to_owned);
        let seconds = |setting, default| {
            Ok::<_, Error>(parse::seconds(&self.env, setting)?.unwrap_or(Duration::from_secs(default)))
        };
        Ok(MetadataSettings {
            default: text(&table::METADATA),
            service_url: text(&table::SERVICE_URL),
            service_token: text(&table::SERVICE_TOKEN),
            pg_password: text(&table::PG_PASSWORD),
            retry_time: seconds(&table::STORE_RETRY_TIME, 120)?,
            timeout: seconds(&table::STORE_TIMEOUT, 30)?,
        })
    }
}

impl MetadataSettings {
    /// The address that `service` means.
    ///
    /// # Errors
    /// `SL0004` if none is set.
    pub fn service(&self) -> Result<&str> {
        self.service_url.as_deref().ok_or_else(|| {
            let name = table::SERVICE_URL.env[0];
            Error::new(
                codes::BAD_SETTING,
                format!("the metadata `service` has no address: `{name}` is not set"),
            )
            .hint("set it, or name the server: `--metadata http://host:8040`")
        })
    }
}
