//! `--trigger Flow/run` (FD-04): which runs a run takes itself to be triggered by, as `@trigger_on_finish` would have it.

use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::trigger::{Name, upstream};
use spinloom_flow::{Pathspec, RunStatus};
use spinloom_metadata::RunRecord;

use crate::context::{Context, Flow};
use crate::target;

/// What the named runs tell the flow, one event for each: `{"name", "id", "timestamp", "type", "run"}`.
///
/// # Errors
/// `SL0001` for a flow that no run triggers, or not one of this flow; `SL0301` for a run that is not there; `SL0001` for one
/// that did not go well.
pub(crate) fn resolve(typed: &[String], context: &Context<'_>) -> Result<Vec<Value>> {
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let awaited = awaited(context)?;
    let records = context.records()?;
    let event = |text: &String| {
        let spec: Pathspec = text.parse()?;
        if spec.run.is_none() || spec.step.is_some() {
            let error = Error::new(codes::USAGE, format!("`--trigger {text}` names no run"));
            return Err(error.hint("write `--trigger Flow/run`, such as `--trigger Training/58`"));
        }
        if awaited.as_ref().is_some_and(|flows| !flows.contains(&spec.flow.to_string())) {
            let flows = awaited.as_deref().unwrap_or_default();
            let message = format!("no run of `{}` triggers this flow (from `--trigger {text}`)", spec.flow);
            let error = Error::new(codes::USAGE, message);
            let error = error.suggest(spec.flow.as_str(), flows.iter().map(String::as_str));
            return Err(error.hint(format!("`@trigger_on_finish` waits for `{}`", flows.join("`, `"))));
        }
        let record = target::run(&records, &spec)?;
        if record.status != RunStatus::Done {
            let message = format!("the run `{text}` triggers nothing: it is {}, not done", record.status);
            return Err(Error::new(codes::USAGE, message).hint("name one that ended well"));
        }
        Ok(told(&record))
    };
    typed.iter().map(event).collect()
}

/// Names of the flows that are waited for; none if functions will say.
fn awaited(context: &Context<'_>) -> Result<Option<Vec<String>>> {
    let flow = context.flow.as_ref().map(|flow| &flow.doc);
    let Some(decorator) = flow.and_then(|flow| flow.decorator("trigger_on_finish")) else {
        let error = Error::new(codes::USAGE, "`--trigger` is for flows with `@trigger_on_finish`");
        return Err(error.hint("leave it out, or write `@trigger_on_finish(flow=…)` above the flow's class"));
    };
    let name = |name: Name| match name {
        Name::Known(name) => Some(name),
        Name::Function(_) => None,
    };
    Ok(upstream(decorator)?.into_iter().map(|flow| name(flow.name)).collect())
}

fn told(record: &RunRecord) -> Value {
    let run = format!("{}/{}", record.flow, record.run);
    let at = record.finished_at.unwrap_or(record.created_at);
    json!({
        "name": format!("metaflow.{}.end", record.flow), "id": run, "timestamp": at / 1_000_000, "type": "run", "run": run,
    })
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
