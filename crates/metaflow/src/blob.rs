//! Bytes of artifacts: kept compressed, under the SHA-1 of what they are uncompressed (AR-04).

use std::fmt;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::{Deserialize, Deserializer, de};

/// What a blob is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha([u8; 20]);

/// A blob as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The bytes, which have the hash they are kept under.
    Whole(Vec<u8>),
    /// There is none of that name.
    Missing,
    /// It is something else than what was kept; why.
    Damaged(String),
}

impl Sha {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut sha = [0; 20];
        sha.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
        Self(sha)
    }

    /// Reads forty hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut sha = [0; 20];
        if text.len() != 40 || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in sha.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(sha))
    }

    /// Its key below the folder of its flow.
    pub(crate) fn key(self) -> String {
        let name = self.to_string();
        format!("data/{}/{name}", &name[..2])
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for Sha {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no SHA-1")))
    }
}

/// What `kept` holds, which is kept as `sha`. `size` is how long it should be, as far as that is known.
///
/// Whether it is compressed a note beside it says, which this needs not: only one of both has the hash.
pub(crate) fn unpack(sha: Sha, kept: &[u8], size: Option<u64>) -> Fetched {
    let unzipped = kept.starts_with(&[0x1f, 0x8b]).then(|| gunzip(kept, size));
    match unzipped {
        Some(Ok(bytes)) if Sha::of(&bytes) == sha => Fetched::Whole(bytes),
        _ if Sha::of(kept) == sha => Fetched::Whole(kept.to_vec()),
        Some(Err(error)) => Fetched::Damaged(format!("it cannot be decompressed: {error}")),
        _ => Fetched::Damaged("its content does not have the SHA-1 it is kept under".into()),
    }
}

/// Decompresses; nothing is said about what the bytes are.
pub(crate) fn gunzip(kept: &[u8], size: Option<u64>) -> std::io::Result<Vec<u8>> {
    // A size is only a hint: what is damaged may say anything.
    let room =
        size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0).min(kept.len().saturating_mul(64));
    let mut bytes = Vec::with_capacity(room);
    MultiGzDecoder::new(kept).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(3));
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_name_goes_both_ways() {
        let sha = Sha::of(b"abc");
        assert_eq!(sha.to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(Sha::parse(&sha.to_string()), Some(sha));
        assert_eq!(sha.key(), "data/a9/a9993e364706816aba3e25717850c26c9cd0d89d");
        for bad in [
            "",
            "abc",
            "zz993e364706816aba3e25717850c26c9cd0d89d",
            "+1993e364706816aba3e25717850c26c9cd0d89d",
        ] {
            assert_eq!(Sha::parse(bad).filter(|sha| sha.to_string() == bad), None, "{bad}");
        }
    }

    #[test]
    fn compressed_and_raw_are_told_apart_by_the_hash() {
        let (plain, zip) = (b"hello".as_slice(), packed(b"hello"));
        assert_eq!(unpack(Sha::of(plain), &zip, Some(5)), Fetched::Whole(plain.into()));
        assert_eq!(unpack(Sha::of(plain), plain, None), Fetched::Whole(plain.into()));
        assert_eq!(unpack(Sha::of(&zip), &zip, None), Fetched::Whole(zip.clone()));
    }

    #[test]
    fn any_cut_and_any_flipped_bit_is_damage_or_the_same_bytes() {
        let plain: Vec<u8> = (0..200).map(|i: u32| (i * i % 251) as u8).collect();
        let (sha, zip) = (Sha::of(&plain), packed(&plain));
        for length in 0..zip.len() {
            assert!(matches!(unpack(sha, &zip[..length], None), Fetched::Damaged(_)), "{length}");
        }
        for at in 0..zip.len() {
            let mut bad = zip.clone();
            bad[at] ^= 0x10;
            match unpack(sha, &bad, None) {
                Fetched::Whole(bytes) => assert_eq!(bytes, plain, "{at}"),
                other => assert!(matches!(other, Fetched::Damaged(_)), "{at}"),
            }
        }
    }
}
