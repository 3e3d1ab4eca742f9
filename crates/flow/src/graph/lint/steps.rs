//! Steps by themselves: names, arguments, which is first and which is last.

use std::collections::HashSet;

use super::super::outline::Outline;
use super::super::{StepDoc, Tail};
use super::{Problems, list};

/// What `self.…` means already, so no step may be called so (FL-18, FL-22).
const RESERVED: [&str; 8] =
    ["name", "next", "input", "index", "cmd", "foreach_stack", "merge_artifacts", "script_name"];

/// More would not fit a [`StepIndex`](super::super::StepIndex).
const MAX_STEPS: usize = u16::MAX as usize;

pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems<'_>) {
    let flow = outline.flow;
    if flow.steps.is_empty() {
        problems.flow(
            format!("flow `{}` has no steps", flow.name),
            "mark at least one method with `@step(start=True, end=True)`",
        );
        return;
    }
    if flow.steps.len() > MAX_STEPS {
        let message =
            format!("flow `{}` has {} steps; {MAX_STEPS} is the limit", flow.name, flow.steps.len());
        problems.flow(message, "split it into several flows");
    }
    let mut seen = HashSet::new();
    for (i, step) in flow.steps.iter().enumerate() {
        name(outline, i, problems);
        if !seen.insert(step.name.as_str()) {
            problems.step(
                outline,
                i,
                format!("step `{}` is defined twice", step.name),
                "give one of them another name",
            );
        }
        arguments(outline, i, problems);
    }
    terminal(outline, &Terminal { word: "start", found: &outline.starts, marked: |s| s.start }, problems);
    terminal(outline, &Terminal { word: "end", found: &outline.ends, marked: |s| s.end }, problems);
    for &i in &outline.starts {
        start(outline, i, problems);
    }
    for &i in &outline.ends {
        end(outline, i, problems);
    }
}

fn name(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let name = outline.name(i);
    if RESERVED.contains(&name) {
        let message = format!("step `{name}` has a reserved name");
        problems.step(
            outline,
            i,
            message,
            format!("`self.{name}` means something already: call the step otherwise"),
        );
        return;
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) {
        let message = format!("step `{name}` has an invalid name");
        let hint = "use lower-case ASCII letters, digits and underscores, starting with a letter";
        problems.step(outline, i, message, hint);
    }
}

fn arguments(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let step = outline.step(i);
    let name = &step.name;
    match step.args {
        0 => problems.step(
            outline,
            i,
            format!("step `{name}` lacks the argument `self`"),
            format!("write `def {name}(self)`"),
        ),
        1 | 2 => {}
        n => {
            let message = format!("step `{name}` takes {n} arguments");
            let hint = "a step takes `self`; a join takes `self` and `inputs`; other values travel as artifacts, `self.…`";
            problems.step(outline, i, message, hint);
        }
    }
}

/// The first or the last step.
struct Terminal<'a> {
    word: &'a str,
    found: &'a [usize],
    marked: fn(&StepDoc) -> bool,
}

fn terminal(outline: &Outline<'_>, terminal: &Terminal<'_>, problems: &mut Problems<'_>) {
    let word = terminal.word;
    let mark = format!("@step({word}=True)");
    let Some(&first) = terminal.found.first() else {
        let message = format!("flow `{}` has no {word} step", outline.flow.name);
        problems.flow(message, format!("call a step `{word}`, or mark one with `{mark}`"));
        return;
    };
    if terminal.found.len() > 1 && (terminal.marked)(outline.step(first)) {
        let message = format!(
            "steps {} are all marked with `{mark}`",
            list(terminal.found.iter().map(|i| outline.name(*i)))
        );
        problems.step(outline, first, message, "mark exactly one");
    }
    if let Some(&named) = outline.index.get(word)
        && !terminal.found.contains(&named)
    {
        let message = format!(
            "step `{}` is marked with `{mark}`, but there is a step `{word}` too",
            outline.name(first)
        );
        problems.step(outline, first, message, format!("rename the step `{word}`, or remove the mark"));
    }
}

fn start(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let name = outline.name(i);
    if let Some(&from) = outline.parents[i].first() {
        let message = format!("step `{}` leads back to the start step `{name}`", outline.name(from));
        problems.transition(
            outline,
            from,
            message,
            "nothing may lead to the start step: put a step after it and go there",
        );
    }
}

fn end(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let step = outline.step(i);
    let name = &step.name;
    if step.args == 2 {
        let message = format!("the end step `{name}` is a join: it takes `inputs`");
        problems.step(
            outline,
            i,
            message,
            format!("add a join step before `{name}`, and write `def {name}(self)`"),
        );
    }
    if !matches!(step.tail, Tail::None) {
        let message = format!("the end step `{name}` goes on with `self.next`");
        problems.transition(
            outline,
            i,
            message,
            "remove the `self.next`, or mark another step with `@step(end=True)`",
        );
    }
}
