//! Where objects are.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use spinloom_diagnostics::{Error, codes};

/// The kinds of stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A folder.
    Local,
    /// Amazon S3, or a store that speaks like it.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
}

impl Kind {
    /// Its name, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local folder",
            Self::S3 => "S3",
            Self::Gcs => "Google Cloud Storage",
            Self::Azure => "Azure Blob Storage",
        }
    }
}

/// A bucket, or a folder, and a prefix in it: `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`,
/// `abfss://container@account.dfs.core.windows.net/prefix`, `file:///folder`, or a plain path.
///
/// Prefixes are taken as they are written: nothing in them is escaped.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    kind: Kind,
    scheme: &'static str,
    bucket: String,
    account: Option<String>,
    prefix: String,
}

impl Location {
    /// The location of a folder.
    pub fn folder(path: &Path) -> Self {
        let bucket = path.to_string_lossy().into_owned();
        Self { kind: Kind::Local, scheme: "", bucket, account: None, prefix: String::new() }
    }

    /// The kind of the store.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The bucket or container; of a local store, the folder.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// What all keys begin with, without a `/` at either end; may be empty.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The storage account, if the location names one, as those of Azure can.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The location below this one.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        let below = below.trim_matches('/');
        let mut joined = self.clone();
        let end = if self.kind == Kind::Local { &mut joined.bucket } else { &mut joined.prefix };
        if !below.is_empty() {
            if !end.is_empty() && !end.ends_with('/') {
                end.push('/');
            }
            end.push_str(below);
        }
        joined
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme)?;
        f.write_str(&self.bucket)?;
        if let Some(account) = &self.account {
            write!(f, "@{account}.dfs.core.windows.net")?;
        }
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

impl FromStr for Location {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() {
                Err(bad(text, "it is empty"))
            } else {
                Ok(Self::folder(Path::new(text)))
            };
        };
        let (kind, scheme) = match scheme {
            "file" if rest.starts_with('/') => return Ok(Self::folder(Path::new(rest))),
            "file" => return Err(bad(text, "a folder is written with three slashes, as in `file:///data`")),
            "s3" | "s3a" | "s3n" => (Kind::S3, "s3://"),
            "gs" | "gcs" => (Kind::Gcs, "gs://"),
            "az" | "azure" | "adl" => (Kind::Azure, "az://"),
            "abfs" | "abfss" => (Kind::Azure, "abfss://"),
            _ => return Err(bad(text, &format!("`{scheme}://` is not a kind of store"))),
        };
        let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let (bucket, account) = match host.split_once('@') {
            Some((container, host)) if kind == Kind::Azure => {
                (container, Some(host.split('.').next().unwrap_or(host).to_owned()))
            }
            Some(_) => return Err(bad(text, "a bucket's name has no `@`")),
            None => (host, None),
        };
        if bucket.is_empty() {
            return Err(bad(text, "the bucket is missing"));
        }
        let prefix = prefix.trim_matches('/').to_owned();
        let scheme = if account.is_none() && kind == Kind::Azure { "az://" } else { scheme };
        Ok(Self { kind, scheme, bucket: bucket.to_owned(), account, prefix })
    }
}

fn bad(text: &str, why: &str) -> Error {
    Error::new(codes::BAD_SETTING, format!("`{text}` is not the location of a store")).cause(why).hint(
        "write `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix` or the path of a folder",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Location {
        text.parse().unwrap()
    }

    #[test]
    fn locations_read_as_they_are_written() {
        for (text, kind, bucket, prefix) in [
            ("s3://b/a/c", Kind::S3, "b", "a/c"),
            ("s3://b", Kind::S3, "b", ""),
            ("gs://b/a b+%", Kind::Gcs, "b", "a b+%"),
            ("az://c/p", Kind::Azure, "c", "p"),
            ("abfss://c@acc.dfs.core.windows.net/p", Kind::Azure, "c", "p"),
            ("/data/x", Kind::Local, "/data/x", ""),
            ("rel/x", Kind::Local, "rel/x", ""),
        ] {
            let location = parsed(text);
            assert_eq!(
                (location.kind(), location.bucket(), location.prefix()),
                (kind, bucket, prefix),
                "{text}"
            );
            assert_eq!(location.to_string(), text);
        }
        assert_eq!(parsed("abfs://c@acc.blob.core.windows.net/p").account(), Some("acc"));
        assert_eq!(parsed("file:///d/x"), parsed("/d/x"));
        assert_eq!(parsed("azure://c/p/"), parsed("az://c/p"));
    }

    #[test]
    fn a_location_goes_on_below() {
        assert_eq!(parsed("s3://b").join("x/y").to_string(), "s3://b/x/y");
        assert_eq!(parsed("s3://b/p/").join("/x/").to_string(), "s3://b/p/x");
        assert_eq!(parsed("/d").join("x").to_string(), "/d/x");
        assert_eq!(parsed("/d").join("").to_string(), "/d");
    }

    #[test]
    fn what_is_no_location_is_said_with_how_to_write_one() {
        for text in ["", "s3://", "s3:///key", "http://host/x", "file://host", "s3://a@b/c"] {
            let error = text.parse::<Location>().unwrap_err();
            assert_eq!(error.code(), codes::BAD_SETTING);
            assert!(error.message().contains(&format!("`{text}`")), "{error}");
            assert!(error.hints()[0].contains("s3://bucket/prefix"));
        }
    }
}
