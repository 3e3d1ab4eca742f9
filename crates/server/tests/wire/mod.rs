//! Metaflow's metadata service, one rule of its clients a test.

mod client;
mod ids;
mod lists;
mod objects;
mod projection;
mod transport;
