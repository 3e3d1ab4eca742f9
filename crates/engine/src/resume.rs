//! The resume plan: which finished tasks of the origin run are adopted (RE-01, 02, 09, 10).

use std::collections::{HashMap, HashSet};

use spinloom_datastore::ManifestRef;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::graph::{Graph, StepIndex};
use spinloom_flow::{FlowName, TaskId, TaskStatus};
use spinloom_metadata::{Provider, TaskRecord};

use crate::Resume;
use crate::scheduler::{Next, Origin, ResumePlan, TaskKey};

/// What is taken from the origin run.
#[derive(Debug)]
pub(crate) struct Adoption {
    /// Its parameters: they cannot be changed (RE-03).
    pub base: ManifestRef,
    /// Its finished tasks.
    pub plan: ResumePlan<ManifestRef>,
}

impl Adoption {
    /// Reads the origin run.
    ///
    /// # Errors
    /// `SL0304` if there is no such run, or it got not even as far as its parameters; `SL0102` for an unknown step.
    pub fn load(provider: &dyn Provider, flow: &FlowName, graph: &Graph, resume: &Resume) -> Result<Self> {
        let origin = &resume.origin;
        if provider.run(flow, origin)?.is_none() {
            return Err(Error::new(
                codes::CANNOT_RESUME,
                format!("there is no run `{flow}/{origin}` to resume"),
            )
            .hint(format!("see the runs there are with `spinloom list {flow}`")));
        }
        let base = provider
            .task(flow, origin, TaskId(0))?
            .and_then(|task| task.manifest)
            .ok_or_else(|| {
                Error::new(
                    codes::CANNOT_RESUME,
                    format!("run `{flow}/{origin}` stopped before its parameters were kept"),
                )
                .hint("start a new run")
            })
            .and_then(|text| manifest(&text))?;
        let again = rerun(graph, resume)?;
        let mut finished = HashMap::new();
        let mut places: HashMap<(StepIndex, Vec<u64>), u64> = HashMap::new();
        // In the order of their ids: of one place, the iterations of a step that repeats itself one after another.
        for record in provider.tasks(flow, origin, None, None, 0)? {
            // A step that the flow no longer has is not adopted; what follows it runs again.
            let Some(step) = graph.find(record.step.as_str()) else { continue };
            let before = places.entry((step, record.indices.clone())).or_default();
            let key = TaskKey { step, indices: record.indices.clone(), iteration: *before };
            *before += 1;
            if !again.contains(&step)
                && let Some(origin) = adoptable(&record)?
            {
                finished.insert(key, origin);
            }
        }
        Ok(Self { base, plan: ResumePlan { finished, clone_only: resume.clone_only } })
    }
}

fn manifest(text: &str) -> Result<ManifestRef> {
    text.parse().or_error(codes::STORE_CORRUPT, || format!("`{text}` is no manifest reference"))
}

/// The step to run again and all that follows it.
fn rerun(graph: &Graph, resume: &Resume) -> Result<HashSet<StepIndex>> {
    let Some(from) = &resume.from else { return Ok(HashSet::new()) };
    let Some(step) = graph.find(from.as_str()) else {
        return Err(Error::new(
            codes::UNKNOWN_STEP,
            format!("flow `{}` has no step `{from}`", graph.flow().name),
        )
        .suggest(from.as_str(), graph.nodes().map(|node| node.name.as_str())));
    };
    Ok(graph.descendants(step).into_iter().collect())
}

fn adoptable(record: &TaskRecord) -> Result<Option<Origin<ManifestRef>>> {
    let Some(text) = record.manifest.as_deref().filter(|_| record.status == TaskStatus::Done) else {
        return Ok(None);
    };
    let next: Option<Next> = match &record.transition {
        None | Some(serde_json::Value::Null) => None,
        Some(value) => Some(serde_json::from_value(value.clone()).or_error(codes::STORE_CORRUPT, || {
            format!("task `{}` has a transition that cannot be read", record.task)
        })?),
    };
    Ok(Some(Origin { task: record.task, next, output: manifest(text)? }))
}
