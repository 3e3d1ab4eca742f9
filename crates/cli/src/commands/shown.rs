//! What `show` and `list` have in common: marks, tables, records for programs.

use serde_json::{Value, json};
use spinloom_datastore::{ArtifactEntry, ManifestRef};
use spinloom_diagnostics::Result;
use spinloom_flow::{RunStatus, TaskStatus};
use spinloom_metadata::{RunRecord, TaskRecord};

use crate::context::Records;
use crate::terminal::paint::{Paint, width};
use crate::terminal::time::{bytes, rfc3339};

/// A sign for a run's state; the word stands beside it.
pub(super) fn mark(status: RunStatus, paint: Paint) -> String {
    match status {
        RunStatus::Running => paint.hint("●"),
        RunStatus::Done => paint.good("✓"),
        RunStatus::Failed => paint.bad("✗"),
        RunStatus::Stopped => paint.warn("■"),
        RunStatus::Lost => paint.warn("?"),
    }
}

/// A sign for a task's state.
pub(super) fn task_mark(status: TaskStatus, paint: Paint) -> String {
    match status {
        TaskStatus::Running => paint.hint("●"),
        TaskStatus::Done => paint.good("✓"),
        TaskStatus::Failed => paint.bad("✗"),
        TaskStatus::Stopped => paint.warn("■"),
    }
}

/// Rows in columns, two blanks between, none at the end.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|i| rows.iter().filter_map(|row| row.get(i)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, wide) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(wide - width(cell) + 2);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// Whole milliseconds.
pub(super) fn millis(us: i64) -> i64 {
    us / 1000
}

/// A run for programs.
pub(super) fn record(run: &RunRecord) -> Value {
    json!({
        "pathspec": format!("{}/{}", run.flow, run.run), "flow": run.flow, "run": run.run, "status": run.status,
        "user": run.user, "tags": run.tags, "system_tags": run.system_tags, "origin_run": run.origin,
        "created_at": rfc3339(run.created_at), "finished_at": run.finished_at.map(rfc3339),
        "run_duration_ms": run.finished_at.map(|end| millis(end - run.created_at)),
    })
}

/// A task for programs.
pub(super) fn task_record(run: &RunRecord, task: &TaskRecord) -> Value {
    json!({
        "pathspec": format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task), "step": task.step,
        "task": task.task.to_string(), "indices": task.indices, "status": task.status, "attempt": task.attempt,
        "created_at": rfc3339(task.created_at), "finished_at": task.finished_at.map(rfc3339),
        "task_duration_ms": task.finished_at.map(|end| millis(end - task.created_at)),
        "parents": task.parents.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "origin": task.origin.as_ref().map(|(r, t)| format!("{}/{r}/{}/{t}", run.flow, task.step)),
        "failure": task.failure,
    })
}

/// The artifacts of a task, those all tasks of the run share included, by name.
pub(super) fn artifacts(records: &Records, task: &TaskRecord) -> Result<Vec<ArtifactEntry>> {
    let Some(manifest) = &task.manifest else { return Ok(Vec::new()) };
    let manifest = records.files.manifest(&manifest.parse::<ManifestRef>()?)?;
    let mut entries = records.files.artifacts(&manifest)?;
    entries.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    Ok(entries)
}

/// An artifact for programs.
pub(super) fn artifact_record(entry: &ArtifactEntry) -> Value {
    json!({
        "name": entry.name, "type": entry.type_name, "size": entry.size, "hash": entry.hash.to_string(),
        "encoding": entry.encoding,
    })
}

/// Artifacts as a table; those whose names begin with `_` are counted only.
pub(super) fn artifact_lines(entries: &[ArtifactEntry], paint: Paint) -> String {
    let (private, public): (Vec<_>, Vec<_>) = entries.iter().partition(|e| e.name.as_str().starts_with('_'));
    let rows: Vec<Vec<String>> = public
        .iter()
        .map(|e| vec![format!("    {}", e.name), paint.dim(&e.type_name), bytes(e.size)])
        .collect();
    let mut text = table(&rows);
    if !private.is_empty() {
        text += &paint.dim(&format!("    and {} whose names begin with `_`", private.len()));
        text.push('\n');
    }
    text
}
