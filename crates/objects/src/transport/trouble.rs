//! Why a request did not succeed.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use object_store::client::{HttpError, HttpErrorKind};

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TroubleKind {
    /// The store cannot be reached or keeps failing.
    Unreachable,
    /// The store refuses the credentials.
    Denied,
    /// There are no credentials.
    NoCredentials,
    /// The bucket does not exist.
    NoBucket,
    /// The range begins after the object's end.
    NoSuchRange,
}

/// Why a request did not succeed, however often it was tried.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) kind: TroubleKind,
    pub(crate) cause: String,
    pub(crate) tries: u32,
    pub(crate) elapsed: Duration,
}

impl Trouble {
    pub(crate) fn new(kind: TroubleKind, cause: impl Into<String>) -> Self {
        Self { kind, cause: cause.into(), tries: 1, elapsed: Duration::ZERO }
    }

    /// The trouble that `error` came from.
    pub(crate) fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut error = Some(error);
        while let Some(e) = error {
            if let Some(trouble) = e.downcast_ref() {
                return Some(trouble);
            }
            error = e.source();
        }
        None
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)?;
        if self.tries > 1 {
            write!(f, " ({} tries in {:.1} s)", self.tries, self.elapsed.as_secs_f64())?;
        }
        Ok(())
    }
}

impl Error for Trouble {}

/// What the network did, in words: the innermost cause says it best.
pub(super) fn transport(error: &HttpError) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match error.kind() {
        HttpErrorKind::Connect => format!("cannot connect: {innermost}"),
        _ => format!("the connection broke: {innermost}"),
    }
}
