//! The user's own project, for `--environment=uv` (DE-14).

use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

/// The two files that say what a project needs.
pub(crate) const FILES: [&str; 2] = ["pyproject.toml", "uv.lock"];

/// The nearest folder, from that of the flow's file upwards, with a lock file of uv's.
pub(crate) fn find(flow: &Path) -> Result<PathBuf> {
    let start = flow.parent().unwrap_or(Path::new("."));
    let folder = start.ancestors().find(|folder| FILES.iter().all(|name| folder.join(name).is_file()));
    folder.map(Path::to_owned).ok_or_else(|| {
        let error = Error::new(
            codes::DEPENDENCIES,
            "`--environment=uv` needs a project with a `pyproject.toml` and a `uv.lock`, and there is none",
        );
        match start.ancestors().find(|folder| folder.join(FILES[0]).is_file()) {
            Some(folder) => {
                error.hint(format!("`{}` is not locked: `uv lock` there does that", folder.display()))
            }
            None => error.hint("make one in the flow's folder: `uv init --bare` and `uv add <package>`"),
        }
    })
}

/// What the files say: a name for it, and `name==version` of each package.
pub(crate) fn read(folder: &Path) -> Result<(String, Vec<String>)> {
    let read = |name: &&str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path)
            .or_error(codes::DEPENDENCIES, || format!("`{}` cannot be read", path.display()))
    };
    let texts = FILES.iter().map(read).collect::<Result<Vec<_>>>()?;
    let packages = texts.last().map(|lock| packages(lock)).unwrap_or_default();
    Ok((format!("{} {}", folder.display(), crate::lock::name(&texts)), packages))
}

/// Names and versions in a lock file, which uv writes one below the other.
fn packages(lock: &str) -> Vec<String> {
    let value = |line: &str, key: &str| {
        Some(line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?.to_owned())
    };
    let lines: Vec<&str> = lock.lines().collect();
    lines
        .windows(3)
        .filter(|three| three[0] == "[[package]]")
        .filter_map(|three| Some(format!("{}=={}", value(three[1], "name")?, value(three[2], "version")?)))
        .collect()
}
