//! The implementations of [`Provider`](crate::Provider), one folder each.

mod blocking;
pub mod http;
mod postgres;
mod sqlite;

pub(crate) use blocking::dice;
pub use http::{HttpLocation, HttpProvider};
pub use postgres::{PostgresLocation, PostgresProvider};
pub use sqlite::SqliteProvider;
