//! `card`: lists, shows and serves the cards of tasks.

mod chosen;
mod create;
mod get;
mod list;
mod serve;
mod view;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::reply::Answer;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("card list Training/58/train", "which cards the tasks of a step have"),
    ("card view Training/58/train/3", "open one in a browser"),
    ("card get Training/58/train/3 report.html", "one card, as a file that needs nothing else"),
    ("card server", "all cards of the latest run, while it runs too"),
];

/// List, view and serve the cards of tasks
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List the cards of tasks
    List(list::ListArgs),
    /// Open a card in a browser
    View(view::ViewArgs),
    /// Write a card as HTML, to a file or to standard output
    Get(get::GetArgs),
    /// Make a card of a task that is over
    Create(create::CreateArgs),
    /// Show the cards of a run in a browser, while they change
    Server(serve::ServerArgs),
}

/// Which cards.
#[derive(Debug, Clone, Args)]
struct Which {
    /// Only the card of this hash, of which the beginning is enough
    #[arg(long, value_name = "HASH")]
    hash: Option<String>,

    /// Only cards of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,

    /// Only the card of this id
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// Leave out cards of tasks that were taken over from another run, which made them
    #[arg(long = "no-follow-resumed", overrides_with = "follow_resumed")]
    no_follow_resumed: bool,

    /// Take cards of tasks that were taken over from another run, too [default]
    #[arg(long = "follow-resumed")]
    follow_resumed: bool,
}

/// Does what is asked.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::List(list) => list::run(list, context),
        Inner::View(view) => view::run(view, context),
        Inner::Get(get) => get::run(get, context),
        Inner::Create(create) => create::run(create, context),
        Inner::Server(server) => serve::run(server, context),
    }
}
