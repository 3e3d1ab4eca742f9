//! Steps that ask for another machine than this one: `@batch`, `@kubernetes` (DE-10, DE-11).

use spinloom_diagnostics::{Error, Result, codes};

use crate::graph::{DecoratorDoc, FlowGraph, StepDoc};

/// Decorators that say where else a step runs.
pub const REMOTE: [&str; 2] = ["batch", "kubernetes"];

/// Refuses a flow with a step that is to run elsewhere: this version runs every step here.
///
/// # Errors
/// `SL0107` at the first such step's decorator.
pub fn check(flow: &FlowGraph) -> Result<()> {
    let asked: Vec<(&StepDoc, &DecoratorDoc)> =
        flow.steps.iter().filter_map(|step| Some((step, elsewhere(step)?))).collect();
    let Some((first, decorator)) = asked.first() else { return Ok(()) };
    let name = &decorator.name;
    let message =
        format!("step `{}` has `@{name}`, and this version runs every step on this machine", first.name);
    let mut error = Error::new(codes::RUNS_ELSEWHERE, message);
    if asked.len() > 1 {
        let others: Vec<String> =
            asked[1..].iter().map(|(step, other)| format!("`{}` (`@{}`)", step.name, other.name)).collect();
        error = error.cause(format!("so have {}", others.join(", ")));
    }
    let mut names: Vec<&str> = asked.iter().map(|(_, decorator)| decorator.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let options: Vec<String> = names.iter().map(|name| format!("--without {name}")).collect();
    if !decorator.statically_defined {
        return Err(error.hint(format!("leave out `--with {name}`: the step then runs here")));
    }
    let error = error.hint(format!("to run here, without it: `{}`", options.join(" ")));
    let error = error.hint(format!("for every run: set `SPINLOOM_RUN_WITHOUT={}`", names.join(" ")));
    Err(if decorator.file.is_empty() { error } else { error.at(&decorator.file, Some(decorator.line)) })
}

/// The decorator that sends a step elsewhere, if it has one.
fn elsewhere(step: &StepDoc) -> Option<&DecoratorDoc> {
    step.decorators.iter().find(|decorator| REMOTE.contains(&decorator.name.as_str()))
}
