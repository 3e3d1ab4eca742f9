//! What is at work, in sentences: the lines that Metaflow's console prints every five minutes (RU-10).

use super::model::Model;

/// When the next such lines are due. Times are microseconds since the Unix epoch.
#[derive(Debug)]
pub(crate) struct Pulse {
    every_us: i64,
    last_us: i64,
}

impl Pulse {
    /// Due every `every_us`, the first time so long after `now`; never if that is 0.
    pub(crate) fn new(every_us: i64, now: i64) -> Self {
        Self { every_us, last_us: now }
    }

    /// Whether they are due; then the next are due an interval later.
    pub(crate) fn is_due(&mut self, now: i64) -> bool {
        let due = self.every_us > 0 && now - self.last_us >= self.every_us;
        if due {
            self.last_us = now;
        }
        due
    }
}

/// What runs, what waits for a worker, what has not begun.
pub(crate) fn sentences(model: &Model) -> Vec<String> {
    let mut lines = vec![running(model)];
    lines.push(match model.waiting() {
        0 => "No tasks are waiting in the queue.".to_owned(),
        1 => "1 task is waiting in the queue.".to_owned(),
        n => format!("{n} tasks are waiting in the queue."),
    });
    let begun = |name: &str| model.count(name).is_some();
    let later: Vec<&str> = model.plan.0.iter().map(|s| s.name.as_str()).filter(|name| !begun(name)).collect();
    match later.as_slice() {
        [] => {}
        [one] => lines.push(format!("{one} step has not started")),
        many => lines.push(format!("{} steps have not started: {}.", many.len(), many.join(", "))),
    }
    lines
}

fn running(model: &Model) -> String {
    let steps: Vec<String> = model
        .steps
        .iter()
        .filter(|(_, step)| step.running > 0)
        .map(|(name, step)| format!("{name} ({} running; {} done)", step.running, step.done))
        .collect();
    match model.running.len() {
        0 => "No tasks are running.".to_owned(),
        1 => format!("1 task is running: {}.", steps.join(", ")),
        n => format!("{n} tasks are running: {}.", steps.join(", ")),
    }
}
