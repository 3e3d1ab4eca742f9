//! The interpreter that runs the flow, as it tells of itself.

use std::path::PathBuf;

use serde::Deserialize;

/// The interpreter that runs the flow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Python {
    /// Its program.
    pub executable: PathBuf,
    /// The program of the installation that its virtual environment is of, if it is in one.
    pub base: PathBuf,
    /// Its version, such as `3.11.7`.
    pub version: String,
    /// What it runs on, such as `cpython-linux-x86_64`.
    pub platform: String,
    /// The folder of the package `spinloom`.
    pub package: PathBuf,
    /// The module that finds `metaflow`, if it is installed.
    pub compat: Option<PathBuf>,
}

impl Python {
    /// `3.11` of `3.11.7`.
    pub fn minor(&self) -> &str {
        minor(&self.version)
    }
}

/// `3.11` of `3.11.7`.
pub(crate) fn minor(version: &str) -> &str {
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(at, _)| at);
    &version[..end]
}

/// Whether a version such as `3.10.2` or `3.9` is older than what Spinloom runs on; `false` for what is no version.
pub(crate) fn is_too_old(version: &str) -> bool {
    let mut numbers = version.trim_start_matches("==").trim().split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(3)), Some(Ok(second))) => second < 11,
        (Some(Ok(first)), _) => first < 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_3_11_are_too_old_and_what_is_no_version_is_left_to_the_tool() {
        for old in ["3.10", "3.9.18", "2.7", "==3.8"] {
            assert!(is_too_old(old), "{old}");
        }
        for other in ["3.11", "3.13.0", ">=3.9", "pypy", "4", "3"] {
            assert!(!is_too_old(other), "{other}");
        }
        assert_eq!((minor("3.11.7"), minor("3.12")), ("3.11", "3.12"));
    }
}
