//! What the server shows of a store's files: logs, artifacts, code, resource curves, comparisons; over HTTP, from a store that is filled through
//! its providers.

mod artifacts;
mod compare;
mod logs;
mod resources;
mod search;
mod setup;
mod spins;
mod world;
