//! What a spin says: what it starts from, how it went, which artifacts are other than the recorded task's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use spinloom_datastore::Manifest;
use spinloom_diagnostics::ExitCode;
use spinloom_engine::spin::Placed;
use spinloom_flow::event::{Failure, TaskRef};

use crate::commands::launch::structured;

use crate::terminal::paint::Paint;
use crate::terminal::time::{bytes, duration};

/// How many changed artifacts are listed.
const LISTED: usize = 20;

/// One artifact, as Python tells of it and as it is recorded.
#[derive(Debug, Clone, Deserialize)]
struct Artifact {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    /// `None` if it is too large to be looked at here.
    size: Option<u64>,
    hash: Option<String>,
    /// A short value, a shape, a length.
    looks: Option<String>,
    /// The recorded value, if that is short.
    #[serde(default)]
    was: Option<String>,
}

/// An artifact against the recorded one.
#[derive(Debug)]
pub(super) struct Change {
    name: String,
    how: &'static str,
    old: Option<(String, u64, Option<String>)>,
    new: Option<Artifact>,
}

/// Compares what the step made with what the recorded task made; by name.
pub(super) fn changes(old: Option<&Manifest>, result: &Value) -> Vec<Change> {
    let made: Vec<Artifact> = serde_json::from_value(result["artifacts"].clone()).unwrap_or_default();
    let mut recorded: BTreeMap<&str, _> = old
        .iter()
        .flat_map(|manifest| &manifest.artifacts)
        .filter(|entry| !entry.name.as_str().starts_with('_'))
        .map(|entry| (entry.name.as_str(), entry))
        .collect();
    let mut changes = Vec::new();
    for artifact in made {
        let old = recorded.remove(artifact.name.as_str());
        let how = match (old, &artifact.hash) {
            (None, _) => "new",
            (Some(_), None) => "not compared",
            (Some(old), Some(hash)) if old.hash.to_string() == *hash => "same",
            (Some(_), Some(_)) => "changed",
        };
        let old = old.map(|entry| (entry.type_name.clone(), entry.size, artifact.was.clone()));
        changes.push(Change { name: artifact.name.clone(), how, old, new: Some(artifact) });
    }
    // Of a step that failed, nobody knows what it would have made.
    if result["ok"] == true {
        let carried: BTreeSet<String> = serde_json::from_value(result["carried"].clone()).unwrap_or_default();
        for (name, entry) in recorded.into_iter().filter(|(name, _)| !carried.contains(*name)) {
            let old = Some((entry.type_name.clone(), entry.size, None));
            changes.push(Change { name: name.to_owned(), how: "gone", old, new: None });
        }
    }
    changes
}

/// The line before the step's own output.
pub(super) fn before(placed: &Placed, paint: Paint) -> String {
    let spec = &placed.spec;
    let run = spec.origin_run.as_ref().map(ToString::to_string).unwrap_or_default();
    let from = match (&placed.recorded, spec.inputs.as_slice()) {
        (Some(record), _) => format!("{}/{run}/{}/{}", spec.flow, record.step, record.task),
        (None, [first]) => format!("{}/{run}/{}/{}", spec.flow, first.step, first.task),
        (None, inputs) => format!("{} tasks of {}/{run}", inputs.len(), spec.flow),
    };
    let what = if placed.recorded.is_some() { "with the inputs of" } else { "after" };
    paint.dim(&format!("spin {} {what} {from}", spec.step)) + "\n"
}

/// How it went.
pub(super) struct Outcome<'a> {
    pub(super) placed: &'a Placed,
    /// The store it was kept in.
    pub(super) persisted: Option<&'a Path>,
    pub(super) changes: Vec<Change>,
    pub(super) failure: Option<Failure>,
    pub(super) duration: i64,
}

