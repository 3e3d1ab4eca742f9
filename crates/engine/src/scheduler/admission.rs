//! Who may start: slots for processes, and the budget of resources.

use spinloom_flow::graph::Resources;

use super::Limits;

/// What is in use.
#[derive(Debug)]
pub(super) struct Admission {
    workers: usize,
    budget: Option<Resources>,
    tasks: usize,
    used: Resources,
}

impl Admission {
    pub fn new(limits: &Limits) -> Self {
        Self {
            workers: limits.max_workers.max(1),
            budget: limits.budget,
            tasks: 0,
            used: Resources::default(),
        }
    }

    /// Whether `count` tasks that each need `needs` may start now. What is too large for the slots starts when it is alone.
    pub fn fits(&self, needs: Resources, count: u64) -> bool {
        let slots = usize::try_from(count).is_ok_and(|count| self.tasks + count <= self.workers);
        let within = self.budget.is_none_or(|budget| (self.used + needs * count).within(budget));
        self.tasks == 0 || (slots && within)
    }

    /// Whether `count` tasks that each need `needs` could ever run at once.
    pub fn possible(&self, needs: Resources, count: u64) -> bool {
        self.budget.is_none_or(|budget| (needs * count).within(budget))
    }

    pub fn take(&mut self, needs: Resources) {
        self.tasks += 1;
        self.used = self.used + needs;
    }

    pub fn give_back(&mut self, needs: Resources) {
        self.tasks = self.tasks.saturating_sub(1);
        self.used = self.used - needs;
    }
}
