//! `--trigger Flow/run` (FD-04): which runs a run takes itself to be triggered by, as `@trigger_on_finish` would have it.

use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{Pathspec, RunStatus};
use spinloom_metadata::RunRecord;

use crate::context::{Context, Flow, Records};
use crate::{target, values};

/// What the named runs tell the flow, one event for each: `{"name", "id", "timestamp", "type", "run"}`.
///
/// # Errors
/// `SL0301` for what names no run that ended well.
pub(crate) fn resolve(context: &Context<'_>) -> Result<Vec<Value>> {
    let Some(arguments) = &context.triggered else { return Ok(Vec::new()) };
    let named = values::list(&context.settings, "", "trigger", &arguments.trigger);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let records = context.records()?;
    named.iter().map(|text| event(text, &records)).collect()
}

fn event(text: &str, records: &Records) -> Result<Value> {
    let hint = "write `--trigger Flow/run`, such as `--trigger Training/58`";
    let nameless = || Error::new(codes::NOT_FOUND, format!("`--trigger {text}` names no run")).hint(hint);
    let spec: Pathspec = text.parse().map_err(|error: Error| nameless().cause(error.message()))?;
    if spec.run.is_none() || spec.step.is_some() {
        return Err(nameless());
    }
    let record = target::run(records, &spec)?;
    if record.status != RunStatus::Done {
        let message = format!("`--trigger {text}` names no run that ended well: it is `{}`", record.status);
        return Err(Error::new(codes::NOT_FOUND, message).hint("name one that is `done`"));
    }
    let end = records.provider.end_task(&record.flow, &record.run)?;
    let run = format!("{}/{}", record.flow, record.run);
    let id = end.as_ref().map_or_else(|| run.clone(), |task| format!("{run}/{}/{}", task.step, task.task));
    let at = end.and_then(|task| task.finished_at).or(record.finished_at).unwrap_or(record.created_at);
    Ok(json!({
        "name": format!("metaflow.{}.end", record.flow), "id": id, "timestamp": at, "type": "run",
        "run": run,
    }))
}

/// What triggered an earlier run.
pub(crate) fn of(record: &RunRecord) -> Vec<Value> {
    record.info.get("trigger").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Lets `current.trigger` be what triggered the run.
pub(crate) fn tell(events: &[Value], flow: &mut Flow<'_>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let facts = Map::from_iter([("trigger".to_owned(), Value::from(events))]);
    flow.host.add_to_current(&facts)
}
