//! Google Cloud Storage.

use std::sync::Arc;

use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{ObjectStore, StaticCredentialProvider};
use spinloom_diagnostics::Result;

use super::{client, is_http, made, no_retries};
use crate::transport::Connector;
use crate::{Location, Options};

pub(super) fn open(at: &Location, options: &Options) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = GoogleCloudStorageBuilder::new();
    for (name, value) in options.google.iter() {
        if let Ok(key) = name.to_ascii_lowercase().parse::<GoogleConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    let usual = || {
        let file = options.home.as_ref()?.join(".config/gcloud/application_default_credentials.json");
        file.is_file().then_some(file)
    };
    if options.google.get("GOOGLE_APPLICATION_CREDENTIALS").is_none()
        && let Some(file) = usual()
    {
        builder = builder.with_application_credentials(file.to_string_lossy());
    }
    let mut http = false;
    if let Some(emulator) = &options.gs_emulator {
        let url = if emulator.contains("://") { emulator.clone() } else { format!("http://{emulator}") };
        http = is_http(Some(&url));
        // Not to sign is not enough: some requests look for credentials all the same.
        let nobody = StaticCredentialProvider::new(GcpCredential { bearer: String::new() });
        builder = builder.with_base_url(url.trim_end_matches('/')).with_skip_signature(true);
        builder = builder.with_credentials(Arc::new(nobody));
    }
    let store = builder
        .with_bucket_name(at.bucket())
        .with_retry(no_retries())
        .with_client_options(client(options, http)?)
        .with_http_connector(Connector::new(options))
        .build();
    made(at, store)
}
