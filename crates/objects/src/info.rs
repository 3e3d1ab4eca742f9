//! What is known about an object, and what may be said about one.

use std::collections::BTreeMap;

/// What a store knows about an object. Listings leave out the content type and the metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its key, relative to the location.
    pub key: String,
    /// How many bytes it has.
    pub size: u64,
    /// What changes whenever the object does, where the store has such a thing.
    pub etag: Option<String>,
    /// When it was written, in microseconds since the Unix epoch.
    pub last_modified_us: i64,
    /// What kind of data it is, as its writer said. A local folder does not keep it.
    pub content_type: Option<String>,
    /// What its writer noted, by lower-case name. A local folder does not keep it.
    pub metadata: BTreeMap<String, String>,
}

/// One level of a store: what is right in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Folders, as keys without a `/` at the end.
    pub folders: Vec<String>,
    /// Objects that are in no deeper folder.
    pub objects: Vec<ObjectInfo>,
}

/// What to say about an object that is put.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PutOptions {
    /// What kind of data it is.
    pub content_type: Option<String>,
    /// Notes to keep beside it; names are of letters, digits, `-` and `_`.
    pub metadata: BTreeMap<String, String>,
    /// How the store is to encrypt it: `AES256`, `aws:kms`. S3 only; by default as the options of the store say.
    pub encryption: Option<String>,
}
