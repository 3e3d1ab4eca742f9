//! A package into a folder: all of it or nothing, and never out of the folder.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, Result, codes};

use super::Item;

/// Names shown of many.
const SHOWN: usize = 5;

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Were written.
    pub written: Vec<String>,
    /// Were there already, the same.
    pub same: Vec<String>,
}

/// Puts files into `dir`, which is made if need be.
///
/// They are written beside where they go and then moved there, so that none is ever half there; if one cannot be moved,
/// those before it are taken back.
///
/// # Errors
/// `SL0331` if one that is different is there and `overwrite` is not wished, if something on the way to one is a link or no
/// folder, or if they cannot be written.
pub fn pull(items: &[Item], dir: &Path, overwrite: bool) -> Result<Pulled> {
    let (mut new, mut taken, mut pulled) = (Vec::new(), Vec::new(), Pulled::default());
    for item in items {
        match look(item, dir)? {
            There::Nothing => new.push(item),
            There::Same => pulled.same.push(item.name.clone()),
            There::Other => {
                taken.push(item.name.as_str());
                new.push(item);
            }
        }
    }
    if !taken.is_empty() && !overwrite {
        return Err(in_the_way(&taken, dir));
    }
    let made = made_first(dir);
    let outcome = Stage::open(dir).and_then(|stage| stage.write(&new));
    if let Err(error) = outcome {
        if let Some(made) = made {
            // Empty but for what was just put there.
            let _ = fs::remove_dir_all(made);
        }
        let what = format!("cannot write to `{}`", dir.display());
        return Err(Error::new(codes::CANNOT_PULL, what).cause(error).hint("nothing was changed there"));
    }
    pulled.written.extend(new.iter().map(|item| item.name.clone()));
    Ok(pulled)
}

enum There {
    Nothing,
    Same,
    Other,
}

/// What is where a file is to go.
fn look(item: &Item, dir: &Path) -> Result<There> {
    let mut folder = dir.to_owned();
    let parents: Vec<_> = Path::new(&item.name).parent().into_iter().flat_map(Path::components).collect();
    for part in parents {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Err(_) => return Ok(There::Nothing),
            Ok(metadata) if metadata.is_dir() => {}
            Ok(metadata) => {
                let what =
                    if metadata.is_symlink() { "a link, which may lead out of it" } else { "no folder" };
                let message = format!("`{}` cannot be put into `{}`", item.name, dir.display());
                return Err(Error::new(codes::CANNOT_PULL, message)
                    .cause(format!("`{}` is {what}", folder.display()))
                    .hint("name another folder with `--dir`"));
            }
        }
    }
    let path = dir.join(&item.name);
    match fs::symlink_metadata(&path) {
        Err(_) => Ok(There::Nothing),
        Ok(metadata) if metadata.is_dir() => {
            let message = format!("`{}` is a folder, not a file", path.display());
            Err(Error::new(codes::CANNOT_PULL, message).hint("name another folder with `--dir`"))
        }
        Ok(metadata) => {
            let same = metadata.is_file()
                && metadata.len() == item.bytes.len() as u64
                && fs::read(&path).is_ok_and(|bytes| bytes == item.bytes);
            Ok(if same { There::Same } else { There::Other })
        }
    }
}

fn in_the_way(names: &[&str], dir: &Path) -> Error {
    let shown: Vec<&str> = names.iter().copied().take(SHOWN).collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = format!("`{}` has other files of the names `{}`{more}", dir.display(), shown.join("`, `"));
    Error::new(codes::CANNOT_PULL, what)
        .hint("name another folder with `--dir`, or replace them with `--overwrite`; `code diff` shows how they differ")
}

/// The outermost folder that will have to be made.
fn made_first(dir: &Path) -> Option<PathBuf> {
    let missing = dir.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    missing.last().map(Path::to_owned)
}

/// A folder in the folder, where files wait until all are there.
struct Stage<'a> {
    dir: &'a Path,
    folder: PathBuf,
}

impl<'a> Stage<'a> {
    fn open(dir: &'a Path) -> io::Result<Self> {
        let folder = dir.join(format!(".spinloom-pull-{}", std::process::id()));
        fs::create_dir_all(dir)?;
        fs::create_dir(&folder)?;
        Ok(Self { dir, folder })
    }

    fn write(&self, items: &[&Item]) -> io::Result<()> {
        for (at, item) in items.iter().enumerate() {
            let path = self.waiting(at);
            fs::write(&path, &item.bytes)?;
            fs::set_permissions(&path, Permissions::from_mode(if item.executable { 0o755 } else { 0o644 }))?;
        }
        let mut folders = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if let Err(error) = self.place(at, item, &mut folders) {
                self.undo(&items[..at], &folders);
                return Err(error);
            }
        }
        Ok(())
    }

    fn waiting(&self, at: usize) -> PathBuf {
        self.folder.join(format!("{at}.new"))
    }

    fn replaced(&self, at: usize) -> PathBuf {
        self.folder.join(format!("{at}.old"))
    }

    fn place(&self, at: usize, item: &Item, folders: &mut Vec<PathBuf>) -> io::Result<()> {
        let path = self.dir.join(&item.name);
        if let Some(parent) = path.parent() {
            folders.extend(made_first(parent));
            fs::create_dir_all(parent)?;
        }
        let replaced = match fs::rename(&path, self.replaced(at)) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            Err(e) => return Err(e),
        };
        fs::rename(self.waiting(at), &path).inspect_err(|_| {
            if replaced {
                let _ = fs::rename(self.replaced(at), &path);
            }
        })
    }

    /// Takes back the first files; what cannot be taken back stays, whole.
    fn undo(&self, items: &[&Item], folders: &[PathBuf]) {
        for (at, item) in items.iter().enumerate() {
            let path = self.dir.join(&item.name);
            if fs::rename(self.replaced(at), &path).is_err() {
                let _ = fs::remove_file(&path);
            }
        }
        for folder in folders.iter().rev() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
