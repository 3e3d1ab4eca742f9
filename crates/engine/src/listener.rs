//! Who hears what happens in a run.

use spinloom_flow::RunEvent;

/// Hears every [`RunEvent`] of a run, in order, on the engine's thread: be quick.
pub trait Listener: Send {
    /// Something happened. [`RunEvent::Log`] carries whole lines where the task wrote whole lines.
    fn event(&mut self, event: &RunEvent);

    /// A tenth of a second went by. Called only if [`Listener::wants_ticks`].
    fn tick(&mut self) {}

    /// Whether [`Listener::tick`] is worth calling.
    fn wants_ticks(&self) -> bool {
        false
    }
}

/// Hears nothing.
#[derive(Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn event(&mut self, _event: &RunEvent) {}
}