impl Outcome<'_> {
    fn pathspec(&self) -> String {
        let spec = &self.placed.spec;
        format!("{}/{}/{}/{}", spec.flow, spec.run, spec.step, spec.task)
    }

    /// How the command ends if the step failed, and why, as a run says it (dx § 4.4).
    pub(super) fn failure(&self) -> Option<(ExitCode, Value)> {
        let failure = self.failure.as_ref()?;
        let spec = &self.placed.spec;
        let indices = spec.frames.iter().map(|frame| frame.index).collect();
        let task = TaskRef { step: spec.step.clone(), task: spec.task, indices };
        let exit =
            if failure.kind == "KeyboardInterrupt" { ExitCode::Interrupted } else { ExitCode::UserCode };
        Some((exit, structured(&task, spec.attempt, failure, &self.pathspec(), &[])))
    }

    /// For people.
    pub(super) fn render(&self, paint: Paint) -> String {
        let step = &self.placed.spec.step;
        let took = duration(self.duration);
        let mut text = match &self.failure {
            None => format!("{} {} in {took}\n", paint.good("✓"), paint.bold(step.as_str())),
            Some(failure) => {
                let kind = &failure.kind;
                let first = failure.message.lines().next().unwrap_or_default();
                let colon = if first.is_empty() { "" } else { ": " };
                let name = paint.bold(step.as_str());
                format!("{} {name} failed after {took}: {kind}{colon}{first}\n", paint.bad("✗"))
            }
        };
        let shown: Vec<&Change> = self.changes.iter().filter(|change| change.how != "same").collect();
        let widest = |of: fn(&Change) -> usize| shown.iter().take(LISTED).map(|c| of(c)).max().unwrap_or(0);
        let widths = (widest(|change| change.how.len()), widest(|change| change.name.len()));
        for change in shown.iter().take(LISTED) {
            text += &change.line(widths, paint);
        }
        if shown.len() > LISTED {
            text += &format!("  … and {} more\n", shown.len() - LISTED);
        }
        let same = self.changes.len() - shown.len();
        if same > 0 && self.placed.recorded.is_some() {
            text += &paint.dim(&format!("  {same} as recorded"));
            text.push('\n');
        }
        if self.persisted.is_some() {
            text += &format!("  kept as {}\n", self.pathspec());
        }
        text
    }

    /// For programs.
    pub(super) fn data(&self) -> Value {
        let spec = &self.placed.spec;
        let run = spec.origin_run.as_ref().map(ToString::to_string).unwrap_or_default();
        let of = |step: &dyn std::fmt::Display, task: &dyn std::fmt::Display| {
            format!("{}/{run}/{step}/{task}", spec.flow)
        };
        json!({
            "flow": spec.flow, "run": spec.run, "step": spec.step, "task": spec.task.to_string(),
            "pathspec": self.persisted.map(|_| self.pathspec()), "origin_run": spec.origin_run,
            "of": self.placed.recorded.as_ref().map(|record| of(&record.step, &record.task)),
            "inputs": spec.inputs.iter().map(|input| of(&input.step, &input.task)).collect::<Vec<_>>(),
            "status": if self.failure.is_some() { "failed" } else { "done" },
            "duration_ms": self.duration / 1000,
            "artifacts": self.changes.iter().map(Change::data).collect::<Vec<_>>(),
        })
    }
}

impl Change {
    fn line(&self, (verb, width): (usize, usize), paint: Paint) -> String {
        let old = self.old.as_ref().map(|(kind, size, looks)| describe(kind, Some(*size), looks.as_deref()));
        let new = self.new.as_ref().map(|new| describe(&new.kind, new.size, new.looks.as_deref()));
        let what = match (old, new) {
            (Some(old), Some(new)) if self.how == "changed" => format!("{old} → {new}"),
            (_, Some(new)) => new,
            (old, None) => old.unwrap_or_default(),
        };
        let padded = format!("{:verb$}", self.how);
        let how = match self.how {
            "changed" => paint.warn(&padded),
            "new" => paint.good(&padded),
            "gone" => paint.bad(&padded),
            _ => paint.dim(&padded),
        };
        format!("  {how}  {:width$}  {what}\n", self.name)
    }

    fn data(&self) -> Value {
        json!({
            "name": self.name, "change": self.how,
            "old": self.old.as_ref().map(|(kind, size, _)| json!({"type": kind, "size": size})),
            "new": self.new.as_ref().map(|new| {
                json!({"type": new.kind, "size": new.size, "hash": new.hash, "looks": new.looks})
            }),
        })
    }
}

fn describe(kind: &str, size: Option<u64>, looks: Option<&str>) -> String {
    let short = kind.rsplit('.').next().unwrap_or(kind);
    match (looks, size) {
        (Some(looks), _) if is_plain(short) => looks.to_owned(),
        (Some(looks), _) => format!("{short} {looks}"),
        (None, Some(size)) => format!("{short}, {}", bytes(size)),
        (None, None) => short.to_owned(),
    }
}

/// Types whose value says what they are.
fn is_plain(kind: &str) -> bool {
    matches!(kind, "int" | "float" | "bool" | "str" | "bytes" | "NoneType" | "complex")
}
