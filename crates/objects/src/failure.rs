//! What went wrong, in words a user can act on.

use spinloom_diagnostics::{Error, codes};

use crate::transport::{Trouble, TroubleKind};
use crate::{Kind, Location};

/// What was being done when it went wrong, for messages: `write`, `read`, and to what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed<'a> {
    pub(crate) verb: &'static str,
    pub(crate) key: &'a str,
}

impl Deed<'_> {
    fn said(self, at: &Location) -> String {
        if self.key.is_empty() {
            return format!("{} `{at}`", self.verb);
        }
        let preposition = if self.verb == "write" { "to" } else { "of" };
        format!("{} `{}` {preposition} `{at}`", self.verb, self.key)
    }
}

/// Our error for one of a back-end's.
pub(crate) fn error(at: &Location, deed: Deed<'_>, source: &object_store::Error) -> Error {
    let said = deed.said(at);
    let Some(trouble) = Trouble::of(source) else {
        return plain(at, &said, source);
    };
    let failed = || Error::new(codes::REMOTE_UNREACHABLE, format!("cannot {said}")).cause(trouble);
    match trouble.kind {
        TroubleKind::NoBucket => failed().hint(format!(
            "there is no {} `{}`: make it, or correct its name",
            if at.kind() == Kind::Azure { "container" } else { "bucket" },
            at.bucket()
        )),
        TroubleKind::Denied => Error::new(codes::REMOTE_DENIED, format!("not allowed to {said}"))
            .cause(trouble)
            .hint(credentials(at.kind(), "see that the credentials are those of this store")),
        TroubleKind::NoCredentials => Error::new(codes::REMOTE_DENIED, format!("no credentials to {said}"))
            .cause(format!("none are set, and this machine is given none: {trouble}"))
            .hint(credentials(at.kind(), "set them")),
        TroubleKind::Unreachable | TroubleKind::NoSuchRange => failed().hint(
            "see whether the store is reachable from here; `SPINLOOM_S3_RETRY_COUNT` says how often a request is tried again",
        ),
    }
}

/// An error that did not come over the network: an answer nobody understands, or a setting a back-end refuses.
fn plain(at: &Location, said: &str, source: &object_store::Error) -> Error {
    let error = Error::new(codes::REMOTE_UNREACHABLE, format!("cannot {said}")).cause(first_line(source));
    error.hint(format!("see whether `{at}` is the store you mean, and that its address is right"))
}

/// A back-end cannot be made of the settings there are.
pub(crate) fn setup(at: &Location, source: &dyn std::fmt::Display) -> Error {
    Error::new(codes::REMOTE_DENIED, format!("what is set is not enough to use `{at}`"))
        .cause(first_line(source))
        .hint(credentials(at.kind(), "set what is missing"))
}

fn credentials(kind: Kind, what: &str) -> String {
    let how = match kind {
        Kind::Local => "the folder's owner and permissions",
        Kind::S3 => "`AWS_PROFILE`, or `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        Kind::Gcs => "`GOOGLE_APPLICATION_CREDENTIALS`, or run `gcloud auth application-default login`",
        Kind::Azure => {
            "`AZURE_STORAGE_ACCOUNT` and `AZURE_STORAGE_KEY`, or `AZURE_STORAGE_CONNECTION_STRING`"
        }
    };
    format!("{what}: {how}")
}

/// Answers can be pages of XML.
fn first_line(source: &dyn std::fmt::Display) -> String {
    let text = source.to_string();
    let line = text.lines().next().unwrap_or("").trim_end_matches('.');
    line.chars().take(400).collect()
}
