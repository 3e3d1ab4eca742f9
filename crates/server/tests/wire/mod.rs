//! Metaflow's metadata service, one rule of its clients a test.

mod client;
mod graphs;
mod ids;
mod lists;
mod objects;
mod postgres;
mod projection;
mod transport;
