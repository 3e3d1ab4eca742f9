//! Where one run of bytes of an artifact is.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ContentHash, ManifestRef};

/// Where the stream or one buffer of an artifact is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// In the payload of the manifest that names it.
    Inline {
        /// Where in the payload.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
    /// In the payload of another manifest: always the one that first had it.
    At {
        /// That manifest.
        at: ManifestRef,
        /// Where in its payload.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
    /// In a chunk of its own.
    Chunk {
        /// The chunk.
        hash: ContentHash,
        /// How many bytes, uncompressed.
        len: u64,
        /// How many bytes its compressed file had when this was written, if it is compressed.
        zstd: Option<u64>,
        /// The object store that has it, if it is not this store's own disk: text of a `Location`.
        remote: Option<Arc<str>>,
    },
}

impl Piece {
    /// How many bytes it is, uncompressed.
    pub fn size(&self) -> u64 {
        match self {
            Self::Inline { len, .. } | Self::At { len, .. } | Self::Chunk { len, .. } => *len,
        }
    }

    /// The same bytes, as named by the manifest that has them.
    pub(crate) fn in_manifest(&self) -> Self {
        match self {
            Self::At { offset, len, .. } => Self::Inline { offset: *offset, len: *len },
            other => other.clone(),
        }
    }

    /// The same bytes, as named by another manifest than `home`, whose piece this is.
    pub(crate) fn seen_from_outside(&self, home: &ManifestRef) -> Self {
        match self {
            Self::Inline { offset, len } => Self::At { at: home.clone(), offset: *offset, len: *len },
            other => other.clone(),
        }
    }
}

/// The JSON form; which fields are there says which kind it is.
#[derive(Serialize, Deserialize)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<ManifestRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inline: Option<(u64, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunk: Option<ContentHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    len: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zstd: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remote: Option<Arc<str>>,
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields { at: None, inline: None, chunk: None, len: None, zstd: None, remote: None };
        match self {
            Self::Inline { offset, len } => fields.inline = Some((*offset, *len)),
            Self::At { at, offset, len } => {
                fields.at = Some(at.clone());
                fields.inline = Some((*offset, *len));
            }
            Self::Chunk { hash, len, zstd, remote } => {
                fields.chunk = Some(*hash);
                fields.len = Some(*len);
                fields.zstd = *zstd;
                fields.remote.clone_from(remote);
            }
        }
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Fields::deserialize(deserializer)? {
            Fields { at: None, inline: Some((offset, len)), chunk: None, .. } => {
                Ok(Self::Inline { offset, len })
            }
            Fields { at: Some(at), inline: Some((offset, len)), chunk: None, .. } => {
                Ok(Self::At { at, offset, len })
            }
            Fields { at: None, inline: None, chunk: Some(hash), len: Some(len), zstd, remote } => {
                Ok(Self::Chunk { hash, len, zstd, remote })
            }
            _ => Err(de::Error::custom("a piece is `inline`, `at` with `inline`, or `chunk` with `len`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_is_that_of_the_seams_page() {
        let hash = ContentHash::of(b"x");
        let chunk = format!("{{\"chunk\":\"{hash}\",\"len\":9}}");
        let packed = format!("{{\"chunk\":\"{hash}\",\"len\":9,\"zstd\":4}}");
        let sent = format!("{{\"chunk\":\"{hash}\",\"len\":9,\"remote\":\"s3://bucket/store\"}}");
        let texts =
            ["{\"inline\":[0,5]}", "{\"at\":\"F/12@400+90\",\"inline\":[10,7]}", &chunk, &packed, &sent];
        for text in texts {
            let piece: Piece = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&piece).unwrap(), text);
        }
    }

    #[test]
    fn half_a_piece_is_refused() {
        for text in
            ["{}", "{\"at\":\"F/1@0+9\"}", "{\"chunk\":\"ab\",\"len\":1}", "{\"inline\":[1]}", "{\"len\":1}"]
        {
            assert!(serde_json::from_str::<Piece>(text).is_err(), "{text}");
        }
    }
}
