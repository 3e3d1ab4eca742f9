//! Transitions by themselves: readable, to steps that exist, of a form that can be.

use std::collections::HashSet;

use spinloom_diagnostics::{Error, codes};

use super::super::outline::{Outline, Shape, cases_of, target_names};
use super::super::{Next, Tail};
use super::{Problems, list};

/// Whether the edges can be read: if not, nothing can be said of the graph as a whole.
pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems<'_>) -> bool {
    let mut sound = outline.starts.len() == 1 && outline.ends.len() == 1;
    let mut names = HashSet::new();
    sound &= outline.flow.steps.iter().all(|s| names.insert(s.name.as_str()) && (1..=2).contains(&s.args));
    for (i, step) in outline.flow.steps.iter().enumerate() {
        let is_end = outline.ends.contains(&i);
        sound &= match &step.tail {
            Tail::None if is_end => true,
            // The end step may not have one: said elsewhere.
            _ if is_end => false,
            Tail::None => {
                missing(outline, i, problems);
                false
            }
            Tail::Invalid { line, reason } => {
                let message = format!("the `self.next` of step `{}` cannot be read", step.name);
                let error = Error::new(codes::INVALID_FLOW, message).cause(reason).hint(FORMS);
                problems.add(error, &step.file, if *line == 0 { step.line } else { *line });
                false
            }
            Tail::Next(next) => transition(outline, i, next, problems),
        };
    }
    sound
}

const FORMS: &str = "write `self.next(self.a)`, `self.next(self.a, self.b)`, `self.next(self.a, foreach=\"items\")` or \
    `self.next({\"x\": self.a, \"y\": self.b}, condition=\"choice\")`";

fn missing(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let message = format!("step `{}` does not end with `self.next`", outline.name(i));
    let hint = "make `self.next(…)` its last statement, outside any `if`, `for` or `with`";
    problems.step(outline, i, message, hint);
}

fn transition(outline: &Outline<'_>, i: usize, next: &Next, problems: &mut Problems<'_>) -> bool {
    if outline.shapes[i] == Shape::Nowhere {
        missing(outline, i, problems);
        return false;
    }
    let known = targets(outline, i, problems);
    let formed = form(outline, i, next, problems);
    if known && formed {
        joins(outline, i, problems);
    }
    known && formed
}

fn targets(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) -> bool {
    let step = outline.step(i);
    let mut known = true;
    let mut seen = HashSet::new();
    for target in target_names(step) {
        let first = seen.insert(target);
        if !outline.index.contains_key(target) {
            known = false;
            if first {
                let error = unknown(outline, i, target);
                let line = super::super::outline::next_of(step).map_or(0, |n| n.line);
                problems.add(error, &step.file, if line == 0 { step.line } else { line });
            }
        } else if !first && outline.shapes[i] == Shape::Split {
            let message = format!("step `{}` goes to `{target}` twice", step.name);
            problems.transition(
                outline,
                i,
                message,
                "name each step once; to run one step several times use `foreach`",
            );
            known = false;
        }
    }
    known
}

fn unknown(outline: &Outline<'_>, i: usize, target: &str) -> Error {
    let name = outline.name(i);
    let error =
        Error::new(codes::INVALID_FLOW, format!("step `{name}` goes to `{target}`, which is not a step"));
    let others = outline.flow.steps.iter().map(|s| s.name.as_str()).filter(|n| *n != name);
    error.suggest(target, others).hint(format!("define `{target}` and mark it with `@step`"))
}

fn form(outline: &Outline<'_>, i: usize, next: &Next, problems: &mut Problems<'_>) -> bool {
    let before = problems.found.len();
    let name = outline.name(i);
    let mut say = |message: String, hint: &str| problems.transition(outline, i, message, hint);
    if outline.shapes[i] == Shape::Switch {
        if next.foreach.is_some() || next.num_parallel {
            let other = if next.foreach.is_some() { "foreach" } else { "num_parallel" };
            say(
                format!("step `{name}` has both `condition` and `{other}` in its `self.next`"),
                "a switch chooses one step: put the other transition into a step of its own",
            );
        }
        if next.condition.as_deref().is_none_or(str::is_empty) {
            say(
                format!("step `{name}` is a switch without a `condition`"),
                "name the artifact it looks at: `condition=\"choice\"`",
            );
        }
        if next.cases.is_empty() {
            say(
                format!("step `{name}` has a `condition` but no cases"),
                "write `self.next({\"x\": self.a, \"y\": self.b}, condition=\"choice\")`",
            );
        } else if cases_of(next).len() < 2 {
            say(
                format!("step `{name}` is a switch with one case"),
                "give it two cases, or write `self.next(self.step)`",
            );
        }
    } else if next.foreach.is_some() || next.num_parallel {
        let kind = if next.foreach.is_some() { "foreach" } else { "num_parallel" };
        if next.foreach.is_some() && next.num_parallel {
            say(
                format!("step `{name}` has both `foreach` and `num_parallel` in its `self.next`"),
                "choose one of them",
            );
        }
        if next.targets.len() != 1 {
            say(
                format!(
                    "step `{name}` goes to {} with `{kind}`",
                    list(next.targets.iter().map(String::as_str))
                ),
                "exactly one step can be repeated: split again inside it",
            );
        }
        if next.foreach.as_deref().is_some_and(str::is_empty) {
            say(
                format!("step `{name}` has an empty `foreach`"),
                "name the artifact to fan out over: `foreach=\"items\"`",
            );
        }
    }
    problems.found.len() == before
}

/// What may not lead into a join, and what a join may not do itself.
fn joins(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let name = outline.name(i);
    let shape = outline.shapes[i];
    if outline.is_join(i) && shape != Shape::Linear {
        let does = if shape == Shape::Switch { "a switch" } else { "a split" };
        let message = format!("step `{name}` is both a join and {does}");
        problems.step(outline, i, message, "put a step after the join, and go on from there");
    }
    for &to in outline.targets[i].iter().filter(|&&to| outline.is_join(to)) {
        let join = outline.name(to);
        let (what, hint) = match shape {
            Shape::Split => ("splits", "each branch needs a step of its own before the join"),
            Shape::Foreach => ("fans out", "the items need a step of their own before the join"),
            Shape::Parallel => ("fans out", "the nodes need a step of their own before the join"),
            Shape::Switch => ("chooses", "put an ordinary step between that case and the join"),
            Shape::Linear | Shape::Nowhere => continue,
        };
        problems.transition(
            outline,
            i,
            format!("step `{name}` {what} straight into the join `{join}`"),
            hint,
        );
    }
    if shape == Shape::Parallel {
        parallel(outline, i, problems);
    }
}

/// FL-15: a step run by `num_parallel` carries `@parallel` (or one of its kind) and goes to a join.
fn parallel(outline: &Outline<'_>, i: usize, problems: &mut Problems<'_>) {
    let Some(&to) = outline.targets[i].first() else { return };
    let (name, target) = (outline.name(i), outline.name(to));
    if !outline.step(to).decorators.iter().any(|d| d.name.ends_with("parallel")) {
        let message =
            format!("step `{name}` starts `{target}` with `num_parallel`, but `{target}` is not parallel");
        problems.step(outline, to, message, format!("mark `{target}` with `@parallel`"));
    }
    let joined = outline.targets[to].iter().all(|&next| outline.is_join(next));
    if !joined || outline.shapes[to] != Shape::Linear {
        let message = format!("the parallel step `{target}` does not go straight to a join");
        problems.step(
            outline,
            to,
            message,
            "let its `self.next` name one step that takes `self` and `inputs`",
        );
    }
}
