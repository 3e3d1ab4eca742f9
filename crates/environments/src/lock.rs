//! What a specification was resolved to: remembered in the cache, recorded with runs.

use serde::{Deserialize, Serialize};
use spinloom_flow::StepName;

use crate::plan::Manager;

/// Version of what is written.
pub(crate) const VERSION: u32 = 1;

/// Exactly what an environment consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Version of this record.
    pub version: u32,
    /// Who resolved it.
    pub manager: Manager,
    /// What was asked for, sorted; of a project, what its lock file says.
    pub requirements: Vec<String>,
    /// The version of Python it holds for.
    pub python: String,
    /// The platform it holds for.
    pub platform: String,
    /// What it came to, as its manager reads it: exact versions with the hashes of their files.
    pub text: String,
}

impl Lock {
    /// `name version` of each package, by name.
    pub fn packages(&self) -> Vec<(String, String)> {
        let lines: Vec<&str> = match self.manager {
            Manager::Uv => self.requirements.iter().map(String::as_str).collect(),
            _ => self.text.lines().collect(),
        };
        let mut packages: Vec<(String, String)> = lines.into_iter().filter_map(package).collect();
        packages.sort();
        packages
    }
}

/// One line of a lock: `six==1.17.0 \`, `x @ git+https://…`, or an address of conda's.
fn package(line: &str) -> Option<(String, String)> {
    if line.starts_with([' ', '#', '@', '-']) || line.is_empty() {
        return None;
    }
    let line = line.split(" ;").next().unwrap_or(line).trim_end_matches('\\').trim();
    if let Some((name, version)) = line.split_once("==") {
        return Some((name.trim().to_owned(), version.trim().to_owned()));
    }
    if let Some((name, from)) = line.split_once(" @ ") {
        return Some((name.to_owned(), from.to_owned()));
    }
    let file = line.split('#').next()?.rsplit('/').next()?;
    let stem = file.trim_end_matches(".conda").trim_end_matches(".tar.bz2");
    let mut parts = stem.rsplitn(3, '-');
    let (_build, version, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some((name.to_owned(), version.to_owned()))
}

/// What a run keeps of an environment: a resume uses the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What the environment is called.
    pub id: String,
    /// The steps whose tasks run in it.
    pub steps: Vec<StepName>,
    /// What its specification is called.
    pub specification: String,
    /// What it consists of.
    pub lock: Lock,
}

/// A short name for what is written as `value`.
pub(crate) fn name(value: &impl Serialize) -> String {
    let text = serde_json::to_vec(value).unwrap_or_default();
    blake3::hash(&text).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_a_lock_are_read_from_either_kind() {
        let lock = |text: &str| Lock {
            version: VERSION,
            manager: Manager::Pypi,
            requirements: Vec::new(),
            python: "3.11".into(),
            platform: "p".into(),
            text: text.into(),
        };
        let pypi = lock(
            "six==1.17.0 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\ncolorama==0.4.6 ; sys_platform == 'win32'\nx @ git+https://e.org/x@ab\n",
        );
        let conda = lock("@EXPLICIT\nhttps://conda.example/linux-64/zlib-1.3-h0_1.conda#abc\n");
        insta::assert_debug_snapshot!((pypi.packages(), conda.packages()));
    }
}
