//! Where a supervisor is to be found: one for each project, interpreter, and place in the system.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_settings::Settings;

use crate::system::whereabouts;

/// Files that say that a folder is a project's.
const MARKS: [&str; 8] = [
    ".spinloom",
    ".git",
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "uv.lock",
    "environment.yml",
    ".venv",
];

/// One place for a supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The folder of sockets.
    pub folder: PathBuf,
    /// The folder of the project.
    pub project: PathBuf,
    /// The interpreter.
    pub interpreter: PathBuf,
    name: String,
}

impl Spot {
    /// The spot for flows of `folder` and an interpreter, both absolute.
    pub fn new(settings: &Settings, folder: &Path, interpreter: &Path) -> Self {
        let project = project_of(folder);
        let text = format!("{}\0{}\0{}", project.display(), interpreter.display(), whereabouts());
        let name = blake3::hash(text.as_bytes()).to_hex()[..16].to_owned();
        Self { folder: sockets(settings), project, interpreter: interpreter.to_owned(), name }
    }

    /// The supervisor's socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(format!("{}.sock", self.name))
    }

    /// Locked by the supervisor while it lives.
    pub(crate) fn lock(&self) -> PathBuf {
        self.folder.join(format!("{}.lock", self.name))
    }

    /// What it and its interpreter print.
    pub fn log(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }

    /// What it has learned of the project.
    pub(crate) fn learned(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    /// Makes the folder of sockets, if it is not there, and makes sure that it is the user's alone.
    ///
    /// # Errors
    /// `SL0501` if it is somebody else's, or open to others.
    pub fn prepare(&self) -> Result<()> {
        if !self.folder.exists() {
            let made = DirBuilder::new().mode(0o700).recursive(true).create(&self.folder);
            made.or_error(codes::ENVIRONMENT, || format!("cannot make `{}`", self.folder.display()))?;
        }
        own(&self.folder, true).map(|_| ())
    }
}

/// Whether there is a socket at `path`, in a folder and with an owner that can be trusted.
///
/// # Errors
/// `SL0501` if there is one that cannot.
pub(crate) fn is_ours(path: &Path) -> Result<bool> {
    let Some(folder) = path.parent() else { return Ok(false) };
    Ok(own(folder, true)? && own(path, false)?)
}

/// The sockets of all supervisors of this user, also of those that are gone.
///
/// # Errors
/// `SL0501` if their folder cannot be trusted.
pub fn all(settings: &Settings) -> Result<Vec<PathBuf>> {
    let folder = sockets(settings);
    if !own(&folder, true)? {
        return Ok(Vec::new());
    }
    let files = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "sock")).collect();
    found.sort();
    Ok(found)
}

/// Whether `path` is there. It must be the user's, and a folder nobody else's to enter.
fn own(path: &Path, folder: bool) -> Result<bool> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(false) };
    let complain = |what: &str| {
        Error::new(codes::ENVIRONMENT, format!("`{}` {what}", path.display()))
            .hint("remove it, or point `XDG_RUNTIME_DIR` at a folder of your own")
    };
    if found.uid() != geteuid().as_raw() {
        return Err(complain("belongs to another user"));
    }
    if folder && !found.is_dir() {
        return Err(complain("is no folder"));
    }
    if folder && found.mode() & 0o077 != 0 {
        return Err(complain("is open to other users"));
    }
    Ok(true)
}

fn sockets(settings: &Settings) -> PathBuf {
    match settings.runtime_dir().filter(|folder| folder.is_absolute() && folder.is_dir()) {
        Some(folder) => folder.join("spinloom"),
        None => PathBuf::from(format!("/tmp/spinloom-{}", geteuid())),
    }
}

/// The nearest folder upwards that looks like a project's; else the folder itself.
pub fn project_of(folder: &Path) -> PathBuf {
    let marked = |folder: &&Path| MARKS.iter().any(|mark| folder.join(mark).exists());
    folder.ancestors().find(marked).unwrap_or(folder).to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn spot(runtime: &Path, project: &Path) -> Spot {
        let variables = [("XDG_RUNTIME_DIR".to_owned(), runtime.display().to_string())];
        let settings = Settings::load(variables, project).unwrap();
        Spot::new(&settings, project, Path::new("/usr/bin/python3"))
    }

    #[test]
    fn a_project_is_the_nearest_marked_folder() {
        let folder = tempfile::tempdir().unwrap();
        let flows = folder.path().join("a/flows");
        fs::create_dir_all(&flows).unwrap();
        fs::write(folder.path().join("a/pyproject.toml"), "").unwrap();
        assert_eq!(project_of(&flows), folder.path().join("a"));
    }

    #[test]
    fn each_project_has_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| {
            let project = folder.path().join(name);
            fs::create_dir_all(project.join(".spinloom")).unwrap();
            spot(folder.path(), &project)
        });
        assert_ne!(one.socket(), other.socket());
        assert_eq!(one, spot(folder.path(), &folder.path().join("one/flows")));
    }

    #[test]
    fn a_folder_open_to_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let spot = spot(folder.path(), folder.path());
        spot.prepare().unwrap();
        assert!(!is_ours(&spot.socket()).unwrap(), "there is no socket yet");
        fs::set_permissions(&spot.folder, fs::Permissions::from_mode(0o755)).unwrap();
        let refused = is_ours(&spot.socket()).unwrap_err();
        assert!(refused.message().ends_with("is open to other users"), "{refused}");
    }
}
