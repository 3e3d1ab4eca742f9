//! `@exit_hook` (FD-09): functions called when a run is over.

use serde_json::{Value, json};
use spinloom_diagnostics::Result;
use spinloom_engine::RunOutcome;
use spinloom_flow::{FlowGraph, RunStatus};

use crate::context::Context;

/// What became of one hook.
pub(super) struct Called {
    /// The function, as the decorator names it.
    function: String,
    /// How its process ended.
    exit_code: i32,
}

impl Called {
    /// What to tell of it, if it failed.
    pub(super) fn warning(&self) -> Option<String> {
        let Self { function, exit_code } = self;
        let how = match exit_code {
            0 => return None,
            signal @ ..0 => format!("was stopped by signal {}", -signal),
            code => format!("ended with exit code {code}"),
        };
        Some(format!("the exit hook `{function}` {how}; the run is what it was"))
    }

    /// The same for programs.
    pub(super) fn data(&self) -> Value {
        json!({"function": self.function, "exit_code": self.exit_code})
    }
}

/// Calls the hooks of a run that is over, one after another, the innermost decorator's first.
///
/// # Errors
/// A process that cannot be started.
pub(super) fn call(flow: &FlowGraph, outcome: &RunOutcome, context: &mut Context<'_>) -> Result<Vec<Called>> {
    let when = if outcome.status == RunStatus::Done { "on_success" } else { "on_error" };
    let (store, quiet_stdout) = (context.store(), context.output.json);
    let mut called = Vec::new();
    let decorators = flow.decorators.iter().rev().filter(|decorator| decorator.name == "exit_hook");
    for function in decorators.filter_map(|d| d.attributes.get(when)?.as_array()).flatten() {
        let request = json!({
            "function": function, "flow": flow.name, "run": outcome.run, "store": store, "quiet_stdout": quiet_stdout,
        });
        let exit_code = context.flow()?.host.exit_hook(&request)?;
        called.push(Called { function: function.as_str().unwrap_or_default().to_owned(), exit_code });
    }
    Ok(called)
}
