//! Azure Blob Storage.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use spinloom_diagnostics::Result;

use super::{client, is_http, made, no_retries};
use crate::transport::Connector;
use crate::{Location, Options};

/// Names other tools of Azure's use, beside those the builder knows.
const ALSO: [(&str, AzureConfigKey); 3] = [
    ("AZURE_STORAGE_ACCOUNT", AzureConfigKey::AccountName),
    ("AZURE_STORAGE_KEY", AzureConfigKey::AccessKey),
    ("AZURE_STORAGE_SAS_TOKEN", AzureConfigKey::SasKey),
];

pub(super) fn open(at: &Location, options: &Options) -> Result<Arc<dyn ObjectStore>> {
    let connection =
        options.azure.get("AZURE_STORAGE_CONNECTION_STRING").map(Connection::read).unwrap_or_default();
    let mut builder = MicrosoftAzureBuilder::new();
    for (key, value) in connection.settings() {
        builder = builder.with_config(key, value);
    }
    for (name, value) in options.azure.iter() {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AzureConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    for (name, key) in ALSO {
        if let Some(value) = options.azure.get(name) {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(account) = at.account() {
        builder = builder.with_account(account);
    }
    let endpoint = options.azure_endpoint.clone().or_else(|| connection.endpoint());
    if let Some(endpoint) = &endpoint {
        let endpoint = endpoint.trim_end_matches('/');
        builder = builder.with_endpoint(endpoint.to_owned());
        // The endpoint alone tells the account too.
        if let Some(account) = account_in(endpoint)
            && builder.get_config_value(&AzureConfigKey::AccountName).is_none()
        {
            builder = builder.with_account(account);
        }
    }
    let http = is_http(endpoint.as_deref());
    let store = builder
        .with_container_name(at.bucket())
        .with_retry(no_retries())
        .with_client_options(client(options, http)?)
        .with_allow_http(http)
        .with_http_connector(Connector::new(options))
        .build();
    made(at, store)
}

/// The account of `https://account.blob.core.windows.net`, or of an emulator's `http://host:port/account`.
fn account_in(endpoint: &str) -> Option<&str> {
    let (_, rest) = endpoint.split_once("://")?;
    match rest.split_once('/') {
        Some((_, path)) => path.split('/').next(),
        None => rest.split_once(".blob.").map(|(account, _)| account),
    }
    .filter(|account| !account.is_empty())
}

/// `AccountName=…;AccountKey=…;BlobEndpoint=…`
#[derive(Default)]
struct Connection(Vec<(String, String)>);

impl Connection {
    fn read(text: &str) -> Self {
        let pair =
            |part: &str| part.trim().split_once('=').map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()));
        Self(text.split(';').filter_map(pair).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn settings(&self) -> impl Iterator<Item = (AzureConfigKey, &str)> {
        [
            ("accountname", AzureConfigKey::AccountName),
            ("accountkey", AzureConfigKey::AccessKey),
            ("sharedaccesssignature", AzureConfigKey::SasKey),
        ]
        .into_iter()
        .filter_map(|(name, key)| Some((key, self.get(name)?)))
    }

    fn endpoint(&self) -> Option<String> {
        self.get("blobendpoint").map(str::to_owned).or_else(|| {
            let (protocol, suffix) = (self.get("defaultendpointsprotocol")?, self.get("endpointsuffix")?);
            Some(format!("{protocol}://{}.blob.{suffix}", self.get("accountname")?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_tells_all() {
        let text = "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5PT0=;EndpointSuffix=core.windows.net";
        let connection = Connection::read(text);
        assert_eq!(connection.get("accountkey"), Some("a2V5PT0="));
        assert_eq!(connection.endpoint().as_deref(), Some("https://acc.blob.core.windows.net"));
        let local = Connection::read("AccountName=a;BlobEndpoint=http://127.0.0.1:10000/a;");
        assert_eq!(local.endpoint().as_deref(), Some("http://127.0.0.1:10000/a"));
    }

    #[test]
    fn an_endpoint_tells_the_account() {
        assert_eq!(account_in("https://acc.blob.core.windows.net"), Some("acc"));
        assert_eq!(account_in("http://127.0.0.1:10000/devstoreaccount1"), Some("devstoreaccount1"));
        assert_eq!(account_in("http://127.0.0.1:10000"), None);
    }
}
