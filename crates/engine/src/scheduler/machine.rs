//! The state machine itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use spinloom_diagnostics::{Error, codes};
use spinloom_flow::TaskId;
use spinloom_flow::graph::{Graph, StepIndex};

use super::lineage::{Branch, GatherId, Lineage};
use super::ready::{Candidate, Range, Ready, ReadyStack};
use super::transition::{Next, Transition, check};
use super::{
    Adopted, Command, Done, End, Event, Launch, Left, Limits, Origin, ResumePlan, TaskKey, TaskOutput,
};

/// Decides what runs next in one run.
#[derive(Debug)]
pub struct Scheduler<O> {
    graph: Arc<Graph>,
    limits: Limits,
    plan: Option<ResumePlan<O>>,
    /// The only steps whose tasks start, if not all.
    only: Option<BTreeSet<StepIndex>>,
    left: HashMap<TaskKey, Left<O>>,
    ready: ReadyStack<O>,
    live: HashMap<TaskId, Live<O>>,
    gathers: HashMap<GatherId, Gather<O>>,
    last_task: u64,
    last_gather: u64,
    /// A task was not started because it was not asked for.
    left_out: bool,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Running,
    /// Nothing new starts; the run ends so when the last live task does.
    Draining(End),
    Over,
}

/// A task with a process.
#[derive(Debug)]
struct Live<O> {
    attempt: u32,
    candidate: Candidate<O>,
}

/// An open split, waiting for its branches at a join.
#[derive(Debug)]
struct Gather<O> {
    expected: u64,
    arrived: Vec<(u64, TaskOutput<O>)>,
}

impl<O: Clone> Scheduler<O> {
    /// A scheduler for one run of `graph`.
    pub fn new(graph: Arc<Graph>, limits: Limits, plan: Option<ResumePlan<O>>) -> Self {
        Self {
            graph,
            limits,
            plan,
            only: None,
            left: HashMap::new(),
            ready: ReadyStack::new(),
            live: HashMap::new(),
            gathers: HashMap::new(),
            last_task: 0,
            last_gather: 0,
            left_out: false,
            phase: Phase::Running,
        }
    }

    /// Starts no task but those of `step` and of the steps that lead to it.
    #[must_use]
    pub fn until(mut self, step: StepIndex) -> Self {
        let steps = self.graph.nodes().map(|node| node.index);
        self.only = Some(steps.filter(|from| self.graph.descendants(*from).contains(&step)).collect());
        self
    }

    /// Goes on where another driver of the same run left off.
    #[must_use]
    pub fn after(mut self, left: HashMap<TaskKey, Left<O>>) -> Self {
        self.last_task = left.values().map(|left| left.task.0).max().unwrap_or(0);
        self.left = left;
        self
    }

    /// Tells what happened; answers what is to be done now.
    pub fn on(&mut self, event: Event<O>) -> Vec<Command<O>> {
        let mut out = Vec::new();
        match event {
            Event::Start { parameters } => self.start(parameters),
            Event::Finished { task, next, output } => self.finished(task, next.as_ref(), output),
            Event::Failed { task, retry } => self.failed(task, retry, &mut out),
            Event::Stop => self.drain(End::Stopped),
        }
        self.pump(&mut out);
        out
    }

    /// How many task processes there are.
    pub fn live(&self) -> usize {
        self.live.len()
    }

    /// Whether `next` is a transition `step` may take.
    ///
    /// # Errors
    /// `SL0203`: the source of the step says otherwise.
    pub fn check(&self, step: StepIndex, next: Option<&Next>) -> Result<(), Error> {
        check(&self.graph, step, next).map(|_| ())
    }

    fn start(&mut self, parameters: O) {
        let step = self.graph.start();
        let input = TaskOutput { step, task: TaskId(0), index: None, adopted: true, output: parameters };
        self.ready.push(Ready::One(Candidate {
            step,
            lineage: Lineage::default(),
            inputs: Arc::new([input]),
        }));
    }

