//! `--query`, and the Client's `runs(query=…)`: which of the runs that were read are asked for.

use jiff::tz::TimeZone;
use serde_json::Value;
use spinloom_diagnostics::{Error, Result};
use spinloom_flow::{RunId, RunStatus};
use spinloom_metadata::{Provider, RunRecord, SCALARS};
use spinloom_query::{Clock, Facts, Field, Filter, Invalid, Query, Scalar, ValueOf};

use super::launch::PARAMETERS;
use crate::terminal::time::now_us;

/// A query about runs, as typed.
///
/// # Errors
/// `SL0005` if it makes no sense.
pub fn run_query(text: &str) -> Result<Query> {
    text.parse().map_err(|invalid: Invalid| Error::from(invalid))
}

/// The runs asked for, at most `limit` (0 for all).
///
/// # Errors
/// `SL0405` if the metadata cannot be read.
pub fn matching_runs(
    runs: Vec<RunRecord>,
    query: &Query,
    limit: usize,
    provider: &dyn Provider,
) -> Result<Vec<RunRecord>> {
    let clock = Clock { now: now_us(), zone: TimeZone::system() };
    let by_step =
        query.terms.iter().any(|term| matches!(term.filter, Filter::Field { field: Field::Step, .. }));
    let mut found = Vec::new();
    for record in runs {
        let steps = if by_step { steps(&record, provider)? } else { Vec::new() };
        if query.matches(&Known { record: &record, steps }, &clock) {
            found.push(record);
        }
        if limit > 0 && found.len() == limit {
            break;
        }
    }
    Ok(found)
}

fn steps(record: &RunRecord, provider: &dyn Provider) -> Result<Vec<String>> {
    let graph = provider.graph(&record.flow, &record.run)?;
    let graph: Value = graph.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let steps = graph.get("steps").and_then(Value::as_array).into_iter().flatten();
    Ok(steps.filter_map(|step| step.get("name")?.as_str().map(str::to_owned)).collect())
}

/// A run and the steps of its flow.
struct Known<'a> {
    record: &'a RunRecord,
    steps: Vec<String>,
}

impl Facts for Known<'_> {
    fn flow(&self) -> &str {
        self.record.flow.as_str()
    }

    fn run(&self) -> &str {
        self.record.run.as_str()
    }

    fn user(&self) -> &str {
        &self.record.user
    }

    fn tags(&self) -> impl Iterator<Item = &str> {
        self.record.tags.iter().chain(&self.record.system_tags).map(String::as_str)
    }

    fn status(&self) -> RunStatus {
        self.record.status
    }

    fn origin(&self) -> Option<&str> {
        self.record.origin.as_ref().map(RunId::as_str)
    }

    fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(String::as_str)
    }

    fn started_at(&self) -> i64 {
        self.record.created_at
    }

    fn finished_at(&self) -> Option<i64> {
        self.record.finished_at
    }

    fn heartbeat_at(&self) -> i64 {
        self.record.heartbeat_at
    }

    fn value(&self, of: ValueOf, name: &str) -> Option<Scalar> {
        let key = match of {
            ValueOf::Parameter => PARAMETERS,
            ValueOf::Artifact => SCALARS,
        };
        Scalar::of(self.record.info.get(key)?.get(name)?)
    }
}
