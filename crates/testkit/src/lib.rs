//! What tests share: the contracts that every implementation of a trait must pass, and a database. Only for `dev-dependencies`.

mod metadata_contract;
mod postgres;
pub mod service;

pub use metadata_contract::{finished, metadata_contract, new_run, now, started, task};
pub use postgres::Postgres;
pub use service::service_contract;