    fn finished(&mut self, task: TaskId, next: Option<&Next>, output: O) {
        let Some(live) = self.live.remove(&task) else { return };
        self.complete(task, live.candidate, next, output, false);
    }

    fn failed(&mut self, task: TaskId, retry: bool, out: &mut Vec<Command<O>>) {
        let Some(live) = self.live.get_mut(&task) else { return };
        let node = self.graph.node(live.candidate.step);
        if retry && matches!(self.phase, Phase::Running) && live.attempt + 1 < node.max_attempts {
            live.attempt += 1;
            let again = launch(task, live.attempt, &live.candidate);
            out.push(Command::Launch(again));
            return;
        }
        self.live.remove(&task);
        self.drain(End::Failed(None));
    }

    /// Follows the transition of a task that finished, here or in the origin run.
    fn complete(&mut self, task: TaskId, from: Candidate<O>, next: Option<&Next>, output: O, adopted: bool) {
        let transition = match check(&self.graph, from.step, next) {
            Ok(transition) => transition,
            Err(error) => return self.drain(End::Failed(Some(error))),
        };
        let index = from.lineage.indices().last().copied();
        let output = TaskOutput { step: from.step, task, index, adopted, output };
        match transition {
            Transition::End => {}
            Transition::To(target) => self.go(target, from.lineage, output),
            Transition::Split(targets) => {
                let gather = self.open(targets.len() as u64);
                for (index, target) in targets.into_iter().enumerate().rev() {
                    let branch =
                        Branch { gather, index: index as u64, foreach: None, outer: from.lineage.clone() };
                    self.go(target, Lineage(Some(Arc::new(branch))), output.clone());
                }
            }
            Transition::Foreach { target, var, count } => match self.judge_fan(&from, &var, count) {
                Err(error) => self.drain(End::Failed(Some(error))),
                Ok(()) => {
                    let gather = self.open(count);
                    self.ready.push(Ready::Fan(Range {
                        gather,
                        split: from.step,
                        target,
                        var,
                        next: 0,
                        count,
                        outer: from.lineage,
                        inputs: Arc::new([output]),
                    }));
                }
            },
        }
    }

    fn judge_fan(&self, from: &Candidate<O>, var: &str, count: u64) -> Result<(), Error> {
        let step = &self.graph.node(from.step).name;
        if count == 0 {
            return Err(Error::new(
                codes::BAD_FOREACH,
                format!("step `{step}` fans out over `{var}`, which is empty"),
            )
            .hint(format!("make sure that `self.{var}` has at least one item")));
        }
        if count > self.limits.max_num_splits {
            let limit = self.limits.max_num_splits;
            return Err(Error::new(
                codes::BAD_FOREACH,
                format!("step `{step}` fans out into {count} tasks; at most {limit} are allowed"),
            )
            .hint(format!("raise the limit with `--max-num-splits {count}`")));
        }
        Ok(())
    }

    fn open(&mut self, expected: u64) -> GatherId {
        self.last_gather += 1;
        let id = GatherId(self.last_gather);
        self.gathers.insert(id, Gather { expected, arrived: Vec::new() });
        id
    }

    /// Sends one finished task on to `target`: straight, or into the join that waits for its siblings.
    fn go(&mut self, target: StepIndex, lineage: Lineage, output: TaskOutput<O>) {
        if !self.graph.node(target).is_join {
            return self.ready.push(Ready::One(Candidate {
                step: target,
                lineage,
                inputs: Arc::new([output]),
            }));
        }
        let Some(branch) = lineage.0 else {
            let name = &self.graph.node(target).name;
            let error =
                Error::new(codes::INTERNAL, format!("join `{name}` was reached from outside any split"));
            return self.drain(End::Failed(Some(error)));
        };
        let Some(gather) = self.gathers.get_mut(&branch.gather) else { return };
        gather.arrived.push((branch.index, output));
        if (gather.arrived.len() as u64) < gather.expected {
            return;
        }
        let mut arrived = std::mem::take(&mut gather.arrived);
        self.gathers.remove(&branch.gather);
        arrived.sort_unstable_by_key(|(index, _)| *index);
        let inputs = arrived.into_iter().map(|(_, output)| output).collect();
        self.ready.push(Ready::One(Candidate { step: target, lineage: branch.outer.clone(), inputs }));
    }

