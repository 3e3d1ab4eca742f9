//! The address of bytes.

use std::{fmt, str::FromStr, thread};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use spinloom_diagnostics::{Error, codes};

/// Bytes are hashed in leaves of this length, so that a part can be checked, sent and kept alone.
pub const LEAF: usize = 1 << 20;
/// From here on a second thread is worth starting.
const SHARED_WORK: usize = 4 * LEAF;
/// What makes the hash of a list of leaves differ from that of the same bytes as content.
const LIST: &str = "spinloom 2026-11 leaves of a chunk";

/// The BLAKE3 of one leaf.
pub(crate) type Leaf = [u8; 32];

/// The hash of some bytes, which is also where they are kept. Text is 64 hex digits, lower case.
///
/// Up to [`LEAF`] bytes it is their BLAKE3; of more, the BLAKE3, in a domain of its own, of the BLAKE3 of each
/// leaf. So the list of leaves proves itself by the hash it is named by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of `bytes`; a second thread helps with many.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.len() < SHARED_WORK {
            return Self::of_alone(bytes);
        }
        let half = bytes.len() / 2 / LEAF * LEAF;
        let (first, second) = bytes.split_at(half);
        let all = thread::scope(|scope| {
            // A machine that gives no thread gets by without.
            let helper = thread::Builder::new().spawn_scoped(scope, || leaves(second));
            let mut all = leaves(first);
            let rest = helper.ok().and_then(|helper| helper.join().ok());
            all.extend(rest.unwrap_or_else(|| leaves(second)));
            all
        });
        Self::of_leaves(&all)
    }

    /// The same, on this thread.
    pub(crate) fn of_alone(bytes: &[u8]) -> Self {
        if bytes.len() <= LEAF { Self(leaf(bytes)) } else { Self::of_leaves(&leaves(bytes)) }
    }

    /// The hash of the bytes that have these leaves, one at least.
    pub(crate) fn of_leaves(leaves: &[Leaf]) -> Self {
        match leaves {
            [only] => Self(*only),
            _ => Self(
                *blake3::Hasher::new_derive_key(LIST).update(leaves.as_flattened()).finalize().as_bytes(),
            ),
        }
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

    /// Whether it is the hash of `bytes`, as this version or the first one of the format hashed them.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        *self == Self::of(bytes) || (bytes.len() > LEAF && self.0 == *blake3::hash(bytes).as_bytes())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Whether all of `bytes` are zero. Told from the first of them, nearly always.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    match bytes {
        [] => true,
        [first, rest @ ..] => *first == 0 && bytes[..rest.len()] == *rest,
    }
}

/// The hash of one leaf.
pub(crate) fn leaf(bytes: &[u8]) -> Leaf {
    *blake3::hash(bytes).as_bytes()
}

/// The hashes of the leaves of `bytes`, in order.
pub(crate) fn leaves(bytes: &[u8]) -> Vec<Leaf> {
    let mut zero = None;
    let hash = |part: &[u8]| {
        if part.len() == LEAF && is_zero(part) { *zero.get_or_insert_with(|| leaf(part)) } else { leaf(part) }
    };
    bytes.chunks(LEAF).map(hash).collect()
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
    fn many_threads_or_one_hash_alike() {
        let bytes: Vec<u8> = (0..9 * LEAF + 7).map(|i| (i / 300) as u8).collect();
        for len in [0, 1, LEAF - 1, LEAF, LEAF + 1, 4 * LEAF, 9 * LEAF + 7] {
            let part = &bytes[..len];
            assert_eq!(ContentHash::of(part), ContentHash::of_alone(part), "{len}");
            assert!(ContentHash::of(part).matches(part));
            assert!(ContentHash(*blake3::hash(part).as_bytes()).matches(part));
        }
    }

    #[test]
    fn a_list_of_leaves_is_not_the_bytes_it_is_the_list_of() {
        let bytes = vec![7; 3 * LEAF];
        let list = leaves(&bytes);
        assert_eq!(ContentHash::of_leaves(&list), ContentHash::of(&bytes));
        assert_ne!(ContentHash::of(list.as_flattened()), ContentHash::of(&bytes));
    }

    #[test]
    fn zeros_are_told() {
        assert!(is_zero(&[]) && is_zero(&[0]) && is_zero(&[0; 999]));
        for at in [0, 1, 500, 998] {
            let mut bytes = [0; 999];
            bytes[at] = 1;
            assert!(!is_zero(&bytes), "{at}");
        }
        assert_eq!(leaves(&vec![0; 2 * LEAF]), [leaf(&vec![0; LEAF]); 2]);
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
