//! The address of bytes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use spinloom_diagnostics::{Error, codes};

/// BLAKE3 of some bytes, which is also where they are kept. Text is 64 hex digits, lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The hash of everything `reader` gives, which is not kept in memory.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn of_reader(reader: impl std::io::Read) -> std::io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(reader)?;
        Ok(Self(*hasher.finalize().as_bytes()))
    }

    /// The hash of an artifact: that of its stream, or, if it has buffers, the hash of all their hashes in order.
    pub fn of_artifact(stream: Self, buffers: &[Self]) -> Self {
        if buffers.is_empty() {
            return stream;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&stream.0);
        for buffer in buffers {
            hasher.update(&buffer.0);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        blake3::Hash::from_hex(text)
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| Error::new(codes::BAD_NAME, format!("`{text}` is not a content hash")))
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_both_ways() {
        let hash = ContentHash::of(b"spin");
        assert_eq!(hash.to_string().parse::<ContentHash>().unwrap(), hash);
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json, format!("\"{hash}\""));
        assert_eq!(serde_json::from_str::<ContentHash>(&json).unwrap(), hash);
    }

    #[test]
    fn the_hash_is_blake3() {
        let of_nothing = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(ContentHash::of(b"").to_string(), of_nothing);
    }

    #[test]
    fn buffers_change_the_hash_of_an_artifact() {
        let (a, b) = (ContentHash::of(b"a"), ContentHash::of(b"b"));
        assert_eq!(ContentHash::of_artifact(a, &[]), a);
        let both: Vec<u8> = [*a.as_bytes(), *b.as_bytes()].concat();
        assert_eq!(ContentHash::of_artifact(a, &[b]), ContentHash::of(&both));
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "ab", "../../etc/passwd", &"z".repeat(64), &"a".repeat(65)] {
            assert_eq!(text.parse::<ContentHash>().unwrap_err().code(), codes::BAD_NAME);
        }
    }
}
