//! From a step of a run to what a task of it starts from.

use std::collections::BTreeMap;

use spinloom_compute::{Frame, Input, TaskSpec};
use spinloom_datastore::{Datastore, StorePolicy};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::graph::{Graph, NodeKind, StepIndex};
use spinloom_flow::{RunId, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Provider, TaskRecord};

use super::{Placed, Wanted};
use crate::clock::now;
use crate::resume::{manifest, transition};
use crate::scheduler::Next;

/// The id a task that is spun has.
const SPUN: TaskId = TaskId(1);

/// Finds what the step starts from.
///
/// # Errors
/// `SL0301` if the task does not exist; `SL0306` if the step is of a gang, or nothing that leads to it has finished;
/// `SL0403` if the records cannot be read.
pub fn place(provider: &dyn Provider, store: &Datastore, graph: &Graph, wanted: &Wanted) -> Result<Placed> {
    let finder = Finder { provider, graph, wanted };
    finder.refuse_gangs()?;
    let recorded = finder.recorded()?;
    let (parents, indices) = match &recorded {
        Some(record) => (finder.parents_of(record)?, record.indices.clone()),
        None => finder.likely_parents()?,
    };
    let node = graph.node(wanted.step);
    let inputs = parents.iter().map(|parent| finder.input(parent)).collect::<Result<Vec<_>>>()?;
    let frames = match parents.first() {
        Some(first) => finder.frames(first, indices)?,
        None => Vec::new(),
    };
    let base = finder.task(TaskId(0))?.manifest.as_deref().map(manifest).transpose()?;
    let spec = TaskSpec {
        flow: wanted.flow.clone(),
        run: new_run_id()?,
        step: node.name.clone(),
        task: SPUN,
        attempt: 0,
        max_attempts: 1,
        join: node.is_join,
        inputs,
        frames,
        iteration: 0,
        control: None,
        base,
        origin_run: Some(wanted.run.clone()),
        namespace: wanted.namespace.clone(),
        user: wanted.user.clone(),
        tags: Vec::new(),
        store: store.root().display().to_string(),
        policy: StorePolicy { verify: store.verifies(), ..StorePolicy::default() },
    };
    Ok(Placed { spec, recorded })
}

/// As Metaflow names runs: microseconds since 1970. Longer than any number of a run here.
fn new_run_id() -> Result<RunId> {
    RunId::new(now().to_string())
}

struct Finder<'a> {
    provider: &'a dyn Provider,
    graph: &'a Graph,
    wanted: &'a Wanted,
}

