//! What may not be: every check a flow must pass before it is run, drawn or deployed (FL-18, PA-04).
//!
//! Checks come in layers: what is wrong with steps, transitions and parameters by themselves; then what is wrong with the
//! whole (cycles, steps nobody reaches); then how splits and joins are nested. A layer runs only if the edges it reads are
//! sound, so one mistake is told once.

mod decorators;
mod nesting;
mod parameters;
mod steps;
mod transitions;
mod whole;

use spinloom_diagnostics::{Error, codes};

pub(super) use nesting::Nesting;

use super::FlowGraph;
use super::outline::Outline;

/// Every problem of a flow, in the order of its files; empty if it has none.
pub fn lint(flow: &FlowGraph) -> Vec<Error> {
    examine(&Outline::new(flow)).err().unwrap_or_default()
}

/// Finds how splits and joins are nested, or every problem there is.
pub(super) fn examine(outline: &Outline<'_>) -> Result<Nesting, Vec<Error>> {
    let mut problems = Problems { flow: outline.flow, found: Vec::new() };
    decorators::check(&mut problems);
    parameters::check(&mut problems);
    steps::check(outline, &mut problems);
    let edges_are_sound = transitions::check(outline, &mut problems);
    let whole = edges_are_sound && whole::check(outline, &mut problems);
    let nesting = whole.then(|| nesting::examine(outline, &mut problems));
    match nesting {
        Some(nesting) if problems.found.is_empty() => Ok(nesting),
        _ => Err(problems.sorted()),
    }
}

/// What to say of a checked flow that turns out not to be sound.
pub(super) fn internal(flow: &FlowGraph) -> Error {
    Error::new(codes::INTERNAL, format!("the checks of flow `{}` missed a problem", flow.name))
        .at(&flow.file, Some(flow.line))
}

/// Problems found so far.
struct Problems<'a> {
    flow: &'a FlowGraph,
    found: Vec<Error>,
}

impl<'a> Problems<'a> {
    /// A problem of the flow as a whole.
    fn flow(&mut self, message: String, hint: impl Into<String>) {
        let error = Error::new(codes::INVALID_FLOW, message).hint(hint);
        self.add(error, &self.flow.file, self.flow.line);
    }

    /// A problem of a step.
    fn step(&mut self, outline: &Outline<'_>, i: usize, message: String, hint: impl Into<String>) {
        let step = outline.step(i);
        self.add(Error::new(codes::INVALID_FLOW, message).hint(hint), &step.file, step.line);
    }

    /// A problem of a step's transition; at the step if the transition's line is not known.
    fn transition(&mut self, outline: &Outline<'_>, i: usize, message: String, hint: impl Into<String>) {
        let step = outline.step(i);
        let line = super::outline::next_of(step).map_or(0, |next| next.line);
        let line = if line == 0 { step.line } else { line };
        self.add(Error::new(codes::INVALID_FLOW, message).hint(hint), &step.file, line);
    }

    /// A problem at a place; a line of 0 is not known.
    fn add(&mut self, error: Error, file: &str, line: u32) {
        self.found.push(error.at(file, (line > 0).then_some(line)));
    }

    /// In the order of the files: the flow's own first, then its bases' by name.
    fn sorted(mut self) -> Vec<Error> {
        let own = &self.flow.file;
        self.found.sort_by(|a, b| {
            let key = |e: &Error| {
                let at = e.location();
                let file = at.map_or_else(String::new, |l| l.file.clone());
                (&file != own, file, at.and_then(|l| l.line).unwrap_or(0))
            };
            key(a).cmp(&key(b))
        });
        self.found
    }
}

/// Names as a list: `a`, `b` and `c`.
fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
