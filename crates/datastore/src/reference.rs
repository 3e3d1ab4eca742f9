//! Where a manifest is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{FlowName, RunId};

/// The address of a manifest: a record of the pack of a run. Text is `<Flow>/<run>@<offset>+<length>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestRef {
    /// The flow.
    pub flow: FlowName,
    /// The run whose pack it is in.
    pub run: RunId,
    /// Where in the pack the record starts.
    pub offset: u64,
    /// How long the record is.
    pub length: u64,
}

impl fmt::Display for ManifestRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}@{}+{}", self.flow, self.run, self.offset, self.length)
    }
}

impl fmt::Debug for ManifestRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ManifestRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (flow, rest) = text.split_once('/')?;
            let (run, place) = rest.split_once('@')?;
            let (offset, length) = place.split_once('+')?;
            Some(Self {
                flow: flow.parse().ok()?,
                run: run.parse().ok()?,
                offset: number(offset)?,
                length: number(length)?,
            })
        };
        parse()
            .ok_or_else(|| Error::new(codes::BAD_NAME, format!("`{text}` is not the address of a manifest")))
    }
}

/// Digits only: one text for one address.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

impl Serialize for ManifestRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ManifestRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_both_ways() {
        let at: ManifestRef = "Train_Flow/12@400+90".parse().unwrap();
        assert_eq!((at.flow.as_str(), at.run.as_str(), at.offset, at.length), ("Train_Flow", "12", 400, 90));
        assert_eq!(at.to_string(), "Train_Flow/12@400+90");
        assert_eq!(serde_json::from_str::<ManifestRef>("\"Train_Flow/12@400+90\"").unwrap(), at);
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "F/1",
            "F/1@2",
            "F/1@2+",
            "F/1@+3",
            "F/1@-2+3",
            "F/1@+2+3",
            "F/../x@0+9",
            "../F/1@0+9",
            "F/.@0+9",
        ] {
            assert_eq!(text.parse::<ManifestRef>().unwrap_err().code(), codes::BAD_NAME, "{text}");
        }
    }
}
