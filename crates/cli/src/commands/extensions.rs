//! `extensions`: what installed packages have for Spinloom.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use spinloom_diagnostics::{ResultExt as _, codes};

use super::shown::table;
use crate::context::Context;
use crate::python::Program;
use crate::reply::{Answer, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] =
    &[("extensions list", "what packages add, and what is wrong with any")];

/// Show what installed packages add to Spinloom
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List what packages add: decorators, sources of secrets and so on
    List(List),
}

#[derive(Debug, Args)]
struct List {
    /// The Python whose packages are meant
    #[arg(long, value_name = "PYTHON")]
    python: Option<PathBuf>,
}

/// What Python says of an extension.
#[derive(Debug, Deserialize)]
struct Extension {
    kind: String,
    used: bool,
    name: String,
    value: String,
    package: String,
    version: String,
    problem: Option<Problem>,
}

#[derive(Debug, Deserialize)]
struct Problem {
    message: String,
    #[serde(default)]
    hints: Vec<String>,
}

/// Lists them: Python knows its packages.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let Inner::List(list) = &arguments.inner;
    let program = Program::new(list.python.as_deref(), &context.settings, vec!["extensions-list".to_owned()]);
    program.check()?;
    let unreadable = || "cannot read what Python says of its extensions".to_owned();
    let said: Value = serde_json::from_slice(&program.ask()?).or_error(codes::INTERNAL, unreadable)?;
    let all: Vec<Extension> = Vec::deserialize(&said["extensions"]).or_error(codes::INTERNAL, unreadable)?;
    let python = said["python"].as_str().unwrap_or_default().to_owned();
    let text = if all.is_empty() { none(&python) } else { lines(&all, context) };
    Ok(Reply::new(text, json!({"python": python, "extensions": said["extensions"]})))
}

fn none(python: &str) -> String {
    format!("no package of `{python}` extends Spinloom\n")
}

fn lines(all: &[Extension], context: &Context<'_>) -> String {
    let paint = context.output.out;
    let mut text = String::new();
    let row = |one: &Extension| {
        let mark = if one.problem.is_some() { paint.bad("✗") } else { paint.good("✓") };
        let note = if one.used { String::new() } else { paint.dim("not used by this version") };
        let package = format!("{} {}", one.package, one.version).trim_end().to_owned();
        vec![mark, paint.bold(&one.name), one.kind.clone(), package, paint.dim(&one.value), note]
    };
    text += &table(&all.iter().map(row).collect::<Vec<_>>());
    for problem in all.iter().filter_map(|one| one.problem.as_ref()) {
        text += &format!("\n{}\n", paint.warn(&problem.message));
        for hint in &problem.hints {
            text += &format!("{} {hint}\n", paint.hint("hint:"));
        }
    }
    text
}
