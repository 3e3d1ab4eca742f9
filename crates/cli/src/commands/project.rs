//! `project`: a team's tables, workflows and flows as one thing.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_projects::{Artefact, DEFAULT, What, find, template};

use crate::context::Context;
use crate::projects::{Asked, Loaded, load};
use crate::reply::{Answer, Problems, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("project init demo", "begin a project called `demo`, in this folder"),
    ("project list", "what belongs to it, and under which names it is deployed"),
];

/// Begin a project, and say what belongs to it
///
/// A project is a folder with a `spinloom.yaml`: its tables, workflows and flows, and the bindings they are run under.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Make a project that runs at once
    Init(Init),
    /// List tables, workflows and flows, once for each binding
    List(List),
}

#[derive(Debug, Args)]
struct Init {
    /// Its name; the folder's if it is left out
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Where things land, instead of what the project file says
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,
}

/// Begins or lists.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::Init(init) => begin(init, context),
        Inner::List(list) => listed(list, &What::ALL, context),
    }
}

fn begin(init: &Init, context: &Context<'_>) -> Answer {
    let folder = context.settings.cwd();
    let own = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let own: String = own.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = init.name.clone().unwrap_or(own);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(fits) {
        return Err(Error::new(codes::BAD_NAME, format!("`{name}` cannot be the name of a project"))
            .hint("lower-case letters, digits and `_`")
            .into());
    }
    if let Some(file) = find(folder).filter(|file| file.parent() == Some(folder)) {
        return Err(Error::new(codes::USAGE, format!("there is a project here: `{}`", file.display())).into());
    }
    let files = template(&name);
    let there: Vec<Error> = files
        .iter()
        .filter(|file| file.path != ".gitignore" && folder.join(file.path).exists())
        .map(|file| Error::new(codes::USAGE, format!("`{}` is there already", file.path)))
        .collect();
    if !there.is_empty() {
        return Err(there.into());
    }
    let mut text = format!("project `{name}`\n");
    let mut written = Vec::new();
    for file in files.iter().filter(|file| !folder.join(file.path).exists()) {
        let path = folder.join(file.path);
        let failed =
            |error| Error::new(codes::STORE_IO, format!("`{}` cannot be written", file.path)).cause(error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(&path, &file.text).map_err(failed)?;
        text += &format!("  {}\n", file.path);
        written.push(file.path);
    }
    text += "\nrun it:  spinloom flow run training --all\n";
    Ok(Reply::new(text, json!({"project": name, "files": written})))
}

/// Lists artefacts of some kinds.
pub(super) fn listed(list: &List, kinds: &[What], context: &Context<'_>) -> Answer {
    let loaded = load(&context.settings, Asked { target: list.target.as_deref(), locked: false })?;
    let target = loaded.target()?;
    let cluster = loaded.project.cluster(target.as_deref());
    let (mut blocks, mut data) = (Vec::new(), serde_json::Map::new());
    for what in kinds {
        let (title, command) = match what {
            What::Table => ("Tables", "table"),
            What::Workflow => ("Workflows", "workflow"),
            What::Flow => ("Metaflows", "metaflow"),
        };
        let mut text = format!("{title} (spinloom {command} list):\n");
        let mut rows: Vec<Value> = Vec::new();
        for artefact in loaded.all(*what) {
            for binding in &artefact.bindings {
                let (line, row) = one(&loaded, artefact, binding, target.as_deref(), &cluster)?;
                text += &format!("{} (binding={binding}):\n  {line}\n", artefact.path);
                rows.push(row);
            }
        }
        if rows.is_empty() {
            text += "none\n";
        }
        blocks.push(text);
        data.insert(what.plural().to_owned(), rows.into());
    }
    data.insert("project".to_owned(), loaded.project.file.project.clone().into());
    data.insert("bindings".to_owned(), loaded.project.labels().collect::<Vec<_>>().into());
    data.insert("target".to_owned(), json!(target));
    let mut reply = Reply::new(blocks.join("\n"), data.into());
    reply.warnings.clone_from(&loaded.project.warnings);
    Ok(reply)
}

fn one(
    loaded: &Loaded,
    artefact: &Artefact,
    binding: &str,
    target: Option<&str>,
    cluster: &str,
) -> Result<(String, Value), Problems> {
    let bound = binding != DEFAULT;
    if artefact.what == What::Table {
        let name = if bound { format!("{}_{binding}", artefact.stem) } else { artefact.stem.clone() };
        let path = loaded.project.table_path(&name, target);
        return Ok((
            format!("table_path={path}"),
            json!({"path": artefact.path, "name": artefact.stem, "binding": binding, "table_path": path}),
        ));
    }
    let id = loaded.project.id(artefact, binding)?;
    Ok((
        format!("cluster={cluster}, workflow.id={id}"),
        json!({"path": artefact.path, "name": artefact.stem, "binding": binding, "cluster": cluster, "id": id}),
    ))
}
