//! Which files belong to a package.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::{fs, io};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use spinloom_diagnostics::{Error, Result, codes};

use super::{ALL, Contents, LIMIT, SUFFIXES, Source, bad};

/// The file that says what of its folder is left out, as `.gitignore` does.
pub const IGNORE_FILE: &str = ".spinloomignore";
/// Entries looked at, at most: a flow in a home folder must not make `run` read a whole disk.
const ENTRIES: usize = 500_000;

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is called in the package.
    pub name: PathBuf,
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// It may be executed.
    pub executable: bool,
}

/// The files of a package: those of the flow's folder `dir` and of the sources that `contents` names, sorted by name.
///
/// Left out: hidden files and folders, `__pycache__`, `node_modules`, virtual environments, folders that may not be
/// read, and what an [`IGNORE_FILE`] in a folder or above it says. Symbolic links are followed, except to a folder the
/// link is in. A source that is a file is in whatever it is called.
///
/// # Errors
/// `SL0131` as [`Contents::check`], and if two files would have one name; `SL0501` if a folder cannot be read or the files
/// are over [`LIMIT`].
pub fn find(dir: &Path, contents: &Contents) -> Result<Vec<Member>> {
    find_with_limit(dir, contents, LIMIT)
}

pub(super) fn find_with_limit(dir: &Path, contents: &Contents, limit: u64) -> Result<Vec<Member>> {
    let suffixes = SUFFIXES.iter().copied().chain(contents.suffixes.iter().map(String::as_str));
    let mut walk = Walk {
        suffixes: lower(suffixes),
        limit,
        found: Vec::new(),
        ignores: Vec::new(),
        bytes: 0,
        entries: 0,
    };
    walk.root(dir, Path::new(""))?;
    for source in &contents.sources {
        walk.source(dir, source)?;
    }
    walk.sorted()
}

fn lower<'a>(suffixes: impl Iterator<Item = &'a str>) -> Vec<String> {
    suffixes.map(str::to_lowercase).filter(|suffix| !suffix.is_empty()).collect()
}

/// What the [`IGNORE_FILE`] of a folder says, if it has one.
pub(super) fn rules(folder: &Path) -> Result<Option<Gitignore>> {
    let path = folder.join(IGNORE_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::InvalidData => {
            return Err(bad(format!("`{IGNORE_FILE}` is not UTF-8")).at(path.display().to_string(), None));
        }
        // A folder of that name is nobody's rules.
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(unreadable(&path, &e)),
    };
    let mut builder = GitignoreBuilder::new(folder);
    for (at, line) in text.lines().enumerate() {
        builder.add_line(None, line).map_err(|e| not_a_pattern(&path, at + 1, line, &e))?;
    }
    let built = builder.build();
    built.map(Some).map_err(|e| {
        bad(format!("`{IGNORE_FILE}` cannot be used")).at(path.display().to_string(), None).cause(e)
    })
}

fn not_a_pattern(path: &Path, line: usize, text: &str, error: &ignore::Error) -> Error {
    let cause = match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    bad(format!("`{}` is no pattern for files", text.trim()))
        .at(path.display().to_string(), u32::try_from(line).ok())
        .cause(cause)
        .hint("write patterns as `.gitignore` has them, such as `data/` or `*.ipynb`; `\\[` stands for a bracket itself")
}

struct Walk {
    suffixes: Vec<String>,
    limit: u64,
    found: Vec<Member>,
    /// Of the folder looked through and those it is in, outermost first.
    ignores: Vec<Gitignore>,
    bytes: u64,
    entries: usize,
}

impl Walk {
    fn root(&mut self, path: &Path, name: &Path) -> Result<()> {
        let here = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
        self.folder(path, name, &mut vec![(here.dev(), here.ino())])
    }

    fn source(&mut self, dir: &Path, source: &Source) -> Result<()> {
        source.check(dir)?;
        let (path, name) = (dir.join(&source.path), Path::new(&source.name));
        let metadata = fs::metadata(&path).map_err(|e| unreadable(&path, &e))?;
        if metadata.is_file() {
            return self.file(path, name.to_owned(), &metadata);
        }
        let own = source.suffixes.as_ref().map(|own| lower(own.iter().map(String::as_str)));
        let before =
            std::mem::replace(&mut self.suffixes, own.unwrap_or_else(|| lower(SUFFIXES.into_iter())));
        let result = self.root(&path, name);
        self.suffixes = before;
        result
    }

