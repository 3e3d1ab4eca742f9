//! What the back-ends need to be told.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use spinloom_diagnostics::Result;
use spinloom_settings::{CloudVariables, Settings};

/// Asked now and then during a call that waits: whether the call should end with `SL0205`.
#[derive(Clone)]
pub struct Interrupted(Arc<dyn Fn() -> bool + Send + Sync>);

impl Interrupted {
    /// From what says whether there was an interrupt. It is called in the thread that waits.
    pub fn new(ask: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    pub(crate) fn ask(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupted")
    }
}

/// Everything the back-ends need to be told. The default is what holds when nothing is set in an empty environment.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where S3 is, if not Amazon's. Its buckets are then parts of the path, and `http://` is allowed.
    pub s3_endpoint: Option<String>,
    /// How S3 is to encrypt what is put: `AES256`, `aws:kms`.
    pub s3_encryption: Option<String>,
    /// Where Azure's blobs are, if not at the account's usual address.
    pub azure_endpoint: Option<String>,
    /// Where an emulator of Google Cloud Storage is; requests to it are not signed.
    pub gs_emulator: Option<String>,
    /// Whether certificates must be right.
    pub verify_certificates: bool,
    /// A file of certificates to trust beside the system's.
    pub certificates: Option<PathBuf>,
    /// Amazon's own variables.
    pub aws: CloudVariables,
    /// Azure's own variables.
    pub azure: CloudVariables,
    /// Google's own variables.
    pub google: CloudVariables,
    /// The home folder, where credentials may be.
    pub home: Option<PathBuf>,
    /// How often a request is tried again.
    pub retries: u32,
    /// No new try is begun after this time.
    pub retry_time: Duration,
    /// The first pause before another try; each further one is twice as long.
    pub first_pause: Duration,
    /// How long a store may be silent within a request.
    pub timeout: Duration,
    /// How many small requests may be under way at once.
    pub workers: usize,
    /// What a large object is cut into.
    pub part_size: usize,
    /// How many parts of large objects may be under way at once: these bound the memory.
    pub parts: usize,
    /// Ends calls early.
    pub interrupted: Option<Interrupted>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            s3_endpoint: None,
            s3_encryption: None,
            azure_endpoint: None,
            gs_emulator: None,
            verify_certificates: true,
            certificates: None,
            aws: CloudVariables::default(),
            azure: CloudVariables::default(),
            google: CloudVariables::default(),
            home: None,
            retries: 7,
            retry_time: Duration::from_secs(120),
            first_pause: Duration::from_millis(100),
            timeout: Duration::from_secs(30),
            workers: 32,
            part_size: 8 << 20,
            parts: 8,
            interrupted: None,
        }
    }
}

impl Options {
    /// As the user has set it.
    ///
    /// # Errors
    /// `SL0004` if a setting has a value that means nothing.
    pub fn from_settings(settings: &Settings) -> Result<Self> {
        let set = settings.remote()?;
        Ok(Self {
            s3_endpoint: set.s3_endpoint,
            s3_encryption: set.s3_encryption,
            azure_endpoint: set.azure_endpoint,
            gs_emulator: set.gs_emulator,
            verify_certificates: set.verify_certificates,
            certificates: set.certificates,
            aws: set.aws,
            azure: set.azure,
            google: set.google,
            home: set.home,
            retries: set.retries,
            retry_time: set.retry_time,
            timeout: set.timeout,
            workers: set.workers,
            ..Self::default()
        })
    }
}
