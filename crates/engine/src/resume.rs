//! The resume plan: which finished tasks of the origin run are adopted (RE-01, 02, 09, 10).
//!
//! A task is adopted if the step is still there, its inputs are of the steps that lead to it now and were adopted too (the
//! scheduler sees to that), and its artifacts can be read. Where it goes next is what the code says now.

use std::collections::{BTreeSet, HashMap, HashSet};

use spinloom_datastore::{Datastore, ManifestRef};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::graph::{Graph, NodeKind, StepIndex};
use spinloom_flow::{FlowName, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Provider, TaskRecord};

use crate::Resume;
use crate::scheduler::{Next, Origin, ResumePlan, TaskKey};

/// What is taken from the origin run.
#[derive(Debug)]
pub(crate) struct Adoption {
    /// Its parameters.
    pub base: ManifestRef,
    /// Its finished tasks.
    pub plan: ResumePlan<ManifestRef>,
    /// What the user should know, a sentence each.
    pub notices: Vec<String>,
}

impl Adoption {
    /// Reads the origin run.
    ///
    /// # Errors
    /// `SL0304` if there is no such run, or it got not even as far as its parameters; `SL0102` for an unknown step;
    /// `SL0403` if its parameters cannot be read.
    pub fn load(
        provider: &dyn Provider,
        store: &Datastore,
        flow: &FlowName,
        graph: &Graph,
        resume: &Resume,
    ) -> Result<Self> {
        let base = parameters(provider, store, flow, resume)?;
        let again = rerun(graph, resume)?;
        let origin = &resume.origin;
        let records = provider.tasks(flow, origin, None, None, 0)?;
        let steps: HashMap<TaskId, &StepName> = records.iter().map(|r| (r.task, &r.step)).collect();
        let mut plan = ResumePlan { finished: HashMap::new(), clone_only: resume.clone_only };
        let mut notices = Vec::new();
        if store.is_driven(flow, origin)? {
            notices.push(format!(
                "run `{flow}/{origin}` is still running: what it has not finished yet runs here too"
            ));
        }
        let mut places = Places::default();
        for record in &records {
            let Some(step) = graph.find(record.step.as_str()) else { continue };
            let key = places.key(step, record);
            if again.contains(&step) || !same_inputs(graph, step, record, &steps) {
                continue;
            }
            let Some(task) = adoptable(graph, step, record)? else { continue };
            match store.verify(&task.output) {
                Ok(()) => {
                    plan.finished.insert(key, task);
                }
                Err(error) => notices.push(format!(
                    "`{flow}/{origin}/{}/{}` runs again, as its artifacts are damaged: {error}",
                    record.step, record.task
                )),
            }
        }
        Ok(Self { base, plan, notices })
    }
}

fn parameters(
    provider: &dyn Provider,
    store: &Datastore,
    flow: &FlowName,
    resume: &Resume,
) -> Result<ManifestRef> {
    let origin = &resume.origin;
    if provider.run(flow, origin)?.is_none() {
        let message = format!("there is no run `{flow}/{origin}` to resume");
        let hint = format!("see the runs there are with `spinloom list {flow}`");
        return Err(Error::new(codes::CANNOT_RESUME, message).hint(hint));
    }
    let kept = provider.task(flow, origin, TaskId(0))?.and_then(|task| task.manifest);
    let kept = kept.ok_or_else(|| {
        let message = format!("run `{flow}/{origin}` stopped before its parameters were kept");
        Error::new(codes::CANNOT_RESUME, message).hint("start a new run")
    })?;
    let base = manifest(&kept)?;
    store.verify(&base)?;
    Ok(base)
}

/// A manifest reference as it is recorded.
pub(crate) fn manifest(text: &str) -> Result<ManifestRef> {
    text.parse().or_error(codes::STORE_CORRUPT, || format!("`{text}` is no manifest reference"))
}

/// The step to run again and all that follows it; every step, where nobody can tell what new parameters change.
fn rerun(graph: &Graph, resume: &Resume) -> Result<BTreeSet<StepIndex>> {
    let from = match &resume.from {
        Some(from) => graph.find(from.as_str()).ok_or_else(|| {
            let message = format!("flow `{}` has no step `{from}`", graph.flow().name);
            Error::new(codes::UNKNOWN_STEP, message)
                .suggest(from.as_str(), graph.nodes().map(|node| node.name.as_str()))
        })?,
        None if resume.new_parameters => graph.start(),
        None => return Ok(BTreeSet::new()),
    };
    Ok(graph.descendants(from))
}

/// Whether what the task started from is still what leads to its step: a branch that is gone must not live on in a join.
fn same_inputs(
    graph: &Graph,
    step: StepIndex,
    record: &TaskRecord,
    steps: &HashMap<TaskId, &StepName>,
) -> bool {
    let before: HashSet<&StepName> = record.parents.iter().filter_map(|id| steps.get(id).copied()).collect();
    before.into_iter().all(|name| match graph.find(name.as_str()) {
        Some(parent) => graph.node(parent).targets.contains(&step),
        None => record.parents == [TaskId(0)],
    })
}

/// Tells the iterations of a step that repeats itself apart: of one place, records come in the order of their ids.
#[derive(Default)]
pub(crate) struct Places(HashMap<(StepIndex, Vec<u64>), u64>);

impl Places {
    /// Where the task of the next record is.
    pub fn key(&mut self, step: StepIndex, record: &TaskRecord) -> TaskKey {
        let before = self.0.entry((step, record.indices.clone())).or_default();
        let iteration = *before;
        *before += 1;
        TaskKey { step, indices: record.indices.clone(), iteration }
    }
}

fn adoptable(graph: &Graph, step: StepIndex, record: &TaskRecord) -> Result<Option<Origin<ManifestRef>>> {
    let Some(text) = record.manifest.as_deref().filter(|_| record.status == TaskStatus::Done) else {
        return Ok(None);
    };
    let Some(next) = transition(graph, step, record)? else { return Ok(None) };
    Ok(Some(Origin { task: record.task, next, output: manifest(text)? }))
}

/// Where a finished task goes by the code of now; `None` if only running the task could tell.
pub(crate) fn transition(
    graph: &Graph,
    step: StepIndex,
    record: &TaskRecord,
) -> Result<Option<Option<Next>>> {
    let then: Option<Next> = match &record.transition {
        None | Some(serde_json::Value::Null) => None,
        Some(value) => Some(serde_json::from_value(value.clone()).or_error(codes::STORE_CORRUPT, || {
            format!("task `{}` has a transition that cannot be read", record.task)
        })?),
    };
    let node = graph.node(step);
    let targets: Vec<String> = node.targets.iter().map(|t| graph.node(*t).name.to_string()).collect();
    Ok(match (&node.kind, then) {
        (NodeKind::End, _) => Some(None),
        (NodeKind::Linear | NodeKind::Join | NodeKind::Split, _) => {
            Some(Some(Next { steps: targets, foreach: None, num_parallel: None }))
        }
        (NodeKind::Foreach { var }, Some(Next { foreach: Some(fan), .. })) if fan.var == *var => {
            Some(Some(Next { steps: targets, foreach: Some(fan), num_parallel: None }))
        }
        (NodeKind::Parallel, Some(Next { num_parallel: Some(count), .. })) => {
            Some(Some(Next { steps: targets, foreach: None, num_parallel: Some(count) }))
        }
        (NodeKind::Switch { .. }, Some(next)) if next.steps.iter().all(|step| targets.contains(step)) => {
            Some(Some(next))
        }
        _ => None,
    })
}
