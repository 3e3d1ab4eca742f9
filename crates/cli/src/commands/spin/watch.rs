//! `--watch`: spins again each time that a file of the flow's folder is saved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::context::Context;
use crate::reply::{Answer, Reply};

/// How often files are looked at: below what a person notices, and next to no work.
const PAUSE: Duration = Duration::from_millis(250);
/// Beyond this many files no more folders are looked into.
const MOST: usize = 5_000;

/// Runs the same command without `--watch`, again and again, until Ctrl-C.
pub(super) fn run(context: &mut Context<'_>) -> Answer {
    let python = context.flow()?.host.command()?;
    let file = PathBuf::from(&context.flow()?.doc.file);
    let folder = file.parent().unwrap_or(Path::new(".")).to_owned();
    let words: Vec<&String> = python.iter().filter(|word| *word != "--watch").collect();
    let Some((program, words)) = words.split_first() else {
        return Err(Error::new(codes::INTERNAL, "cannot tell how this command was started").into());
    };
    loop {
        let before = stamps(&folder);
        spin(program, words)?;
        context.output.remark(&context.output.err.dim("waiting for a file to be saved; Ctrl-C ends\n"));
        let mut now = stamps(&folder);
        while now == before {
            std::thread::sleep(PAUSE);
            now = stamps(&folder);
        }
        let changed = now.iter().find(|(path, at)| before.get(*path) != Some(at)).map(|(path, _)| path);
        let name = changed.and_then(|path| path.strip_prefix(&folder).ok()).unwrap_or(Path::new("a file"));
        context
            .output
            .remark(&format!("\n{}\n", context.output.err.dim(&format!("{} changed", name.display()))));
    }
}

/// A step that fails is what one watches for.
fn spin(program: &str, words: &[&String]) -> Result<Reply> {
    Command::new(program)
        .args(words)
        .status()
        .or_error(codes::ENVIRONMENT, || format!("`{program}` cannot be started"))?;
    Ok(Reply::default())
}

/// When each Python file under the folder was last written.
fn stamps(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && !skipped(&path, &name.to_string_lossy()) && found.len() < MOST {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "py")
                && let Ok(at) = entry.metadata().and_then(|data| data.modified())
            {
                found.insert(path, at);
            }
        }
    }
    found
}

/// Hidden folders, caches, and environments: nobody edits those.
fn skipped(path: &Path, name: &str) -> bool {
    name.starts_with('.')
        || matches!(name, "__pycache__" | "node_modules")
        || path.join("pyvenv.cfg").exists()
}
