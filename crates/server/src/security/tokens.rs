//! Tokens: what is demanded, and what somebody presents.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use axum::http::{HeaderMap, HeaderName, header};
use ring::rand::{SecureRandom as _, SystemRandom};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use subtle::ConstantTimeEq as _;

/// The cookie a browser keeps its token in.
pub(super) const COOKIE: &str = "spinloom_token";
/// The file of the store that keeps tokens nobody has set.
const FILE: &str = "server-tokens";

/// What is demanded of those who ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Nothing.
    None,
    /// A token.
    Token,
    /// A proxy has looked who it is, and says so in this header. What writes still needs the token.
    Proxy(HeaderName),
}

/// The tokens of a server.
#[derive(Clone)]
pub struct Tokens {
    /// For people who look.
    pub read: String,
    /// For programs that record.
    pub write: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(…)")
    }
}

/// What somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    /// Look.
    Read,
    /// Record, too.
    Write,
}

impl Tokens {
    /// Those given; what is not comes from the store in `folder`, where it is made, for its owner alone, when it is first needed.
    ///
    /// # Errors
    /// `SL0401` if that file cannot be read or made.
    pub fn from(read: Option<String>, write: Option<String>, folder: &Path) -> Result<Self> {
        if let (Some(read), Some(write)) = (&read, &write) {
            return Ok(Self { read: read.clone(), write: write.clone() });
        }
        let kept = kept(&folder.join(FILE))?;
        Ok(Self { read: read.unwrap_or(kept.read), write: write.unwrap_or(kept.write) })
    }

    /// What a token allows.
    pub(super) fn right_of(&self, token: &str) -> Option<Right> {
        // Both are compared, in full, whatever the first says.
        let (write, read) = (same(token, &self.write), same(token, &self.read));
        if write {
            return Some(Right::Write);
        }
        read.then_some(Right::Read)
    }
}

/// Compares digests, so that time tells neither how much of a token is right nor how long it is.
fn same(one: &str, other: &str) -> bool {
    let digest = |text: &str| *blake3::hash(text.as_bytes()).as_bytes();
    digest(one).ct_eq(&digest(other)).into()
}

fn kept(path: &Path) -> Result<Tokens> {
    let problem = || format!("the tokens in `{}` cannot be read or made", path.display());
    if let Ok(text) = fs::read_to_string(path) {
        let mut lines = text.lines();
        return match (lines.next(), lines.next()) {
            (Some(read), Some(write)) => Ok(Tokens { read: read.to_owned(), write: write.to_owned() }),
            _ => Err(Error::new(codes::STORE_IO, problem()).hint("remove the file; others are made then")),
        };
    }
    // A server may be started before there is a store.
    path.parent().map_or(Ok(()), fs::create_dir_all).or_error(codes::STORE_IO, problem)?;
    let made = Tokens { read: random()?, write: random()? };
    // Two servers that start at once both make some; the first to have the name wins.
    let temporary = path.with_extension(std::process::id().to_string());
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary);
    let linked =
        written.and_then(|mut file| write!(file, "{}\n{}\n", made.read, made.write)).and_then(|()| {
            match fs::hard_link(&temporary, path) {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
                other => other.map(|()| true),
            }
        });
    let _ = fs::remove_file(&temporary);
    if linked.or_error(codes::STORE_IO, problem)? { Ok(made) } else { kept(path) }
}

fn random() -> Result<String> {
    let mut bytes = [0; 20];
    SystemRandom::new()
        .fill(&mut bytes)
        .or_error(codes::INTERNAL, || "no random numbers can be had".to_owned())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The token that a request presents: as a bearer's, as Metaflow's clients have it, or in the browser's cookie.
pub(super) fn presented(headers: &HeaderMap) -> Option<&str> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(header::AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    bearer.or_else(|| text(HeaderName::from_static("x-api-key"))).or_else(|| {
        let cookies = text(header::COOKIE)?.split(';');
        cookies
            .filter_map(|one| one.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens { read: "look".to_owned(), write: "record".to_owned() }
    }

    #[test]
    fn a_token_allows_what_it_is_for() {
        assert_eq!(tokens().right_of("look"), Some(Right::Read));
        assert_eq!(tokens().right_of("record"), Some(Right::Write));
        assert_eq!(tokens().right_of("loo"), None);
        assert_eq!(tokens().right_of(""), None);
    }

    #[test]
    fn tokens_of_a_store_are_made_once_and_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let first = Tokens::from(None, None, folder.path()).unwrap();
        let second = Tokens::from(None, Some("mine".to_owned()), folder.path()).unwrap();
        assert_eq!((second.read.as_str(), second.write.as_str()), (first.read.as_str(), "mine"));
        assert_ne!(first.read, first.write);
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary is left");
    }

    #[test]
    fn tokens_are_made_before_there_is_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("project/.spinloom");
        let made = Tokens::from(None, None, &store).unwrap();
        assert_eq!(Tokens::from(None, None, &store).unwrap().read, made.read);
    }

    #[test]
    fn a_token_is_presented_in_three_ways() {
        for (name, value) in [
            (header::AUTHORIZATION, "Bearer abc"),
            (HeaderName::from_static("x-api-key"), "abc"),
            (header::COOKIE, "theme=dark; spinloom_token=abc"),
        ] {
            let headers = HeaderMap::from_iter([(name, value.parse().unwrap())]);
            assert_eq!(presented(&headers), Some("abc"), "{value}");
        }
        assert_eq!(presented(&HeaderMap::new()), None);
    }

    #[test]
    fn tokens_are_not_printed() {
        assert_eq!(format!("{:?}", tokens()), "Tokens(…)");
    }
}
