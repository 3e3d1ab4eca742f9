//! The block at the bottom of the live display: a bar for each step at work, its running tasks, what is to come.

use super::model::{Running, StepCount};
use super::paint::{cut, fit};
use super::time::duration;
use super::view::View;

/// Running foreach tasks are listed up to this many; beyond, only the slowest is.
const LISTED: usize = 8;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The lines of the block, none wider than `columns`.
pub(crate) fn render(view: &View, now: i64, columns: usize) -> Vec<String> {
    let model = &view.model;
    if model.run.is_empty() {
        return Vec::new();
    }
    let frame = usize::try_from(now.max(0) / 100_000 % 10).unwrap_or(0);
    let draw = Draw { view, spinner: SPINNER.get(frame).copied().unwrap_or("⠋"), now, columns };
    let mut lines = vec![view.paint.dim(&format!("  {}", "─".repeat(columns.saturating_sub(4).min(90))))];
    for (name, step) in &model.steps {
        let tasks: Vec<&Running> = model.running.values().filter(|r| &r.step == name).collect();
        if step.fanned_out && (!tasks.is_empty() || step.done + step.failed < model.total(name)) {
            lines.push(draw.bar(name, step));
        }
        if tasks.len() <= LISTED || !step.fanned_out {
            let indent = if step.fanned_out { "     " } else { "  " };
            lines.extend(tasks.iter().map(|task| draw.task(indent, task, "")));
        } else if let Some(slowest) = tasks.iter().min_by_key(|task| task.since) {
            lines.push(draw.task("     ", slowest, "slowest of them · "));
        }
    }
    lines.push(footer(view, now));
    lines.iter().map(|line| fit(line, columns.saturating_sub(1))).collect()
}

/// What every line is drawn with.
struct Draw<'a> {
    view: &'a View,
    spinner: &'a str,
    now: i64,
    columns: usize,
}

impl Draw<'_> {
    /// `⠋ train  ████▒▒░░  4/10   2 running · 12.3s`
    fn bar(&self, name: &str, step: &StepCount) -> String {
        let paint = self.view.paint;
        let total = self.view.model.total(name);
        let cells = self.columns.saturating_sub(65).clamp(8, 30) as u64;
        let share = |count: u64| (cells * count).checked_div(total).unwrap_or(0).min(cells);
        let done = share(step.done);
        let failed = share(step.done + step.failed) - done;
        let working = share(step.done + step.failed + step.running).max(done + failed) - done - failed;
        let rest = cells - done - failed - working;
        let bar = [
            paint.good(&"█".repeat(done as usize)),
            paint.bad(&"x".repeat(failed as usize)),
            paint.hint(&"▒".repeat(working as usize)),
            paint.dim(&"░".repeat(rest as usize)),
        ]
        .concat();
        let mut state = format!("{} running · {}", step.running, duration(self.now - step.first_at));
        if step.failed > 0 {
            state = format!("{} · {state}", paint.bad(&format!("{} failed", step.failed)));
        }
        let pad = (self.columns / 5).clamp(8, 16);
        let name = cut(name, pad);
        format!("  {} {name:<pad$} {bar}  {}/{total}   {state}", self.spinner, step.done)
    }

    fn task(&self, indent: &str, task: &Running, remark: &str) -> String {
        let pad = (self.columns / 5).clamp(8, 20);
        let label = cut(&task.label, pad);
        let took = duration(self.now - task.since);
        let last = self.view.paint.dim(&format!("{remark}{}", task.last_line));
        format!("{indent}{} {label:<pad$} {took:>7}   {last}", self.spinner).trim_end().to_owned()
    }
}

fn footer(view: &View, now: i64) -> String {
    let plan = view.model.plan.0.iter().map(|step| &step.name);
    let waiting: Vec<String> =
        plan.filter(|name| view.model.count(name).is_none()).map(|name| format!("◌ {name}")).collect();
    let shown = waiting.len().min(6);
    let mut text = waiting[..shown].join(" ");
    if waiting.len() > shown {
        text += &format!(" … {} more", waiting.len() - shown);
    }
    let elapsed = format!("elapsed {}", duration(now - view.model.started_at));
    let text = if text.is_empty() { elapsed } else { format!("{text}   {elapsed}") };
    format!("  {}", view.paint.dim(&text))
}