impl Finder<'_> {
    fn name(&self) -> &StepName {
        &self.graph.node(self.wanted.step).name
    }

    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(codes::CANNOT_SPIN, message)
    }

    fn refuse_gangs(&self) -> Result<()> {
        let node = self.graph.node(self.wanted.step);
        if !node.parents.iter().any(|parent| self.graph.node(*parent).kind == NodeKind::Parallel) {
            return Ok(());
        }
        let doc = self.graph.step(self.wanted.step);
        Err(self
            .error(format!("step `{}` runs as a gang (`num_parallel`), which cannot be spun", node.name))
            .at(doc.file.clone(), Some(doc.line))
            .hint("run it: `resume` goes on with a run from any step"))
    }

    fn task(&self, id: TaskId) -> Result<TaskRecord> {
        let Wanted { flow, run, .. } = self.wanted;
        self.provider.task(flow, run, id)?.ok_or_else(|| {
            Error::new(codes::STORE_CORRUPT, format!("task `{id}` of run `{flow}/{run}` is not recorded"))
        })
    }

    /// The task to repeat.
    fn recorded(&self) -> Result<Option<TaskRecord>> {
        let Wanted { flow, run, task, .. } = self.wanted;
        let Some(id) = task else {
            return Ok(self.provider.tasks(flow, run, Some(self.name()), None, 1)?.pop());
        };
        match self.provider.task(flow, run, *id)? {
            Some(record) if record.step == *self.name() => Ok(Some(record)),
            other => {
                let what = format!("`{flow}/{run}/{}` has no task {id}", self.name());
                let error = Error::new(codes::NOT_FOUND, what);
                Err(match other {
                    Some(other) => error.hint(format!("task {id} is of step `{}`", other.step)),
                    None => error.hint(format!("`show {flow}/{run}/{}` lists its tasks", self.name())),
                })
            }
        }
    }

    fn parents_of(&self, record: &TaskRecord) -> Result<Vec<TaskRecord>> {
        record.parents.iter().map(|id| self.task(*id)).collect()
    }

    fn input(&self, parent: &TaskRecord) -> Result<Input> {
        let done = parent.manifest.as_deref().filter(|_| parent.status == TaskStatus::Done);
        let Some(kept) = done else {
            let Wanted { flow, run, .. } = self.wanted;
            let what = format!("`{flow}/{run}/{}/{}` has not finished well", parent.step, parent.task);
            return Err(self
                .error(format!("step `{}` cannot be spun: {what}", self.name()))
                .hint(format!("spin `{}` first, or resume the run", parent.step)));
        };
        Ok(Input {
            step: parent.step.clone(),
            task: parent.task,
            manifest: manifest(kept)?,
            index: parent.indices.last().copied(),
        })
    }

    /// The foreach frames round a task with these indices, found by climbing from its first parent to where each began.
    fn frames(&self, first: &TaskRecord, mut indices: Vec<u64>) -> Result<Vec<Frame>> {
        let mut frames = Vec::with_capacity(indices.len());
        let mut at = first.clone();
        while let Some(index) = indices.last().copied() {
            if let (true, Some(fan)) =
                (at.indices.len() + 1 == indices.len(), said(&at)?.and_then(|n| n.foreach))
            {
                frames.push(Frame { step: at.step.clone(), var: fan.var, index, count: fan.count });
                indices.pop();
            }
            match at.parents.first() {
                Some(parent) => at = self.task(*parent)?,
                None => break,
            }
        }
        frames.reverse();
        Ok(frames)
    }

    /// What could start a step that has not run: finished tasks that lead to it, and the foreach indices it would have.
    fn likely_parents(&self) -> Result<(Vec<TaskRecord>, Vec<u64>)> {
        let node = self.graph.node(self.wanted.step);
        if node.is_start {
            return Ok((vec![self.task(TaskId(0))?], Vec::new()));
        }
        let leading = self.leading(&node.parents)?;
        let found = if node.is_join { self.gathered(leading)? } else { leading.into_iter().next().map(one) };
        found.ok_or_else(|| {
            let Wanted { flow, run, .. } = self.wanted;
            let before: Vec<&str> =
                node.parents.iter().map(|parent| self.graph.node(*parent).name.as_str()).collect();
            let before = before.join("`, `");
            self.error(format!(
                "step `{}` cannot be spun on run `{flow}/{run}`: it has not run there, nor has what leads to it (`{before}`)",
                node.name
            ))
            .hint("name another run, `spin <run>/<step>`, or run the flow up to it with `run --until`")
        })
    }

    /// Finished tasks of these steps that went on to the wanted one.
    fn leading(&self, steps: &[StepIndex]) -> Result<Vec<TaskRecord>> {
        let Wanted { flow, run, step, .. } = self.wanted;
        let name = self.graph.node(*step).name.as_str();
        let mut leading = Vec::new();
        for parent in steps {
            let parent_name = &self.graph.node(*parent).name;
            for record in self.provider.tasks(flow, run, Some(parent_name), None, 0)? {
                let done = record.status == TaskStatus::Done;
                // By the code of now, as a resume would go on.
                let next = if done { transition(self.graph, *parent, &record)?.flatten() } else { None };
                if next.is_some_and(|next| next.steps.iter().any(|to| to == name)) {
                    leading.push(record);
                }
            }
        }
        Ok(leading)
    }

    /// The first set of tasks a join has all it waits for in, in the join's order.
    fn gathered(&self, leading: Vec<TaskRecord>) -> Result<Option<(Vec<TaskRecord>, Vec<u64>)>> {
        let node = self.graph.node(self.wanted.step);
        let Some(split) = node.split_parents.last().map(|split| self.graph.node(*split)) else {
            return Ok(None);
        };
        let fans_out = matches!(split.kind, NodeKind::Foreach { .. } | NodeKind::Parallel);
        let mut groups: BTreeMap<Vec<u64>, Vec<TaskRecord>> = BTreeMap::new();
        for record in leading {
            let depth = record.indices.len() - usize::from(fans_out && !record.indices.is_empty());
            groups.entry(record.indices[..depth].to_vec()).or_default().push(record);
        }
        for (outer, mut group) in groups {
            let awaited = match &split.kind {
                NodeKind::Foreach { .. } | NodeKind::Parallel => self.width(&split.name, &outer)?,
                _ => split.targets.len() as u64,
            };
            if group.len() as u64 == awaited {
                group.sort_by(|a, b| a.indices.cmp(&b.indices)); // stable: branches stay in the order of definition
                return Ok(Some((group, outer)));
            }
        }
        Ok(None)
    }

    /// How many tasks a split fanned out into, in the frames `outer`.
    fn width(&self, split: &StepName, outer: &[u64]) -> Result<u64> {
        let Wanted { flow, run, .. } = self.wanted;
        let tasks = self.provider.tasks(flow, run, Some(split), None, 0)?;
        let Some(task) = tasks.into_iter().find(|task| task.indices == outer) else { return Ok(u64::MAX) };
        let next = said(&task)?;
        let count = next.and_then(|next| next.foreach.map(|fan| fan.count).or(next.num_parallel));
        Ok(count.unwrap_or(u64::MAX))
    }
}

/// A step that is no join, behind `parent`.
fn one(parent: TaskRecord) -> (Vec<TaskRecord>, Vec<u64>) {
    let mut indices = parent.indices.clone();
    if matches!(said(&parent), Ok(Some(Next { foreach: Some(_), .. }))) {
        indices.push(0);
    }
    (vec![parent], indices)
}

fn said(record: &TaskRecord) -> Result<Option<Next>> {
    let Some(value) = record.transition.clone().filter(|value| !value.is_null()) else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|e| {
        let what = format!("task `{}` has a transition that cannot be read", record.task);
        Error::new(codes::STORE_CORRUPT, what).cause(e)
    })
}
