//! What must stay the same for modules that are loaded to be those that would be loaded now.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Files of a project that say what is installed for it.
const LOCKS: [&str; 10] = [
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "conda-lock.yml",
    "environment.yml",
    "pixi.lock",
    "pylock.toml",
    "requirements.txt",
    "requirements-dev.txt",
];

/// Files, folders and what is seen of each without much reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint(BTreeMap<PathBuf, String>);

impl Fingerprint {
    /// Looks at the interpreter, the folders of packages, the project's lock files, and Spinloom itself, if that is a checkout.
    pub(crate) fn take(interpreter: &Path, project: &Path, roots: &[PathBuf], own: &Path) -> Self {
        let mut seen = BTreeMap::new();
        let venv = interpreter.parent().and_then(Path::parent).map(|prefix| prefix.join("pyvenv.cfg"));
        for file in [Some(interpreter.to_owned()), venv].into_iter().flatten() {
            let real = file.canonicalize().unwrap_or_else(|_| file.clone());
            seen.insert(file, format!("{} {}", real.display(), stamp(&real)));
        }
        for root in roots {
            seen.insert(root.clone(), format!("{} {}", stamp(root), installed(root)));
        }
        for lock in LOCKS {
            let file = project.join(lock);
            let content =
                fs::read(&file).map_or_else(|_| "none".to_owned(), |text| blake3::hash(&text).to_string());
            seen.insert(file, content);
        }
        if !roots.iter().any(|root| own.starts_with(root)) {
            sources(own, &mut seen);
        }
        Self(seen)
    }

    /// A file or folder in which `now` differs.
    pub(crate) fn differs(&self, now: &Self) -> Option<&Path> {
        let changed = self.0.iter().find(|(path, seen)| now.0.get(*path) != Some(*seen));
        let new = || self.0.len() != now.0.len();
        changed.map(|(path, _)| path.as_path()).or_else(|| new().then(|| Path::new("spinloom")))
    }
}

fn stamp(path: &Path) -> String {
    match fs::metadata(path) {
        Ok(found) => {
            format!("{}:{}:{}.{}", found.ino(), found.len(), found.mtime(), found.mtime_nsec())
        }
        Err(_) => "none".to_owned(),
    }
}

/// What is installed in a folder: its distributions, and files that add to the search path.
fn installed(root: &Path) -> String {
    let Ok(entries) = root.read_dir() else { return String::new() };
    let wanted = [".dist-info", ".egg-info", ".pth", ".egg-link"];
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| wanted.iter().any(|ending| name.ends_with(ending)))
        .map(|name| format!("{name}={}", stamp(&root.join(&name))))
        .collect();
    names.sort();
    blake3::hash(names.join("\n").as_bytes()).to_string()
}

/// Every source of a checkout, as an edit changes nothing of its folder.
fn sources(folder: &Path, seen: &mut BTreeMap<PathBuf, String>) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, seen);
        } else if path.extension().is_some_and(|ending| ending == "py" || ending == "so") {
            seen.insert(path.clone(), stamp(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sees_installs_edits_and_locks() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (site, own) = (at("lib/python3.11/site-packages"), at("python/spinloom"));
        for made in [&site, &own, &at("bin"), &at("lib/python3.11/site-packages/a-1.0.dist-info")] {
            fs::create_dir_all(made).unwrap();
        }
        fs::write(at("bin/python"), "").unwrap();
        fs::write(own.join("flow.py"), "1").unwrap();
        let take = || Fingerprint::take(&at("bin/python"), folder.path(), std::slice::from_ref(&site), &own);
        let mut before = take();
        assert_eq!(before, take());
        let mut changes = |path: &Path| {
            let now = take();
            assert_eq!(before.differs(&now), Some(path));
            before = now;
        };
        fs::write(site.join("a-1.0.dist-info/RECORD"), "").unwrap(); // a reinstall of the same version
        changes(&site);
        fs::write(at("uv.lock"), "x").unwrap();
        changes(&at("uv.lock"));
        fs::write(own.join("flow.py"), "23").unwrap();
        changes(&own.join("flow.py"));
        fs::remove_file(at("bin/python")).unwrap();
        changes(&at("bin/python"));
    }
}
