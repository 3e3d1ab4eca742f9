//! Keys: which are allowed, and where they are in a store.

use object_store::path::Path;
use spinloom_diagnostics::{Error, Result, codes};

/// Refuses keys that stores take differently: empty parts, `.`, `..`, control characters.
pub(crate) fn check(key: &str) -> Result<()> {
    let why = if key.is_empty() {
        "it is empty"
    } else if key.chars().any(|c| c.is_ascii_control()) {
        "it has a control character"
    } else if key.split('/').any(str::is_empty) {
        "it has an empty part: a `/` at an end, or two in a row"
    } else if key.split('/').any(|part| matches!(part, "." | "..")) {
        "it has a part `.` or `..`"
    } else {
        return Ok(());
    };
    Err(Error::new(codes::BAD_NAME, format!("`{}` cannot be the key of an object", key.escape_debug()))
        .cause(why))
}

/// Where `key` is in a bucket.
pub(crate) fn path(prefix: &str, key: &str) -> Result<Path> {
    check(key)?;
    let whole = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}/{key}") };
    Path::parse(&whole).map_err(|e| {
        Error::new(codes::BAD_NAME, format!("`{whole}` cannot be the key of an object")).cause(e)
    })
}

/// The key of what is at `path`; `None` if that is not below the prefix.
pub(crate) fn relative(prefix: &str, path: &Path) -> Option<String> {
    let whole = path.as_ref();
    let rest = if prefix.is_empty() { whole } else { whole.strip_prefix(prefix)?.strip_prefix('/')? };
    (!rest.is_empty()).then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_no_two_stores_take_alike_are_refused() {
        for key in ["", "/a", "a/", "a//b", "a/../b", ".", "a\nb"] {
            assert_eq!(check(key).unwrap_err().code(), codes::BAD_NAME, "{key:?}");
        }
        for key in ["a", "a b/c+d%25", "ü/…", "..a", "a=b&c?d#e"] {
            check(key).unwrap();
        }
    }

    #[test]
    fn a_key_is_relative_to_the_prefix() {
        assert_eq!(relative("p/q", &path("p/q", "a%20/b").unwrap()).unwrap(), "a%20/b");
        assert_eq!(relative("", &path("", "a").unwrap()).unwrap(), "a");
        assert_eq!(relative("p", &path("", "pq/a").unwrap()), None);
    }
}
