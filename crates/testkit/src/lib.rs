//! What tests share: the contracts that every implementation of a trait must pass, random flows, and a database. Only for `dev-dependencies`.

mod flow_graph;
mod metadata_contract;
mod postgres;
pub mod service;

pub use flow_graph::flow_graph;
pub use metadata_contract::{
    finished, metadata_contract, new_run, now, readers_beside_a_writer, started, task,
};
pub use postgres::Postgres;
pub use service::service_contract;
