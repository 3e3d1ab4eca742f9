//! Which revision of the user's code runs, as git tells; nothing where there is no git.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Git gets this long; a run does not wait for a slow disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// `{"revision", "branch", "dirty"}` of the work tree `folder` is in.
///
/// One process: `git status` tells all three.
pub(crate) fn of(folder: &Path) -> Option<Value> {
    let text = git(folder, &["status", "--porcelain=v2", "--branch", "--untracked-files=no"])?;
    let head = |key: &str| text.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(key));
    let revision = head("branch.oid ").filter(|oid| *oid != "(initial)");
    let branch = head("branch.head ").filter(|name| *name != "(detached)");
    let dirty = text.lines().any(|line| !line.starts_with('#'));
    Some(json!({"revision": revision, "branch": branch, "dirty": dirty}))
}

/// Where the repository of `folder` is from, without a password.
pub(crate) fn origin(folder: &Path) -> Option<String> {
    let url = git(folder, &["config", "--get", "remote.origin.url"])?;
    let url = url.trim();
    Some(match (url.split_once("://"), url.contains('@')) {
        (Some((scheme, rest)), true) => {
            format!("{scheme}://{}", rest.split_once('@').map_or(rest, |(_, rest)| rest))
        }
        _ => url.to_owned(),
    })
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut child = Command::new("git")
        .arg("--no-optional-locks")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let out = child.stdout.take()?;
    // Read on this thread in small waits: the process must stay single-threaded until the zygote is forked.
    let text = read_for(out, PATIENCE);
    if text.is_none() {
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    text.filter(|_| status.success())
}

/// Everything `out` says, if it ends within `patience`.
fn read_for(mut out: std::process::ChildStdout, patience: Duration) -> Option<String> {
    use std::io::Read as _;
    use std::os::fd::AsFd as _;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    let end = Instant::now() + patience;
    let mut bytes = Vec::new();
    let mut part = [0_u8; 8192];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let ready = poll(&mut [PollFd::new(out.as_fd(), PollFlags::POLLIN)], timeout).ok()?;
        if ready == 0 {
            return None;
        }
        match out.read(&mut part).ok()? {
            0 => return Some(String::from_utf8_lossy(&bytes).into_owned()),
            n => bytes.extend(part.iter().take(n)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_git_has_no_revision() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(of(folder.path()), None);
    }

    #[test]
    fn a_work_tree_has_revision_branch_and_state() {
        let folder = tempfile::tempdir().unwrap();
        let run = |words: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            let done =
                Command::new("git").args(identity).args(words).current_dir(folder.path()).output().unwrap();
            assert!(done.status.success(), "{done:?}");
        };
        run(&["init", "--initial-branch", "main"]);
        let before = of(folder.path()).unwrap();
        assert_eq!(before, json!({"revision": null, "branch": "main", "dirty": false}));
        std::fs::write(folder.path().join("flow.py"), "x").unwrap();
        run(&["add", "flow.py"]);
        run(&["commit", "-m", "x"]);
        let clean = of(folder.path()).unwrap();
        assert_eq!(clean["revision"].as_str().unwrap().len(), 40);
        assert_eq!(clean["dirty"], false);
        std::fs::write(folder.path().join("flow.py"), "y").unwrap();
        assert_eq!(of(folder.path()).unwrap()["dirty"], true);
    }
}
