//! What every metadata provider must do. A provider that passes is one the engine and the Client can use.
#![allow(clippy::unwrap_used, clippy::expect_used)] // This is test code, though not in a `tests` folder.

mod bars;
mod beside;
mod deletion;
mod feed;
mod leaders;
mod runs;
mod tags;
mod tasks;
mod twice;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Map;
use spinloom_diagnostics::Result;
use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider};

pub use beside::readers_beside_a_writer;

/// Runs the whole contract. `make` gives an empty provider each time.
///
/// # Panics
/// If the provider breaks it.
pub fn metadata_contract(make: impl Fn() -> Box<dyn Provider>) {
    let clauses: &[fn(&mut dyn Provider)] = &[
        runs::an_empty_provider_knows_nothing,
        runs::runs_are_numbered_within_their_flow,
        runs::a_chosen_id_is_taken_once,
        runs::a_run_reads_as_it_was_made,
        runs::a_silent_driver_is_lost,
        runs::runs_are_listed_newest_first_in_pages,
        runs::runs_are_found_by_tag_and_status,
        tags::tags_obey_their_limits,
        tags::tags_are_changed_in_one_step,
        tasks::a_task_lives_from_start_to_done,
        tasks::a_retried_task_stays_running,
        tasks::an_overtaken_attempt_changes_nothing_else,
        tasks::adopted_tasks_are_done_at_once,
        tasks::parents_keep_their_order,
        tasks::tasks_are_read_in_pages,
        tasks::the_end_task_is_that_of_the_last_step,
        bars::all_tasks_are_told_with_their_attempts,
        bars::what_was_written_since_is_told,
        tasks::a_bad_batch_leaves_nothing,
        runs::info_is_set_key_by_key,
        leaders::who_makes_a_shared_run_leads_it,
        leaders::a_term_is_taken_over_once,
        leaders::a_leader_whose_term_is_over_writes_nothing,
        leaders::a_run_of_one_driver_is_led_by_nobody,
        deletion::a_deleted_run_leaves_nothing,
        deletion::a_number_is_never_given_twice,
        deletion::what_runs_is_not_deleted,
        deletion::manifests_are_named_once,
        twice::a_run_asked_for_twice_is_made_once,
        twice::a_batch_asked_for_twice_is_written_once,
        feed::every_write_takes_the_next_number,
        feed::changed_runs_come_once_in_order_of_their_last_write,
        feed::runs_of_one_graph_are_seen_to_be,
        feed::a_deleted_run_is_told_until_it_is_made_again,
        feed::a_refused_write_is_not_in_the_feed,
        feed::changed_tasks_come_once_and_writes_whole,
        feed::an_overtaken_attempt_is_a_change_of_its_task,
    ];
    for clause in clauses {
        clause(make().as_mut());
    }
}

/// Microseconds since the Unix epoch. Some states depend on the clock, so times of the contract are near it.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64
}

/// What is needed to make a run of `flow`; only the name matters.
pub fn new_run(flow: &str) -> NewRun {
    NewRun {
        flow: FlowName::new(flow).unwrap(),
        id: None,
        user: "ann".to_owned(),
        tags: Vec::new(),
        system_tags: vec!["user:ann".to_owned()],
        origin: None,
        graph: "{}".to_owned(),
        info: Map::new(),
        at: now(),
    }
}

/// A task of `step`, outside any foreach.
pub fn task(step: &str, task: u64) -> TaskRef {
    TaskRef { step: StepName::new(step).unwrap(), task: TaskId(task), indices: Vec::new() }
}

/// An attempt of a task starts.
pub fn started(task: TaskRef, attempt: u32, at: i64) -> Change {
    Change::TaskStarted { task, attempt, pid: 7, parents: vec![TaskId(0)], at }
}

/// An attempt ends, with nothing to say but how.
pub fn finished(task: TaskRef, attempt: u32, status: TaskStatus, at: i64) -> Change {
    Change::AttemptFinished {
        task,
        attempt,
        status,
        retrying: false,
        transition: None,
        manifest: None,
        failure: None,
        usage: Usage::default(),
        at,
    }
}

fn id(text: &str) -> RunId {
    RunId::new(text).unwrap()
}

fn text(list: &[&str]) -> Vec<String> {
    list.iter().map(|&t| t.to_owned()).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code().id()
}
