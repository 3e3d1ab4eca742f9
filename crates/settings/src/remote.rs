//! What is set about stores that are reached over a network.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use spinloom_diagnostics::Result;

use crate::environment::Environment;
use crate::table::Setting;
use crate::{parse, table};

/// Everything set about remote stores. The clouds' own variables are handed on as they are.
#[derive(Debug, Clone)]
pub struct RemoteSettings {
    /// Where S3 is, if it is not Amazon's.
    pub s3_endpoint: Option<String>,
    /// How S3 is to encrypt what is put.
    pub s3_encryption: Option<String>,
    /// Whether certificates are to be right.
    pub verify_certificates: bool,
    /// A file of certificates to trust beside the system's.
    pub certificates: Option<PathBuf>,
    /// Where Azure's blobs are, if not at the account's usual address.
    pub azure_endpoint: Option<String>,
    /// Where an emulator of Google Cloud Storage is.
    pub gs_emulator: Option<String>,
    /// How often a request is tried again.
    pub retries: u32,
    /// For how long a request is tried again.
    pub retry_time: Duration,
    /// For how long a store may be silent within a request.
    pub timeout: Duration,
    /// How many requests may be under way at once.
    pub workers: usize,
    /// Variables that begin with `AWS_`.
    pub aws: CloudVariables,
    /// Variables that begin with `AZURE_`.
    pub azure: CloudVariables,
    /// Variables that begin with `GOOGLE_`.
    pub google: CloudVariables,
    /// The user's home folder, where the clouds' tools keep credentials.
    pub home: Option<PathBuf>,
}

/// Variables of a cloud, in upper case. They may be secrets: only their names are shown.
#[derive(Clone, Default)]
pub struct CloudVariables(Vec<(String, String)>);

impl CloudVariables {
    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All that are set and not empty.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for CloudVariables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl fmt::Debug for CloudVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

pub(crate) fn load(env: &Environment) -> Result<RemoteSettings> {
    let text = |setting: &Setting| env.value(setting).map(str::to_owned);
    let cloud = |setting: &Setting| env.all(setting).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let (verify_certificates, certificates) = certificates(env);
    let aws: CloudVariables = cloud(&table::AWS);
    Ok(RemoteSettings {
        s3_endpoint: text(&table::S3_ENDPOINT),
        s3_encryption: text(&table::S3_ENCRYPTION),
        verify_certificates,
        certificates: certificates.or_else(|| aws.get("AWS_CA_BUNDLE").map(PathBuf::from)),
        azure_endpoint: text(&table::AZURE_ENDPOINT),
        gs_emulator: text(&table::GS_EMULATOR),
        retries: parse::whole(env, &table::STORE_RETRIES)?.unwrap_or(7),
        retry_time: parse::seconds(env, &table::STORE_RETRY_TIME)?.unwrap_or(Duration::from_secs(120)),
        timeout: parse::seconds(env, &table::STORE_TIMEOUT)?.unwrap_or(Duration::from_secs(30)),
        workers: parse::whole(env, &table::STORE_WORKERS)?.map_or(32, |n: u32| n.max(1) as usize),
        aws,
        azure: cloud(&table::AZURE),
        google: cloud(&table::GOOGLE),
        home: text(&table::HOME).map(PathBuf::from),
    })
}

/// Whether to verify certificates, and a file of more of them: boto's `verify` is either.
fn certificates(env: &Environment) -> (bool, Option<PathBuf>) {
    match env.value(&table::S3_VERIFY) {
        None => (true, None),
        Some(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" => (true, None),
            "0" | "false" | "no" => (false, None),
            _ => (true, Some(PathBuf::from(text))),
        },
    }
}
