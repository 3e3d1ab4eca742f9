//! "I have a store: let people and programs look at it over HTTP." One process: the monitoring API, metadata services, the pages of
//! the GUI.
//!
//! [`serve`] is the whole of it. A run never waits for the server and never needs it. What the server answers people is read only; what
//! it writes, it writes through the same providers as an engine. What is *not* here: what is recorded and how (`metadata`, `datastore`).
//!
//! Every folder of `api` is one part of the monitoring API: its routes, what it answers, its page of the OpenAPI document. `wire` is
//! Metaflow's metadata service, at the root. `pages` are what `ui/` was built into.

mod api;
mod app;
mod files;
mod index;
mod live;
mod logging;
mod metrics;
mod ops;
mod options;
mod pages;
mod plugins;
mod problem;
mod provider;
mod readers;
mod security;
mod serve;
mod spins;
mod telemetry;
mod views;
mod wire;
mod work;

pub use api::openapi;
pub use logging::{Log, log};
pub use options::{BODY, DEADLINE, Options};
pub use security::{Auth, Tokens};
pub use serve::serve;