    /// Looks through the folder `path`, called `name` in the package. `above`: device and inode of the folders it is
    /// in and of itself.
    fn folder(&mut self, path: &Path, name: &Path, above: &mut Vec<(u64, u64)>) -> Result<()> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied && above.len() > 1 => return Ok(()),
            Err(e) => return Err(unreadable(path, &e)),
        };
        let outer = self.ignores.len();
        self.ignores.extend(rules(path)?);
        for entry in entries {
            let entry = entry.map_err(|e| unreadable(path, &e))?;
            self.entry(&entry, name, above)?;
        }
        self.ignores.truncate(outer);
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry, name: &Path, above: &mut Vec<(u64, u64)>) -> Result<()> {
        self.entries += 1;
        if self.entries > ENTRIES {
            return Err(too_big(format!("the folder of the flow has more than {ENTRIES} files")));
        }
        let kind = entry.file_type();
        let may_be_dir = kind.is_ok_and(|kind| kind.is_dir() || kind.is_symlink());
        let wanted = self.wants(&entry.file_name());
        if hidden(&entry.file_name()) || !(may_be_dir || wanted) {
            return Ok(());
        }
        // A link that leads nowhere is nobody's code.
        let Ok(target) = fs::metadata(entry.path()) else { return Ok(()) };
        if self.ignored(&entry.path(), target.is_dir()) {
            return Ok(());
        }
        let name = name.join(entry.file_name());
        if target.is_dir() {
            self.inner(&entry.path(), &name, (target.dev(), target.ino()), above)
        } else if target.is_file() && wanted {
            self.file(entry.path(), name, &target)
        } else {
            Ok(())
        }
    }

    /// What the nearest folder says that says anything.
    fn ignored(&self, path: &Path, is_dir: bool) -> bool {
        let mut said = self.ignores.iter().rev().map(|rules| rules.matched(path, is_dir));
        matches!(said.find(|said| !said.is_none()), Some(Match::Ignore(_)))
    }

    fn inner(&mut self, path: &Path, name: &Path, id: (u64, u64), above: &mut Vec<(u64, u64)>) -> Result<()> {
        let generated = name.file_name().is_some_and(|n| n == "__pycache__" || n == "node_modules");
        if generated || above.contains(&id) || path.join("pyvenv.cfg").exists() {
            return Ok(());
        }
        above.push(id);
        let result = self.folder(path, name, above);
        above.pop();
        result
    }

    fn file(&mut self, path: PathBuf, name: PathBuf, metadata: &fs::Metadata) -> Result<()> {
        let size = metadata.len();
        let executable = metadata.permissions().mode() & 0o100 != 0;
        self.bytes = self.bytes.saturating_add(size);
        self.found.push(Member { name, path, size, executable });
        if self.bytes <= self.limit {
            return Ok(());
        }
        let error = too_big(format!("the code package would have more than {}", mebibytes(self.limit)));
        let largest = self.found.iter().max_by_key(|f| f.size);
        Err(largest.into_iter().fold(error, |error, f| {
            error.hint(format!("the largest file so far is `{}`, {}", f.name.display(), mebibytes(f.size)))
        }))
    }

    fn wants(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy().to_lowercase();
        self.suffixes.iter().any(|suffix| suffix == ALL || name.ends_with(suffix))
    }

    /// The files by name, none twice.
    fn sorted(mut self) -> Result<Vec<Member>> {
        self.found.sort_by(|a, b| a.name.as_os_str().cmp(b.name.as_os_str()));
        let mut members: Vec<Member> = Vec::with_capacity(self.found.len());
        for member in self.found {
            match members.last().filter(|last| last.name == member.name) {
                None => members.push(member),
                Some(last) if is_same(&last.path, &member.path) => {}
                Some(last) => {
                    let (one, other) = (last.path.display(), member.path.display());
                    let what = format!(
                        "`{one}` and `{other}` would both be `{}` in the code package",
                        member.name.display()
                    );
                    return Err(bad(what).hint("give one of them another name, or leave one out"));
                }
            }
        }
        Ok(members)
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

fn hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    let what = format!("cannot read `{}` for the code package", path.display());
    Error::new(codes::ENVIRONMENT, what).cause(error)
}

fn too_big(what: String) -> Error {
    Error::new(codes::ENVIRONMENT, what)
        .hint("keep data and environments outside of the folder of the flow, or package fewer suffixes")
        .hint(format!("what belongs in the folder but not in the package can be named in `{IGNORE_FILE}`"))
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
