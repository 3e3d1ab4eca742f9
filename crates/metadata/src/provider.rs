//! The trait every provider implements; `spinloom-testkit` holds the contract they must pass.

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

use crate::bars::{self, TaskBars};
use crate::service::Service;
use crate::{
    AttemptRecord, Change, Claim, Leader, NewRun, RunChange, RunQuery, RunRecord, StepRecord, TaskRecord,
};

/// Where flows, runs, steps, tasks, attempts and tags are kept.
///
/// The engine is the only writer of its run; tags are the exception, so they are changed by compare-and-set inside
/// one transaction. Every method fails with `SL0405` when the provider cannot be read or written.
pub trait Provider: Send {
    /// Something that, called from another thread, makes the read under way fail soon. Calling it when there is none does nothing.
    fn canceller(&self) -> Box<dyn Fn() + Send + Sync>;

    /// Makes a run, and its flow if it is new. Two drivers never get the same id.
    ///
    /// # Errors
    /// `SL0303` for bad tags; `SL0304` if a chosen id exists already.
    fn create_run(&mut self, run: &NewRun) -> Result<RunRecord>;

    /// Makes the run if there is none of its id, and asks to lead it, in one step (RE-05).
    ///
    /// Compare-and-set: the one who makes the run leads it with term 1. Later the claim succeeds only if it names the
    /// present term as the one that is over; then the next term begins, and the run is running again. Of any number of
    /// claims that name the same term exactly one succeeds. Answers the run and who leads it, and whether that is this
    /// claim.
    ///
    /// # Errors
    /// `SL0304` if `run` has no id, or a run of that id was not made by this method.
    fn lead(&mut self, run: &NewRun, claim: &Claim) -> Result<(RunRecord, Leader, bool)>;

    /// Who leads a run; `None` if it is not shared.
    fn leader(&self, flow: &FlowName, run: &RunId) -> Result<Option<Leader>>;

    /// Writes a batch in one transaction.
    ///
    /// # Errors
    /// `SL0404` when the disk is full, `SL0304` if the batch has a [`Change::Term`] that is over; nothing of the batch
    /// is written then.
    fn write(&mut self, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()>;

    /// Names of all flows with the time each was made, newest first.
    fn flows(&self) -> Result<Vec<(FlowName, i64)>>;

    /// Runs of a flow, newest first.
    fn runs(&self, flow: &FlowName, query: &RunQuery) -> Result<Vec<RunRecord>>;

    /// One run.
    fn run(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunRecord>>;

    /// The `FlowGraph` document of a run.
    fn graph(&self, flow: &FlowName, run: &RunId) -> Result<Option<String>>;

    /// Steps of a run in the order they began.
    fn steps(&self, flow: &FlowName, run: &RunId) -> Result<Vec<StepRecord>>;

    /// Tasks of a run (of one step, if given) in order of id, after `after`, at most `limit` (0 for all).
    fn tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        step: Option<&StepName>,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>>;

    /// One task.
    fn task(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Option<TaskRecord>>;

    /// The newest task of the step the run ends with; none until that step begins. A run is finished when it is.
    fn end_task(&self, flow: &FlowName, run: &RunId) -> Result<Option<TaskRecord>>;

    /// Attempts of a task in order.
    fn attempts(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Vec<AttemptRecord>>;

    /// Tells `each` of the tasks of a run written by a write after number `after` (0 for all), in order of id, with their attempts.
    ///
    /// For those who show a run with tens of thousands of tasks: a provider should read them in one pass.
    fn bars(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        each: &mut dyn FnMut(&TaskBars<'_>),
    ) -> Result<()> {
        bars::from_records(self, flow, run, after, each)
    }

    /// Adds and removes user tags (removals first) and returns the resulting user tags, sorted.
    ///
    /// # Errors
    /// `SL0301` unknown run; `SL0303` removing a system tag, more than 50 tags, a tag empty or over 500 characters.
    fn mutate_tags(
        &mut self,
        flow: &FlowName,
        run: &RunId,
        add: &[String],
        remove: &[String],
    ) -> Result<Vec<String>>;

    /// Where the artifacts of a run are: of all attempts of its tasks, and of the tasks it adopted; each address once.
    fn manifests(&self, flow: &FlowName, run: &RunId) -> Result<Vec<String>>;

    /// Forgets a run with its steps, tasks, attempts and tags, all of it or nothing; says whether there was one. A flow without runs is
    /// not listed any more, and yet no later run gets the number of a deleted one.
    ///
    /// # Errors
    /// `SL0311` if it is running, or if a running run resumes it.
    fn delete_run(&mut self, flow: &FlowName, run: &RunId) -> Result<bool>;

    /// The number of the last write to the store. It grows with every write, of any process; 0 before the first.
    fn sequence(&self) -> Result<u64>;

    /// The runs written by a write after number `after`, in order of the number of their last one, at most `limit` (0 for all).
    ///
    /// A run is written when anything of it is: its tasks, its tags, a heartbeat. Each run comes once, as it is now; one made again
    /// under the name of a deleted one is just a run. Asking again with the `seq` of the last answered comes to the end of the feed.
    fn changed_runs(&self, after: u64, limit: usize) -> Result<Vec<RunChange>>;

    /// The tasks of a run written by a write after number `after`, each once, as it is now, with the number of its last write, in
    /// order of it.
    ///
    /// A write is answered whole: there may be more than `limit` (0 for all), so that asking again with the last number passes over
    /// nothing.
    fn changed_tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, TaskRecord)>>;

    /// What clients of Metaflow's metadata service recorded here, for reading; `None` if no such records are kept.
    fn service(&self) -> Option<&dyn Service> {
        None
    }

    /// As [`service`](Self::service), for writing.
    fn service_mut(&mut self) -> Option<&mut dyn Service> {
        None
    }
}
