//! The block at the bottom of the live display: a bar for each step at work, its running tasks, what is to come.

use super::model::{Running, StepCount};
use super::paint::{cut, fit};
use super::time::duration;
use super::view::View;

/// Running foreach tasks are listed up to this many; beyond, the bar alone speaks for them.
const LISTED: u64 = 8;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The lines of the block, none wider than `columns`.
pub(crate) fn render(view: &View, now: i64, columns: usize) -> Vec<String> {
    let model = &view.model;
    if model.run.is_empty() {
        return Vec::new();
    }
    let frame = usize::try_from(now.max(0) / 100_000 % 10).unwrap_or(0);
    let spinner = SPINNER.get(frame).copied().unwrap_or("⠋");
    let mut lines = vec![view.paint.dim(&format!("  {}", "─".repeat(columns.saturating_sub(4).min(90))))];
    for (name, step) in model.steps.iter().filter(|(_, s)| s.running > 0) {
        let tasks: Vec<&Running> = model.running.values().filter(|r| &r.step == name).collect();
        if step.fanned_out {
            lines.push(bar(view, spinner, name, step, columns));
        }
        if !step.fanned_out || step.running <= LISTED {
            let indent = if step.fanned_out { "     " } else { "  " };
            lines.extend(tasks.iter().map(|t| task(view, indent, spinner, t, now, columns)));
        }
    }
    lines.push(footer(view, now));
    lines.iter().map(|line| fit(line, columns.saturating_sub(1))).collect()
}

fn bar(view: &View, spinner: &str, name: &str, step: &StepCount, columns: usize) -> String {
    let cells = columns.saturating_sub(44).clamp(8, 30) as u64;
    let filled = (cells * step.done).checked_div(step.known).unwrap_or(0).min(cells);
    let (full, empty) = (filled as usize, (cells - filled) as usize);
    let bar = format!("{}{}", view.paint.good(&"█".repeat(full)), view.paint.dim(&"░".repeat(empty)));
    let mut state = format!("{} running", step.running);
    if step.failed > 0 {
        state = format!("{} failed · {state}", step.failed);
    }
    let pad = (columns / 5).clamp(8, 16);
    let name = cut(name, pad);
    format!("  {spinner} {name:<pad$} {bar}  {}/{}   {state}", step.done, step.known)
}

fn task(view: &View, indent: &str, spinner: &str, task: &Running, now: i64, columns: usize) -> String {
    let pad = (columns / 5).clamp(8, 20);
    let label = cut(&task.label, pad);
    let took = duration(now - task.since);
    format!("{indent}{spinner} {label:<pad$} {took:>7}   {}", view.paint.dim(&task.last_line))
        .trim_end()
        .to_owned()
}

fn footer(view: &View, now: i64) -> String {
    let begun = |name: &String| view.model.count(name).is_some();
    let waiting: Vec<String> = view.plan.iter().filter(|n| !begun(n)).map(|n| format!("◌ {n}")).collect();
    let shown = waiting.len().min(6);
    let mut text = waiting[..shown].join(" ");
    if waiting.len() > shown {
        text += &format!(" … {} more", waiting.len() - shown);
    }
    let elapsed = format!("elapsed {}", duration(now - view.model.started_at));
    let text = if text.is_empty() { elapsed } else { format!("{text}   {elapsed}") };
    format!("  {}", view.paint.dim(&text))
}
