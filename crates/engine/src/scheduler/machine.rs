//! The state machine itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use spinloom_diagnostics::{Error, codes};
use spinloom_flow::TaskId;
use spinloom_flow::graph::{Graph, StepIndex};

use super::admission::Admission;
use super::gang::{Gang, VARIABLE};
use super::lineage::{Branch, GatherId, Lineage};
use super::ready::{Candidate, Range, Ready, ReadyStack, Top};
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
    admission: Admission,
    pub(super) ready: ReadyStack<O>,
    live: HashMap<TaskId, Live<O>>,
    pub(super) gangs: HashMap<GatherId, Gang<O>>,
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

/// Attempts beyond a task's own, in which the worker has `@catch` handle that its process died.
const FALLBACKS: u32 = 3;

/// A task that has, or is about to have, a process.
#[derive(Debug)]
pub(super) struct Live<O> {
    pub attempt: u32,
    pub candidate: Candidate<O>,
    /// The gang it belongs to, and that gang's control task.
    pub gang: Option<(GatherId, TaskId)>,
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
            admission: Admission::new(&limits),
            ready: ReadyStack::new(),
            live: HashMap::new(),
            gangs: HashMap::new(),
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
            Event::Finished { task, next, output } => self.finished(task, next, output, &mut out),
            Event::Failed { task, retry, died } => self.failed(task, retry, died, &mut out),
            Event::Stop => self.drain(End::Stopped),
        }
        self.pump(&mut out);
        out
    }

    /// Whether a task that has just failed will have another attempt.
    pub fn tries_again(&self, task: TaskId) -> bool {
        self.live.get(&task).is_some_and(|live| live.gang.is_none_or(|(gather, _)| self.gang_goes_on(gather)))
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
            iteration: 0,
        }));
    }

    fn finished(&mut self, task: TaskId, next: Option<Next>, output: O, out: &mut Vec<Command<O>>) {
        match self.live.get(&task).map(|live| live.gang) {
            None => {}
            Some(Some((gather, _))) => self.member_finished(gather, task, (next, output), out),
            Some(None) => {
                if let Some(live) = self.leave(task) {
                    self.complete(task, live.candidate, next.as_ref(), output, false);
                }
            }
        }
    }

    fn failed(&mut self, task: TaskId, retry: bool, died: bool, out: &mut Vec<Command<O>>) {
        let Some(live) = self.live.get(&task) else { return };
        let node = self.graph.node(live.candidate.step);
        let fallbacks = if died && node.catches { FALLBACKS } else { 0 };
        let again =
            retry && self.is_running() && live.attempt + 1 < node.max_attempts.saturating_add(fallbacks);
        match live.gang {
            Some((gather, _)) => self.member_failed(gather, task, again, out),
            None if again => self.again(task, out),
            None => {
                self.leave(task);
                self.drain(End::Failed(None));
            }
        }
    }

    /// Starts the first attempt of a task.
    pub(super) fn begin(&mut self, task: TaskId, live: Live<O>, out: &mut Vec<Command<O>>) {
        self.admission.take(self.graph.node(live.candidate.step).needs);
        out.push(Command::Launch(launch(task, &live, Duration::ZERO)));
        self.live.insert(task, live);
    }

    /// Starts another attempt of a live task.
    pub(super) fn again(&mut self, task: TaskId, out: &mut Vec<Command<O>>) {
        let Some(live) = self.live.get_mut(&task) else { return };
        let node = self.graph.node(live.candidate.step);
        live.attempt += 1;
        let waits = self.limits.retry_wait && live.attempt < node.max_attempts;
        out.push(Command::Launch(launch(task, live, if waits { node.retry_wait } else { Duration::ZERO })));
    }

    /// Takes a task off the live ones.
    pub(super) fn leave(&mut self, task: TaskId) -> Option<Live<O>> {
        let live = self.live.remove(&task)?;
        self.admission.give_back(self.graph.node(live.candidate.step).needs);
        Some(live)
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// Follows the transition of a task that finished, here or in the origin run.
    pub(super) fn complete(
        &mut self,
        task: TaskId,
        from: Candidate<O>,
        next: Option<&Next>,
        output: O,
        adopted: bool,
    ) {
        let transition = match check(&self.graph, from.step, next) {
            Ok(transition) => transition,
            Err(error) => return self.drain(End::Failed(Some(error))),
        };
        let index = from.lineage.indices().last().copied();
        let output = TaskOutput { step: from.step, task, index, adopted, output };
        match transition {
            Transition::End => {}
            Transition::To(target) if target == from.step => self.ready.push(Ready::One(Candidate {
                iteration: from.iteration + 1,
                inputs: Arc::new([output]),
                ..from
            })),
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
                    let range = self.range(from, target, var, count, output);
                    self.ready.push(Ready::Fan(range));
                }
            },
            Transition::Gang { target, count } => match self.judge_gang(&from, target, count) {
                Err(error) => self.drain(End::Failed(Some(error))),
                Ok(()) => {
                    let range = self.range(from, target, VARIABLE.into(), count, output);
                    self.ready.push(Ready::Gang(range));
                }
            },
        }
    }

    fn range(
        &mut self,
        from: Candidate<O>,
        target: StepIndex,
        var: Arc<str>,
        count: u64,
        output: TaskOutput<O>,
    ) -> Range<O> {
        let gather = self.open(count);
        let inputs = Arc::new([output]);
        Range { gather, split: from.step, target, var, next: 0, count, outer: from.lineage, inputs }
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

    fn judge_gang(&self, from: &Candidate<O>, target: StepIndex, count: u64) -> Result<(), Error> {
        let step = &self.graph.node(from.step).name;
        let wrong = |what: String| Error::new(codes::BAD_FOREACH, what);
        if count == 0 {
            return Err(wrong(format!("step `{step}` starts a gang of 0 tasks"))
                .hint("make `num_parallel` at least 1"));
        }
        if !self.admission.possible(self.graph.node(target).needs, count) {
            return Err(wrong(format!(
                "step `{step}` starts a gang of {count} tasks, which together need more than the budget of this run"
            ))
            .hint("raise `--budget`, or lower `num_parallel` or the `@resources` of the step"));
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
                iteration: 0,
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
        let lineage = branch.outer.clone();
        self.ready.push(Ready::One(Candidate { step: target, lineage, inputs, iteration: 0 }));
    }

    /// Starts what may start; says so when nothing is left.
    fn pump(&mut self, out: &mut Vec<Command<O>>) {
        while self.is_running() {
            let Some(top) = self.ready.peek() else { break };
            match self.step(top, out) {
                Step::Taken => {}
                Step::LeftOut => self.left_out = true,
                Step::Waits => return,
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

    /// Adopts or starts what is on top of the ready stack, if it may be.
    fn step(&mut self, top: Top<O>, out: &mut Vec<Command<O>>) -> Step {
        let (step, count) = match &top {
            Top::One(candidate) => (candidate.step, 1),
            Top::Gang(_, members) => (members[0].step, members.len() as u64),
        };
        let taken = match &top {
            Top::One(candidate) => self.take(std::slice::from_ref(candidate), out),
            Top::Gang(_, members) => self.take(members, out),
        };
        if taken {
            return Step::Taken;
        }
        let clone_only = self.plan.as_ref().is_some_and(|plan| plan.clone_only);
        if clone_only || self.only.as_ref().is_some_and(|only| !only.contains(&step)) {
            self.ready.advance();
            return Step::LeftOut;
        }
        if !self.admission.fits(self.graph.node(step).needs, count) {
            return Step::Waits;
        }
        self.ready.advance();
        match top {
            Top::One(candidate) => {
                let (task, attempt) = self.number(&candidate);
                self.begin(task, Live { attempt, candidate, gang: None }, out);
            }
            Top::Gang(gather, members) => self.start_gang(gather, members, out),
        }
        Step::Taken
    }

    /// Takes what is on top, a task or all of a gang, from another driver of this run or from the origin run, if it is done.
    fn take(&mut self, all: &[Candidate<O>], out: &mut Vec<Command<O>>) -> bool {
        let is_done = |candidate| self.left.get(&key(candidate)).is_some_and(|left| left.done.is_some());
        if all.iter().all(is_done) {
            self.ready.advance();
            for candidate in all {
                if let Some((task, done)) = self.done_before(candidate) {
                    self.complete(task, candidate.clone(), done.next.as_ref(), done.output, done.adopted);
                }
            }
            return true;
        }
        let origins: Option<Vec<Origin<O>>> = all.iter().map(|candidate| self.origin_of(candidate)).collect();
        let Some(origins) = origins else { return false };
        self.ready.advance();
        for (candidate, origin) in all.iter().zip(origins) {
            self.adopt(candidate.clone(), origin, out);
        }
        true
    }

    pub(super) fn next_task(&mut self) -> TaskId {
        self.last_task += 1;
        TaskId(self.last_task)
    }

    /// The id and attempt of a task that another driver of this run had begun.
    pub(super) fn begun(&mut self, candidate: &Candidate<O>) -> Option<(TaskId, u32)> {
        self.left.remove(&key(candidate)).map(|left| (left.task, left.attempt))
    }

    /// The id and attempt of a task about to start: the next, unless another driver of this run had begun it.
    fn number(&mut self, candidate: &Candidate<O>) -> (TaskId, u32) {
        self.begun(candidate).unwrap_or_else(|| (self.next_task(), 0))
    }

    /// The task another driver of this run finished where `candidate` stands.
    fn done_before(&mut self, candidate: &Candidate<O>) -> Option<(TaskId, Done<O>)> {
        let left = self.left.get_mut(&key(candidate))?;
        Some((left.task, left.done.take()?))
    }

    /// The finished task of the origin run that stands where `candidate` does, if all its inputs were adopted too.
    fn origin_of(&self, candidate: &Candidate<O>) -> Option<Origin<O>> {
        let plan = self.plan.as_ref()?;
        if !candidate.inputs.iter().all(|input| input.adopted) {
            return None;
        }
        plan.finished.get(&key(candidate)).cloned()
    }

    fn adopt(&mut self, candidate: Candidate<O>, origin: Origin<O>, out: &mut Vec<Command<O>>) {
        if let Some(plan) = &mut self.plan {
            plan.finished.remove(&key(&candidate)); // its memory is of no more use
        }
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
    pub(super) fn drain(&mut self, end: End) {
        if matches!(self.phase, Phase::Running) {
            self.phase = Phase::Draining(end);
            self.ready.clear();
        }
    }
}

/// What became of what was on top of the ready stack.
enum Step {
    Taken,
    LeftOut,
    Waits,
}

fn key<O>(candidate: &Candidate<O>) -> TaskKey {
    TaskKey { step: candidate.step, indices: candidate.lineage.indices(), iteration: candidate.iteration }
}

fn launch<O: Clone>(task: TaskId, live: &Live<O>, after: Duration) -> Launch<O> {
    let candidate = &live.candidate;
    Launch {
        task,
        step: candidate.step,
        attempt: live.attempt,
        after,
        inputs: candidate.inputs.clone(),
        frames: candidate.lineage.frames(),
        iteration: candidate.iteration,
        control: live.gang.map(|(_, control)| control),
    }
}
