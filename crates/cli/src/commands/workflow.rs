//! `workflow`: the workflows of a project, and their definitions for a scheduler.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_projects::{Artefact, What, Workflow, compile};

use super::project;
use super::shown::table;
use crate::context::Context;
use crate::projects::{Asked, Loaded, load};
use crate::reply::{Answer, Problems, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("workflow list", "the workflows of the project, and their ids"),
    ("workflow show main", "its steps, and what follows what"),
    ("workflow compile main", "its definition, for Maestro"),
];

/// List, show, check and compile the workflows of a project
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List the workflows, once for each binding
    List(project::List),
    /// Print the steps of a workflow, and what follows what
    Show(One),
    /// Check every workflow
    Validate,
    /// Print the JSON definition that Maestro takes, or write all of them
    Compile(Compile),
}

#[derive(Debug, Args)]
struct One {
    /// Its name, or the path of its file
    #[arg(value_name = "WORKFLOW")]
    workflow: String,
}

#[derive(Debug, Args)]
struct Compile {
    /// Its name, or the path of its file; all if it is left out
    #[arg(value_name = "WORKFLOW")]
    workflow: Option<String>,

    /// The folder to write to, a file for each; without it a definition is printed
    #[arg(short, long, value_name = "DIR", required_unless_present = "workflow")]
    output: Option<PathBuf>,

    /// Where things land, instead of what the project file says
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,
}

/// Lists, shows, checks or compiles.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::List(list) => project::listed(list, &[What::Workflow], context),
        Inner::Show(one) => shown(one, context),
        Inner::Validate => validated(context),
        Inner::Compile(one) => compiled(one, context),
    }
}

/// The definitions of a workflow, one for each binding: the id, the binding, the definition.
fn definitions(loaded: &Loaded, artefact: &Artefact) -> Result<Vec<(String, String, Value)>, Problems> {
    let workflow = Workflow::read(&artefact.path, &super::table::text(loaded, artefact)?)?;
    let target = loaded.target()?;
    let one = |binding: &String| {
        let id = loaded.project.id(artefact, binding)?;
        let value = compile(&loaded.project, &workflow, &id, binding, target.as_deref())?;
        Ok((id, binding.clone(), value))
    };
    artefact.bindings.iter().map(one).collect()
}

fn shown(one: &One, context: &Context<'_>) -> Answer {
    let loaded = load(&context.settings, Asked::default())?;
    let artefact = loaded.artefact(What::Workflow, &one.workflow)?;
    let (mut text, mut data) = (String::new(), Vec::new());
    for (id, binding, value) in definitions(&loaded, artefact)? {
        let mut rows = Vec::new();
        steps(&value["workflow"]["steps"], 1, &mut rows);
        text += &format!("{id}\n{}", table(&rows));
        data.push(json!({"id": id, "binding": binding, "definition": value}));
    }
    Ok(Reply::new(text, json!({"workflows": data})))
}

fn steps(all: &Value, depth: usize, rows: &mut Vec<Vec<String>>) {
    for step in all.as_array().into_iter().flatten() {
        let Some((kind, step)) = step.as_object().and_then(|step| step.iter().next()) else { continue };
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = match (kind.as_str(), &step["sub_type"], &step["type"]) {
            ("step", Value::String(kind), _) | ("step", _, Value::String(kind)) => kind.clone(),
            (kind, ..) => kind.to_owned(),
        };
        let next: Vec<String> = step["transition"]["successors"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(id, condition)| match condition.as_str() {
                Some("true") | None => id.clone(),
                Some(condition) => format!("{id} if {condition}"),
            })
            .collect();
        let arrow = if next.is_empty() { String::new() } else { format!("→ {}", next.join(", ")) };
        rows.push(vec![format!("{}{}", "  ".repeat(depth), word(&step["id"])), kind, arrow]);
        steps(&step["steps"], depth + 1, rows);
    }
}

fn validated(context: &Context<'_>) -> Answer {
    let loaded = load(&context.settings, Asked::default())?;
    let (mut ids, mut problems) = (Vec::new(), Vec::new());
    for artefact in loaded.all(What::Workflow) {
        match definitions(&loaded, artefact) {
            Ok(found) => ids.extend(found.into_iter().map(|(id, ..)| id)),
            Err(found) => problems.extend(found.0),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let number =
        if ids.len() == 1 { "1 workflow is".to_owned() } else { format!("{} workflows are", ids.len()) };
    Ok(Reply::new(format!("{number} valid\n"), json!({"workflows": ids, "valid": true})))
}

fn compiled(arguments: &Compile, context: &Context<'_>) -> Answer {
    let loaded = load(&context.settings, Asked { target: arguments.target.as_deref(), locked: true })?;
    let chosen: Vec<&Artefact> = match &arguments.workflow {
        Some(typed) => vec![loaded.artefact(What::Workflow, typed)?],
        None => loaded.all(What::Workflow).collect(),
    };
    let (mut text, mut data) = (String::new(), Vec::new());
    let mut all = Vec::new();
    for artefact in chosen {
        all.extend(definitions(&loaded, artefact)?);
    }
    for (id, binding, value) in all {
        let whole = format!("{value:#}\n");
        let mut row = json!({"id": id, "binding": binding, "definition": value});
        match &arguments.output {
            None => text += &whole,
            Some(folder) => {
                let folder = context.settings.cwd().join(folder);
                let path = folder.join(format!("{id}.json"));
                std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, whole)).map_err(
                    |error| {
                        Error::new(codes::STORE_IO, format!("`{}` cannot be written", path.display()))
                            .cause(error)
                    },
                )?;
                text += &format!("{}\n", path.display());
                row["file"] = json!(path);
            }
        }
        data.push(row);
    }
    Ok(Reply::new(text, json!({"workflows": data})))
}
