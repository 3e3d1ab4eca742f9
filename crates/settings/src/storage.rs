//! Where artifacts go, and how they are kept.

use std::path::PathBuf;

use spinloom_diagnostics::{Error, Result, codes};

use crate::table::{self, Setting};
use crate::{Settings, parse};

/// Bytes of the cache when nobody says, as Metaflow's client has it: 10,000 MB.
const CACHE: u64 = 10_000 << 20;

/// How a store is to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageSettings {
    /// What is compressed: `auto`, `always` or `never`; as the store was made, if nobody says.
    pub compress: Option<String>,
    /// Whether what is mapped is verified, too.
    pub verify: bool,
    /// The object store that artifacts go to; the local disk, if nobody says.
    pub remote: Option<String>,
    /// The folder where what object stores hold is kept.
    pub cache: PathBuf,
    /// How many bytes it may have.
    pub cache_size: u64,
}

impl Settings {
    /// How stores are used here (AR-09, AR-12).
    ///
    /// # Errors
    /// `SL0004` if a variable has a value that means nothing.
    pub fn storage(&self) -> Result<StorageSettings> {
        let env = &self.env;
        let cache = env.value(&table::CACHE).map(PathBuf::from);
        let cache = cache.unwrap_or_else(|| match env.value(&table::CACHE_HOME).map(PathBuf::from) {
            Some(folder) => folder.join("spinloom"),
            None => match env.value(&table::HOME) {
                Some(home) => PathBuf::from(home).join(".cache/spinloom"),
                None => self.store_root().join("cache"),
            },
        });
        Ok(StorageSettings {
            compress: env.value(&table::COMPRESS).map(str::to_owned),
            verify: parse::switch(env, &table::VERIFY)?.unwrap_or(false),
            remote: match env.value(&table::DATASTORE) {
                Some(kind) => self.datastore(kind, None)?,
                None => None,
            },
            cache,
            cache_size: parse::bytes(env, &table::CACHE_SIZE)?.map_or(CACHE, megabytes),
        })
    }

    /// The location that `--datastore <kind>` means: none for `local`, a URL as it is, and for `s3`, `azure` and `gs` the
    /// `root`, or the one in the environment.
    ///
    /// # Errors
    /// `SL0004` if there is no such kind, or no root for it.
    pub fn datastore(&self, kind: &str, root: Option<&str>) -> Result<Option<String>> {
        let setting: &Setting = match kind {
            "local" => return Ok(None),
            "s3" => &table::S3_ROOT,
            "azure" => &table::AZURE_ROOT,
            "gs" => &table::GS_ROOT,
            url if url.contains("://") => return Ok(Some(url.to_owned())),
            other => {
                return Err(Error::new(codes::BAD_SETTING, format!("there is no datastore `{other}`"))
                    .hint("use `local`, `s3`, `azure`, `gs`, or a location such as `s3://bucket/prefix`"));
            }
        };
        let found = root.or_else(|| self.env.value(setting)).map(str::to_owned);
        found.map(Some).ok_or_else(|| {
            let name = setting.env[0];
            Error::new(
                codes::BAD_SETTING,
                format!("the datastore `{kind}` has no place: `{name}` is not set"),
            )
            .hint(format!("set it, or name the place: `--datastore {kind}://bucket/prefix`"))
        })
    }
}

/// As Metaflow counts: a bare number is megabytes.
fn megabytes(given: u64) -> u64 {
    if given < 1 << 20 { given << 20 } else { given }
}
