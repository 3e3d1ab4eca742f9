//! Whose turn it is to drive a run that several processes were asked for (RE-05).
//!
//! Exactly one drives it at a time. It holds the lock of the run's driver, which the kernel takes from a process that dies,
//! however it dies; and the metadata know it as the leader of the latest term, without which nothing it writes is kept.
//! The others sleep until the lock is free. Whoever then gets it finds the run over, or goes on with it.

use std::time::Duration;

use spinloom_datastore::{Datastore, DriverLock};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::event::TaskRef;
use spinloom_flow::{FlowName, RunEvent, RunId, RunStatus, TaskStatus};
use spinloom_metadata::{Claim, Provider, RunRecord};

use crate::clock::now;
use crate::start::{HALT, PARAMETERS_STEP, new_run, tell_which};
use crate::{Halt, Listener, RunOutcome, RunRequest, Shared};

/// Before a claim that another won is made again: that happens only where locks do not work as they should.
const PAUSE: Duration = Duration::from_millis(250);

/// What a process is to do about a run.
#[derive(Debug)]
pub enum Turn {
    /// Drive it; as the leader, if the run is shared.
    Drive(Option<Lead>),
    /// Nothing: another process drove it, and this is how it ended.
    Over(Box<RunOutcome>),
}

/// The right to drive a shared run.
#[derive(Debug)]
pub struct Lead {
    pub(crate) run: RunId,
    /// The run it resumes, whatever this process was asked for.
    pub(crate) origin: Option<RunId>,
    pub(crate) term: u64,
    pub(crate) lock: DriverLock,
}

/// Waits until this process leads the run, or the run is over. One that is not shared is led at once.
///
/// Starts no thread; may sleep for as long as the run takes, and dies of signals as the process would.
///
/// # Errors
/// `SL0304` if the run is not shared, or resumes another run than was asked for; a store that cannot be used.
pub fn take_turn(request: &RunRequest, listener: &mut dyn Listener) -> Result<Turn> {
    let Some(shared) = &request.shared else { return Ok(Turn::Drive(None)) };
    let run =
        request.run_id.as_ref().ok_or_else(|| Error::new(codes::INTERNAL, "a shared run needs an id"))?;
    let store = Datastore::open_with(&request.store, &request.policy)?;
    let provider = request.metadata.open()?;
    let flow = FlowName::new(&request.graph.flow().name)?;
    let mut queue = Queue { request, shared, flow, run, store, provider };
    loop {
        let lock = queue.wait(listener)?;
        if let Some(turn) = queue.claim(lock)? {
            if let Turn::Over(outcome) = &turn {
                queue.tell(outcome, listener)?;
            }
            return Ok(turn);
        }
        std::thread::sleep(PAUSE);
    }
}

struct Queue<'a> {
    request: &'a RunRequest,
    shared: &'a Shared,
    flow: FlowName,
    run: &'a RunId,
    store: Datastore,
    provider: Box<dyn Provider>,
}

impl Queue<'_> {
    fn wait(&self, listener: &mut dyn Listener) -> Result<DriverLock> {
        if let Some(lock) = self.store.lock_driver(&self.flow, self.run)? {
            return Ok(lock);
        }
        let message = format!("another process drives `{}/{}`: waiting for it", self.flow, self.run);
        listener.event(&RunEvent::Notice { message, at: now() });
        self.store.await_driver(&self.flow, self.run)
    }

    /// With the lock, so that no other process of this machine leads; `None` if one without it does.
    fn claim(&mut self, lock: DriverLock) -> Result<Option<Turn>> {
        let leader = self.provider.leader(&self.flow, self.run)?;
        let run = self.provider.run(&self.flow, self.run)?;
        if let Some(run) = &run {
            self.check_origin(run)?;
            if leader.is_some() && self.is_over(run) {
                return Ok(Some(Turn::Over(Box::new(outcome(self.provider.as_ref(), run)?))));
            }
        }
        let driven = leader.is_some() && run.is_some_and(|run| run.status == RunStatus::Running);
        if driven && self.request.metadata.local().is_none() {
            // The lock is of this machine, and another one may drive it: its heartbeat says so.
            return Ok(None);
        }
        let at = now();
        let instead_of = leader.map(|leader| leader.term);
        let claim = Claim { identifier: self.shared.identifier.clone(), instead_of, at };
        let (run, leader, won) = self.provider.lead(&new_run(self.request, &self.flow, at), &claim)?;
        Ok(won.then(|| Turn::Drive(Some(Lead { run: run.run, origin: run.origin, term: leader.term, lock }))))
    }

    /// A run that was driven elsewhere.
    fn tell(&self, outcome: &RunOutcome, listener: &mut dyn Listener) -> Result<()> {
        tell_which(self.request, self.run)?;
        let by =
            self.provider.leader(&self.flow, self.run)?.map_or_else(String::new, |leader| leader.identifier);
        let message =
            format!("run `{}/{}` was driven by `{by}`, and is {}", self.flow, self.run, outcome.status);
        listener.event(&RunEvent::Notice { message, at: now() });
        Ok(())
    }

    fn check_origin(&self, run: &RunRecord) -> Result<()> {
        let asked = self.request.resume.as_ref().map(|resume| &resume.origin);
        if !self.shared.origin_named || asked == run.origin.as_ref() {
            return Ok(());
        }
        let (flow, id) = (&self.flow, &run.run);
        let has = run.origin.as_ref().map_or("no run".to_owned(), |origin| format!("`{flow}/{origin}`"));
        Err(Error::new(codes::CANNOT_RESUME, format!("run `{flow}/{id}` exists already, and resumes {has}"))
            .hint("choose another `--run-id`, or leave `--origin-run-id` out"))
    }

    /// The run ended, and not just where another request had asked it to stop.
    fn is_over(&self, run: &RunRecord) -> bool {
        match run.status {
            RunStatus::Running | RunStatus::Lost => false,
            RunStatus::Stopped => {
                let halt = halt(run);
                halt.is_none() || halt == self.request.halt()
            }
            RunStatus::Done | RunStatus::Failed => true,
        }
    }
}

fn halt(run: &RunRecord) -> Option<Halt> {
    run.info.get(HALT).and_then(|value| serde_json::from_value(value.clone()).ok())
}

/// How a run that another process drove ended.
fn outcome(provider: &dyn Provider, run: &RunRecord) -> Result<RunOutcome> {
    let mut outcome = RunOutcome {
        run: run.run.clone(),
        status: run.status,
        tasks: 0,
        adopted: 0,
        failed: Vec::new(),
        error: None,
        duration_us: run.finished_at.unwrap_or(run.created_at) - run.created_at,
        signal: None,
        halt: halt(run).filter(|_| run.status == RunStatus::Stopped),
    };
    for step in provider.steps(&run.flow, &run.run)? {
        if step.step.as_str() == PARAMETERS_STEP {
            continue;
        }
        outcome.tasks += step.done + step.failed - step.adopted;
        outcome.adopted += step.adopted;
        if step.failed == 0 {
            continue;
        }
        for task in provider.tasks(&run.flow, &run.run, Some(&step.step), None, 0)? {
            if task.status == TaskStatus::Failed {
                let place = TaskRef { step: task.step, task: task.task, indices: task.indices };
                outcome.failed.push((place, task.attempt, task.failure.unwrap_or_default()));
            }
        }
    }
    Ok(outcome)
}
