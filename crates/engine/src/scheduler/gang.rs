//! Gangs: the tasks of a step with `num_parallel` (DE-08, RE-07). They talk to each other, so none is of use without the rest.

use std::collections::HashMap;

use spinloom_flow::TaskId;

use super::lineage::GatherId;
use super::machine::{Live, Scheduler};
use super::ready::Candidate;
use super::transition::Next;
use super::{Command, End};

/// The artifact name of a gang's frame, as in Metaflow.
pub(super) const VARIABLE: &str = "_parallel_ubf_iter";

/// A gang whose tasks have processes.
#[derive(Debug)]
pub(super) struct Gang<O> {
    /// In order of their index, the control task first.
    members: Vec<TaskId>,
    /// How many still have a process.
    running: usize,
    /// What those that finished said, kept until all have.
    done: HashMap<TaskId, (Option<Next>, O)>,
    outlook: Outlook,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Outlook {
    /// Nobody failed.
    Good,
    /// Somebody did, and all will be tried again once the last process is gone.
    Again,
    /// Somebody did, and that was it.
    Lost,
}

impl<O: Clone> Scheduler<O> {
    pub(super) fn start_gang(
        &mut self,
        gather: GatherId,
        members: Vec<Candidate<O>>,
        out: &mut Vec<Command<O>>,
    ) {
        let (tasks, attempt) = self.gang_numbers(&members);
        let gang = Gang {
            members: tasks.clone(),
            running: tasks.len(),
            done: HashMap::new(),
            outlook: Outlook::Good,
        };
        self.gangs.insert(gather, gang);
        for (task, candidate) in tasks.iter().zip(members) {
            let live = Live { attempt, candidate, gang: Some((gather, tasks[0])) };
            self.begin(*task, live, out);
        }
    }

    /// Ids and attempt of a gang about to start: new ones, unless another driver of this run had begun all of it. They follow
    /// each other.
    fn gang_numbers(&mut self, members: &[Candidate<O>]) -> (Vec<TaskId>, u32) {
        let begun: Vec<(TaskId, u32)> = members.iter().filter_map(|member| self.begun(member)).collect();
        if begun.len() == members.len() {
            let attempt = begun.iter().map(|(_, attempt)| *attempt).max().unwrap_or(0);
            return (begun.into_iter().map(|(task, _)| task).collect(), attempt);
        }
        (members.iter().map(|_| self.next_task()).collect(), 0)
    }

    /// A member finished well. It counts once all have.
    pub(super) fn member_finished(
        &mut self,
        gather: GatherId,
        task: TaskId,
        said: (Option<Next>, O),
        out: &mut Vec<Command<O>>,
    ) {
        let Some(gang) = self.gangs.get_mut(&gather) else { return };
        gang.running -= 1;
        gang.done.insert(task, said);
        if gang.done.len() < gang.members.len() {
            return self.settle(gather, out);
        }
        let Some(mut gang) = self.gangs.remove(&gather) else { return };
        for task in gang.members {
            if let (Some(live), Some((next, output))) = (self.leave(task), gang.done.remove(&task)) {
                self.complete(task, live.candidate, next.as_ref(), output, false);
            }
        }
    }

    /// A member failed: the others are of no use any more.
    pub(super) fn member_failed(
        &mut self,
        gather: GatherId,
        task: TaskId,
        again: bool,
        out: &mut Vec<Command<O>>,
    ) {
        let Some(gang) = self.gangs.get_mut(&gather) else { return };
        gang.running -= 1;
        if gang.outlook == Outlook::Good {
            gang.outlook = if again { Outlook::Again } else { Outlook::Lost };
            let others = gang.members.iter().filter(|m| **m != task && !gang.done.contains_key(m));
            out.extend(others.map(|member| Command::Kill(*member)));
            if !again {
                self.drain(End::Failed(None));
            }
        }
        self.settle(gather, out);
    }

    /// Whether `task`, which has just failed, will have another attempt with its gang.
    pub(super) fn gang_goes_on(&self, gather: GatherId) -> bool {
        self.gangs.get(&gather).is_some_and(|gang| gang.outlook != Outlook::Lost)
    }

    /// Once the last process of a failed gang is gone: all again, or none.
    fn settle(&mut self, gather: GatherId, out: &mut Vec<Command<O>>) {
        let again = self.is_running();
        let Some(gang) = self.gangs.get_mut(&gather) else { return };
        if gang.running > 0 || gang.outlook == Outlook::Good {
            return;
        }
        if gang.outlook == Outlook::Again && again {
            gang.outlook = Outlook::Good;
            gang.running = gang.members.len();
            gang.done.clear();
            for task in gang.members.clone() {
                self.again(task, out);
            }
            return;
        }
        let members = std::mem::take(&mut gang.members);
        self.gangs.remove(&gather);
        for task in members {
            self.leave(task);
        }
    }
}
