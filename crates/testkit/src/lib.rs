//! What tests share: the contracts that every implementation of a trait must pass. Only for `dev-dependencies`.

mod metadata_contract;

pub use metadata_contract::{finished, metadata_contract, new_run, now, started, task};
