//! The implementations of [`Provider`](crate::Provider), one folder each.

mod sqlite;

pub use sqlite::SqliteProvider;
