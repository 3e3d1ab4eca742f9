//! One run: its answer, its tasks, its steps, its tasks one by one, why it is as it is.

mod large;
mod parts;
pub mod story;
mod whole;
