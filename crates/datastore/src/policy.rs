//! How a store is to be used: what is compressed, what is verified.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};

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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StorePolicy {
    /// What is compressed; if nobody says, what the store was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<Compress>,
    /// Whether large buffers are verified before they are mapped, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verify: bool,
}
