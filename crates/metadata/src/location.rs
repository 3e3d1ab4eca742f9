//! Where metadata is kept, and opening what is there.

use std::fmt;
use std::path::PathBuf;

use spinloom_diagnostics::Result;

use crate::{Provider, SqliteProvider};

/// Where metadata is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In the store of this folder (`…/.spinloom`), as an SQLite file.
    Local(PathBuf),
}

impl Location {
    /// Opens it for reading and writing; makes it if it is not there.
    ///
    /// # Errors
    /// As [`SqliteProvider::open`].
    pub fn open(&self) -> Result<Box<dyn Provider>> {
        match self {
            Self::Local(store) => Ok(Box::new(SqliteProvider::open(&store.join("metadata.db"))?)),
        }
    }

    /// Opens it for reading; `None` if nothing has been recorded there yet.
    ///
    /// # Errors
    /// As [`SqliteProvider::open_read`].
    pub fn open_read(&self) -> Result<Option<Box<dyn Provider>>> {
        match self {
            Self::Local(store) => {
                let found = SqliteProvider::open_read(&store.join("metadata.db"))?;
                Ok(found.map(|provider| Box::new(provider) as Box<dyn Provider>))
            }
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(store) => write!(f, "local@{}", store.display()),
        }
    }
}
