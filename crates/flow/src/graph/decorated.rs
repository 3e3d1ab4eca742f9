//! What the decorators of a step mean to the engine. Attributes given by `--with` may be text.

use std::time::Duration;

use serde_json::Value;

use super::resources::Resources;
use super::{DecoratorDoc, StepDoc};

/// The decorator called `name`, if the step has it.
pub(super) fn find<'a>(step: &'a StepDoc, name: &str) -> Option<&'a DecoratorDoc> {
    step.decorators.iter().find(|decorator| decorator.name == name)
}

fn number(decorator: Option<&DecoratorDoc>, attribute: &str) -> Option<f64> {
    match decorator?.attributes.get(attribute)? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    }
}

/// How many attempts a task has: one, and the `times` of `@retry`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float's cast to an integer saturates"
)]
pub(super) fn max_attempts(step: &StepDoc) -> u32 {
    (number(find(step, "retry"), "times").unwrap_or(0.0) as u32).saturating_add(1)
}

/// `minutes_between_retries` of `@retry`.
pub(super) fn retry_wait(step: &StepDoc) -> Duration {
    let minutes = number(find(step, "retry"), "minutes_between_retries").unwrap_or(0.0);
    Duration::try_from_secs_f64(minutes * 60.0).unwrap_or(Duration::ZERO)
}

/// What `@resources` asks for: one processor and nothing else without it, since nothing is known then.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float's cast to an integer saturates"
)]
pub(super) fn needs(step: &StepDoc) -> Resources {
    let resources = find(step, "resources");
    let whole = |attribute, default: f64| number(resources, attribute).unwrap_or(default);
    Resources {
        cpu_milli: (whole("cpu", 1.0) * 1000.0) as u64,
        memory_mib: whole("memory", 0.0) as u64,
        gpu: whole("gpu", 0.0) as u64,
    }
}
