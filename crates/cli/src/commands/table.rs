//! `table`: the tables of a project.

use clap::{Args, Subcommand};
use serde_json::json;
use spinloom_diagnostics::Error;
use spinloom_projects::{Artefact, Table, What};

use super::project;
use crate::context::Context;
use crate::projects::{Asked, Loaded, load};
use crate::reply::{Answer, Problems, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("table list", "the tables of the project, and where they are"),
    ("table show demo_features_f", "the statement that makes one"),
    ("table validate", "everything that is wrong, at once"),
];

/// List, show and check the tables of a project
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List the tables, and where each is
    List(project::List),
    /// Print the statement that makes a table
    Show(Show),
    /// Check the description of every table
    Validate,
}

#[derive(Debug, Args)]
struct Show {
    /// Its name, or the path of its file
    #[arg(value_name = "TABLE")]
    table: String,

    /// Where things land, instead of what the project file says
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,
}

/// Lists, shows or checks.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::List(list) => project::listed(list, &[What::Table], context),
        Inner::Show(show) => shown(show, context),
        Inner::Validate => validated(context),
    }
}

fn read(loaded: &Loaded, artefact: &Artefact) -> Result<Table, Problems> {
    Ok(Table::read(&artefact.path, &text(loaded, artefact)?)?)
}

/// The text of a file of the project.
pub(super) fn text(loaded: &Loaded, artefact: &Artefact) -> Result<String, Error> {
    std::fs::read_to_string(loaded.project.root.join(&artefact.path)).map_err(|error| {
        let code = spinloom_diagnostics::codes::BAD_PROJECT;
        Error::new(code, format!("`{}` cannot be read", artefact.path)).cause(error)
    })
}

fn shown(show: &Show, context: &Context<'_>) -> Answer {
    let loaded = load(&context.settings, Asked { target: show.target.as_deref(), locked: false })?;
    let artefact = loaded.artefact(What::Table, &show.table)?;
    let table = read(&loaded, artefact)?;
    let path = loaded.project.table_path(&table.name, loaded.target()?.as_deref());
    let ddl = table.ddl(&path);
    let mut data = table.json();
    data["table_path"] = json!(path);
    data["ddl"] = json!(ddl);
    Ok(Reply::new(ddl, data))
}

fn validated(context: &Context<'_>) -> Answer {
    let loaded = load(&context.settings, Asked::default())?;
    let mut problems = Vec::new();
    let mut names = Vec::new();
    for artefact in loaded.all(What::Table) {
        match read(&loaded, artefact) {
            Ok(table) => names.push(table.name),
            Err(found) => problems.extend(found.0),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let number =
        if names.len() == 1 { "1 table is".to_owned() } else { format!("{} tables are", names.len()) };
    Ok(Reply::new(format!("{number} valid\n"), json!({"tables": names, "valid": true})))
}
