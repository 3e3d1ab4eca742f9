//! How differences of files are shown.

use serde_json::{Value, json};
use spinloom_compare::code::{Change, Kind, Status};

use crate::terminal::paint::Paint;

/// The diff, painted.
pub(super) fn render(change: &Change, paint: Paint) -> String {
    let mut text = String::new();
    for (kind, lines) in &change.lines {
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
pub(super) fn line(change: &Change, paint: Paint) -> Vec<String> {
    let mark = match change.status {
        Status::Added => paint.good("A"),
        Status::Removed => paint.bad("D"),
        Status::Changed => paint.warn("M"),
    };
    let much =
        if change.binary { "binary".to_owned() } else { format!("+{} -{}", change.added, change.removed) };
    vec![mark, change.name.clone(), paint.dim(&much)]
}

/// For programs.
pub(super) fn data(change: &Change) -> Value {
    let diff = (!change.binary).then(|| change.text());
    json!({
        "name": change.name, "status": change.status.word(), "binary": change.binary, "added": change.added,
        "removed": change.removed, "diff": diff,
    })
}
