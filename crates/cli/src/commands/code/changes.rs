//! How two sides differ: a list of files, each as a unified diff.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::sides::Files;
use crate::terminal::paint::Paint;

/// So long may one file take to be compared well; then it is compared quickly.
const PATIENCE: Duration = Duration::from_secs(5);
/// Lines round a change.
const AROUND: usize = 3;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Added,
    Removed,
    Changed,
}

/// A file that differs.
pub(super) struct Change {
    pub(super) name: String,
    pub(super) status: Status,
    /// Not text, on either side: it is only named.
    pub(super) binary: bool,
    pub(super) added: usize,
    pub(super) removed: usize,
    lines: Vec<(Kind, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Head,
    Hunk,
    Same,
    Added,
    Removed,
}

/// The files that differ, by name, and how many are the same.
pub(super) fn between(before: &Files, after: &Files) -> (Vec<Change>, usize) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut same = 0;
    let mut changes = Vec::new();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            same += 1;
        } else {
            changes.push(Change::of(name, old.map(Vec::as_slice), new.map(Vec::as_slice)));
        }
    }
    (changes, same)
}

impl Change {
    fn of(name: &str, old: Option<&[u8]>, new: Option<&[u8]>) -> Self {
        let status = match (old, new) {
            (None, _) => Status::Added,
            (_, None) => Status::Removed,
            _ => Status::Changed,
        };
        let mut change =
            Self { name: name.to_owned(), status, binary: false, added: 0, removed: 0, lines: Vec::new() };
        let from = if old.is_some() { format!("a/{name}") } else { "/dev/null".to_owned() };
        let to = if new.is_some() { format!("b/{name}") } else { "/dev/null".to_owned() };
        match (text(old), text(new)) {
            (Some(old), Some(new)) => {
                change.lines.push((Kind::Head, format!("diff --git a/{name} b/{name}\n")));
                // `git apply` makes and removes files only if it is told so.
                match status {
                    Status::Added => change.lines.push((Kind::Head, "new file mode 100644\n".to_owned())),
                    Status::Removed => {
                        change.lines.push((Kind::Head, "deleted file mode 100644\n".to_owned()))
                    }
                    Status::Changed => {}
                }
                if !(old.is_empty() && new.is_empty()) {
                    change.lines.push((Kind::Head, format!("--- {from}\n+++ {to}\n")));
                }
                change.compare(old, new);
            }
            _ => {
                change.binary = true;
                change.lines.push((Kind::Head, format!("Binary files {from} and {to} differ\n")));
            }
        }
        change
    }

    fn compare(&mut self, old: &str, new: &str) {
        let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
        let mut unified = diff.unified_diff();
        for hunk in unified.context_radius(AROUND).iter_hunks() {
            self.lines.push((Kind::Hunk, format!("{}\n", hunk.header())));
            for line in hunk.iter_changes() {
                let (kind, sign) = match line.tag() {
                    ChangeTag::Equal => (Kind::Same, ' '),
                    ChangeTag::Insert => (Kind::Added, '+'),
                    ChangeTag::Delete => (Kind::Removed, '-'),
                };
                self.added += usize::from(kind == Kind::Added);
                self.removed += usize::from(kind == Kind::Removed);
                let end = if line.missing_newline() { "\n\\ No newline at end of file\n" } else { "" };
                self.lines.push((kind, format!("{sign}{}{end}", line.value())));
            }
        }
    }

    /// The diff, painted.
    pub(super) fn render(&self, paint: Paint) -> String {
        let mut text = String::new();
        for (kind, lines) in &self.lines {
            for line in lines.split_inclusive('\n') {
                let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
                text += &match kind {
                    Kind::Head => paint.bold(body),
                    Kind::Hunk => paint.hint(body),
                    Kind::Same => body.to_owned(),
                    Kind::Added => paint.good(body),
                    Kind::Removed => paint.bad(body),
                };
                text += end;
            }
        }
        text
    }

    /// A line about it: a mark, the name, how much.
    pub(super) fn line(&self, paint: Paint) -> Vec<String> {
        let mark = match self.status {
            Status::Added => paint.good("A"),
            Status::Removed => paint.bad("D"),
            Status::Changed => paint.warn("M"),
        };
        let much =
            if self.binary { "binary".to_owned() } else { format!("+{} -{}", self.added, self.removed) };
        vec![mark, self.name.clone(), paint.dim(&much)]
    }

    /// For programs.
    pub(super) fn data(&self) -> Value {
        let status = match self.status {
            Status::Added => "added",
            Status::Removed => "removed",
            Status::Changed => "changed",
        };
        let diff = (!self.binary).then(|| self.render(Paint::new(false)));
        json!({
            "name": self.name, "status": status, "binary": self.binary, "added": self.added, "removed": self.removed,
            "diff": diff,
        })
    }
}

/// Content as text; a file that is not there is an empty one. None for what is no text.
fn text(content: Option<&[u8]>) -> Option<&str> {
    let content = content.unwrap_or_default();
    if content.contains(&0) { None } else { std::str::from_utf8(content).ok() }
}
