//! Plugins: folders that add to the pages, by documents that are shown in frames of their own, by links, by columns.
//!
//! A document of a plugin is a page without an origin: it can ask nothing in the viewer's name, and what it includes is asked for without
//! the viewer's cookie. So its address has a ticket in it, which opens the files of that plugin, for some hours, and nothing else.

mod declared;
mod file;
mod folder;
mod manifest;
mod ticket;

use std::path::PathBuf;
use std::time::SystemTime;

use axum::Router;
use spinloom_diagnostics::Result;

use self::ticket::Tickets;
use crate::app::App;
use crate::options::Options;

pub(crate) use folder::{Plugin, list};

/// The folder of the store that plugins are in, unless another one is named.
const FOLDER: &str = "plugins";
/// What their addresses begin with.
const BELOW: &str = "/plugins/";

/// Where plugins are, and who may have their files.
pub(crate) struct Plugins {
    folder: PathBuf,
    tickets: Tickets,
    prefix: Option<String>,
}

impl Plugins {
    /// As `options` say.
    ///
    /// # Errors
    /// `SL0901` if no random numbers can be had.
    pub(crate) fn new(options: &Options) -> Result<Self> {
        Ok(Self {
            folder: options.plugins.clone().unwrap_or_else(|| options.store.join(FOLDER)),
            tickets: Tickets::new(options.tokens.as_ref())?,
            prefix: options.prefix.clone(),
        })
    }

    /// Whether an address has a ticket in it that is good for what it names.
    pub(crate) fn lets_in(&self, path: &str) -> bool {
        let bare = self.prefix.as_deref().and_then(|prefix| path.strip_prefix(prefix)).unwrap_or(path);
        let Some((name, rest)) = bare.strip_prefix(BELOW).and_then(|rest| rest.split_once('/')) else {
            return false;
        };
        ticketed(rest).is_some_and(|(ticket, _)| self.tickets.open(name, ticket, SystemTime::now()))
    }
}

/// The ticket in a path within a plugin, and what is after it.
fn ticketed(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix('~')?.split_once('/')
}

/// The files.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/plugins/{name}/{*path}", axum::routing::get(file::file))
}
