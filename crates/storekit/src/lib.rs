//! Stores to test against: "I have tests of something that keeps objects, give me a store, a broken network, the contract."
//!
//! Only for `dev-dependencies`, and for Python tests and benchmarks by the command `spinloom-s3-server`. A crate apart from
//! `spinloom-testkit` because its server takes a minute to compile, which most crates' tests can do without.
#![allow(clippy::unwrap_used, clippy::expect_used)] // This is test code, though not in a `tests` folder.

mod contract;
mod external;
mod proxy;
mod s3;

pub use contract::{Flaw, Store, store_contract};
pub use external::{azurite, moto};
pub use proxy::{Fault, Proxy};
pub use s3::{ACCESS_KEY, S3Server, SECRET_KEY, s3_options, serve, service};
