//! How a store is to be used: what is compressed, what is verified.

use std::{path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};
use spinloom_objects::Options;
use spinloom_settings::Settings;

/// What is compressed on the local disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compress {
    /// Pickle streams for which it pays. Buffers are not, so that they can be mapped.
    #[default]
    Auto,
    /// Everything that is not inline: least room on the disk, and slower.
    Always,
    /// Nothing.
    Never,
}

impl FromStr for Compress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => {
                let what = format!("`{text}` does not say what a store compresses");
                Err(Error::new(codes::BAD_SETTING, what).hint("use `auto`, `always` or `never`"))
            }
        }
    }
}

/// How one process uses a store.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StorePolicy {
    /// What is compressed; if nobody says, what the store was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<Compress>,
    /// Whether large buffers are verified before they are mapped, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verify: bool,
    /// The object store that artifacts, logs and code go to: text of a [`Location`](spinloom_objects::Location).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The folder where what object stores hold is kept for reading it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<PathBuf>,
    /// How many bytes that folder may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_size: Option<u64>,
    /// How object stores are reached. Credentials stay in the process that has them.
    #[serde(skip)]
    pub access: Options,
}

impl StorePolicy {
    /// Whether it says nothing that another process would not find out for itself.
    pub fn is_plain(&self) -> bool {
        let Self { compress, verify, remote, cache: _, cache_size: _, access: _ } = self;
        compress.is_none() && !verify && remote.is_none()
    }

    /// As the settings of this process say.
    ///
    /// # Errors
    /// `SL0004` if one of them means nothing.
    pub fn from_settings(settings: &Settings) -> Result<Self, Error> {
        let storage = settings.storage()?;
        Ok(Self {
            compress: storage.compress.as_deref().map(str::parse).transpose()?,
            verify: storage.verify,
            remote: storage.remote,
            cache: Some(storage.cache),
            cache_size: Some(storage.cache_size),
            access: Options::from_settings(settings)?,
        })
    }

    /// The same policy, as another process was told it, with what this process knows of object stores.
    ///
    /// # Errors
    /// As [`from_settings`](Self::from_settings).
    pub fn with_access(self, settings: &Settings) -> Result<Self, Error> {
        let StorePolicy { cache, cache_size, access, .. } = Self::from_settings(settings)?;
        Ok(Self { cache: self.cache.or(cache), cache_size: self.cache_size.or(cache_size), access, ..self })
    }
}
