//! How the files of two sides differ: a list of files, each as a unified diff.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use similar::{ChangeTag, TextDiff};
use spinloom_datastore::package::Item;

/// So long may one file take to be compared well; then it is compared quickly.
const PATIENCE: Duration = Duration::from_secs(5);
/// Lines round a change.
const AROUND: usize = 3;

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Only the second side has it.
    Added,
    /// Only the first side has it.
    Removed,
    /// Both have it, and it is not the same.
    Changed,
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A file that differs.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it is called.
    pub name: String,
    /// What became of it.
    pub status: Status,
    /// Not text, on either side: it is only named.
    pub binary: bool,
    /// Lines that were added.
    pub added: usize,
    /// Lines that were removed.
    pub removed: usize,
    /// The diff: what kind of lines, and the lines.
    pub lines: Vec<(Kind, String)>,
}

/// What a line of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Which file.
    Head,
    /// Where in it.
    Hunk,
    /// On both sides.
    Same,
    /// On the second.
    Added,
    /// On the first.
    Removed,
}

/// The files that differ, by name, and how many are the same.
pub fn between(before: &Files, after: &Files) -> (Vec<Change>, usize) {
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

    /// The diff, as text.
    pub fn text(&self) -> String {
        self.lines.iter().map(|(_, line)| line.as_str()).collect()
    }
}

/// Content as text; a file that is not there is an empty one. None for what is no text.
fn text(content: Option<&[u8]>) -> Option<&str> {
    let content = content.unwrap_or_default();
    if content.contains(&0) { None } else { std::str::from_utf8(content).ok() }
}

/// What of a package the user wrote. Metaflow's packages hold Metaflow too: under `.mf_…`, or beside the flow in those of old versions.
pub fn of_the_user(mut items: Vec<Item>) -> Vec<Item> {
    let has = |name: &str| items.iter().any(|item| item.name == name);
    let is_old = has("INFO") && has("metaflow/__init__.py");
    items.retain(|item| match item.name.split('/').next() {
        Some("metaflow" | "metaflow_extensions" | "INFO" | "CONFIG") => !is_old,
        first => !first.is_some_and(|first| first.starts_with(".mf_")),
    });
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(names: &[&str]) -> Vec<String> {
        let item = |name: &&str| Item { name: (*name).to_owned(), bytes: Vec::new(), executable: false };
        of_the_user(names.iter().map(item).collect()).into_iter().map(|item| item.name).collect()
    }

    /// OP-06: what Metaflow packs beside the user's files is nobody's code.
    #[test]
    fn metaflow_itself_is_left_out() {
        assert_eq!(left(&[".mf_code/metaflow/cli.py", ".mf_meta/INFO", "flow.py"]), ["flow.py"]);
        assert_eq!(left(&["INFO", "flow.py", "metaflow/__init__.py", "metaflow/cli.py"]), ["flow.py"]);
        assert_eq!(left(&["INFO", "flow.py", "metaflow/notes.py"]), ["INFO", "flow.py", "metaflow/notes.py"]);
    }

    #[test]
    fn a_change_is_a_unified_diff() {
        let side = |text: &str| Files::from([("flow.py".to_owned(), text.as_bytes().to_vec())]);
        let (changes, same) = between(&side("a\nb\n"), &side("a\nc\n"));
        assert_eq!((changes[0].added, changes[0].removed, same), (1, 1, 0));
        let text =
            "diff --git a/flow.py b/flow.py\n--- a/flow.py\n+++ b/flow.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n";
        assert_eq!(changes[0].text(), text);
        assert!(between(&side("\0"), &side("x")).0[0].binary);
    }
}