    /// Starts what may start; says so when nothing is left.
    fn pump(&mut self, out: &mut Vec<Command<O>>) {
        let clone_only = self.plan.as_ref().is_some_and(|plan| plan.clone_only);
        while matches!(self.phase, Phase::Running) {
            let Some(candidate) = self.ready.peek() else { break };
            let wanted = !clone_only && self.only.as_ref().is_none_or(|only| only.contains(&candidate.step));
            if let Some((task, done)) = self.done_before(&candidate) {
                self.ready.advance();
                self.complete(task, candidate, done.next.as_ref(), done.output, done.adopted);
            } else if let Some(origin) = self.origin_of(&candidate) {
                self.ready.advance();
                self.adopt(candidate, origin, out);
            } else if !wanted {
                self.ready.advance();
                self.left_out = true;
            } else if self.live.len() < self.limits.max_workers.max(1) {
                self.ready.advance();
                let (task, attempt) = self.number(&candidate);
                out.push(Command::Launch(launch(task, attempt, &candidate)));
                self.live.insert(task, Live { attempt, candidate });
            } else {
                return;
            }
        }
        if self.live.is_empty() && !matches!(self.phase, Phase::Over) {
            let end = match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::Draining(end) => end,
                _ if self.left_out => End::Halted,
                _ => End::Done,
            };
            out.push(Command::End(end));
        }
    }

    fn next_task(&mut self) -> TaskId {
        self.last_task += 1;
        TaskId(self.last_task)
    }

    /// The id and attempt of a task about to start: the next, unless another driver of this run had begun it.
    fn number(&mut self, candidate: &Candidate<O>) -> (TaskId, u32) {
        match self.left.remove(&key(candidate)) {
            Some(left) => (left.task, left.attempt),
            None => (self.next_task(), 0),
        }
    }

    /// The task another driver of this run finished where `candidate` stands.
    fn done_before(&mut self, candidate: &Candidate<O>) -> Option<(TaskId, Done<O>)> {
        let left = self.left.get_mut(&key(candidate))?;
        Some((left.task, left.done.take()?))
    }

    /// The finished task of the origin run that stands where `candidate` does, if all its inputs were adopted too.
    fn origin_of(&mut self, candidate: &Candidate<O>) -> Option<Origin<O>> {
        let plan = self.plan.as_mut()?;
        if !candidate.inputs.iter().all(|input| input.adopted) {
            return None;
        }
        plan.finished.remove(&key(candidate))
    }

    fn adopt(&mut self, candidate: Candidate<O>, origin: Origin<O>, out: &mut Vec<Command<O>>) {
        let task = self.next_task();
        out.push(Command::Adopt(Adopted {
            task,
            step: candidate.step,
            origin: origin.task,
            parents: candidate.inputs.iter().map(|input| input.task).collect(),
            indices: candidate.lineage.indices(),
            next: origin.next.clone(),
            output: origin.output.clone(),
        }));
        self.complete(task, candidate, origin.next.as_ref(), origin.output, true);
    }

    /// Nothing new starts from here on. The first reason stays.
    fn drain(&mut self, end: End) {
        if matches!(self.phase, Phase::Running) {
            self.phase = Phase::Draining(end);
            self.ready.clear();
        }
    }
}

fn key<O>(candidate: &Candidate<O>) -> TaskKey {
    TaskKey { step: candidate.step, indices: candidate.lineage.indices() }
}

fn launch<O: Clone>(task: TaskId, attempt: u32, candidate: &Candidate<O>) -> Launch<O> {
    Launch {
        task,
        step: candidate.step,
        attempt,
        inputs: candidate.inputs.clone(),
        frames: candidate.lineage.frames(),
    }
}
