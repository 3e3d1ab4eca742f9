//! Clients of the clouds' stores, made of options alone.

mod azure;
mod gcs;
mod profile;
mod s3;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use object_store::{Certificate, ClientOptions, ObjectStore, RetryConfig};
use spinloom_diagnostics::{Error, Result, codes};

use crate::{Kind, Location, Options, failure};

/// The client for a location's bucket.
pub(crate) fn open(at: &Location, options: &Options) -> Result<Arc<dyn ObjectStore>> {
    // A second install fails, and is not needed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match at.kind() {
        Kind::S3 => s3::open(at, options),
        Kind::Gcs => gcs::open(at, options),
        Kind::Azure => azure::open(at, options),
        Kind::Local => Err(Error::new(codes::INTERNAL, "a folder has no client")),
    }
}

/// Our transport tries again and knows the time limits; the client must do neither.
fn client(options: &Options, http: bool) -> Result<ClientOptions> {
    let mut client = ClientOptions::new()
        .with_timeout_disabled()
        .with_read_timeout_disabled()
        .with_connect_timeout(options.timeout.min(Duration::from_secs(10)))
        .with_pool_max_idle_per_host(options.workers.max(options.parts))
        .with_pool_idle_timeout(Duration::from_secs(20))
        .with_allow_http(http)
        .with_allow_invalid_certificates(!options.verify_certificates);
    if let Some(path) = &options.certificates {
        let pem = fs::read(path).map_err(|e| certificates(path, &e))?;
        for certificate in Certificate::from_pem_bundle(&pem).map_err(|e| certificates(path, &e))? {
            client = client.with_root_certificate(certificate);
        }
    }
    let agent = object_store::HeaderValue::from_static(concat!("spinloom/", env!("CARGO_PKG_VERSION")));
    Ok(client.with_user_agent(agent))
}

fn no_retries() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

fn certificates(path: &std::path::Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(codes::BAD_SETTING, format!("the certificates in `{}` cannot be used", path.display()))
        .cause(why)
        .hint("`SPINLOOM_S3_VERIFY_CERTIFICATE` and `AWS_CA_BUNDLE` name files in PEM format")
}

fn is_http(endpoint: Option<&str>) -> bool {
    endpoint.is_some_and(|e| e.starts_with("http://"))
}

fn made<T: ObjectStore>(at: &Location, store: object_store::Result<T>) -> Result<Arc<dyn ObjectStore>> {
    store.map(|s| Arc::new(s) as Arc<dyn ObjectStore>).map_err(|e| failure::setup(at, &e))
}
