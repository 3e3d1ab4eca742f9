//! `package`: what the code package of the flow holds (OP-01).

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_datastore::package::{self, Member, SUFFIXES};
use spinloom_diagnostics::{Error, codes};
use spinloom_engine::PackageRequest;

use super::shown::table;
use super::store::count;
use super::written::whole;
use crate::context::Context;
use crate::packaging;
use crate::reply::{Answer, Reply};
use crate::terminal::time::bytes;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("package list", "which files would be kept with a run"),
    ("package info", "how large that is, and where it comes from"),
    ("package save code.tgz", "the package itself"),
];

/// Show what is kept of a flow's code with each run
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Accepted, as Metaflow has it; a package is made at once
    #[arg(long, value_name = "SECONDS", hide = true)]
    timeout: Option<String>,

    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Say how large the package is and what it is made of
    Info,
    /// List the files in the package
    List(List),
    /// Save the package as a file
    Save(Save),
}

#[derive(Debug, Args)]
struct List {
    /// List them as they are called in the package, not where they are
    #[arg(long, overrides_with = "no_archive")]
    archive: bool,

    /// List them where they are (the default)
    #[arg(long, hide = true)]
    no_archive: bool,
}

#[derive(Debug, Args)]
struct Save {
    /// The file to write, a `.tar.gz`
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

/// Shows or saves it.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let flow = context.flow()?.doc.name.clone();
    let Some(request) = packaging::request(context)? else {
        return Err(Error::new(
            codes::BAD_PACKAGE,
            format!("nobody knows which file `{flow}` is written in"),
        )
        .hint("define the flow in a file, not in an interpreter")
        .into());
    };
    match &arguments.inner {
        Inner::Info => info(&flow, &request, context),
        Inner::List(list) => listed(list.archive, &request, context),
        Inner::Save(save) => saved(&save.path, &request, context),
    }
}

fn info(flow: &str, request: &PackageRequest, context: &Context<'_>) -> Answer {
    let members = package::find(&request.dir, &request.contents)?;
    let made = package::build(&request.dir, &request.contents)?;
    let size: u64 = members.iter().map(|member| member.size).sum();
    let packed = made.bytes.len() as u64;
    let suffixes: Vec<&str> =
        SUFFIXES.into_iter().chain(request.contents.suffixes.iter().map(String::as_str)).collect();
    let paint = context.output.out;
    let mut rows = vec![
        ("files", members.len().to_string()),
        ("size", format!("{}, packed {}", bytes(size), bytes(packed))),
        ("hash", made.hash.to_string()),
        ("folder", request.dir.display().to_string()),
        ("suffixes", suffixes.join(" ")),
    ];
    let sources = request.contents.sources.iter();
    rows.extend(sources.map(|source| ("source", format!("{} as {}", source.path.display(), source.name))));
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(key, value)| vec![format!("  {}", paint.dim(key)), value]).collect();
    let text = format!("{}\n{}", paint.bold(&format!("code package of {flow}")), table(&rows));
    let data = json!({
        "flow": flow, "files": members.len(), "size": size, "bytes": packed, "hash": made.hash.to_string(),
        "folder": request.dir, "suffixes": suffixes, "sources": request.contents.sources,
    });
    Ok(Reply::new(text, data))
}

fn listed(archive: bool, request: &PackageRequest, context: &Context<'_>) -> Answer {
    let members = package::find(&request.dir, &request.contents)?;
    let shown = |member: &Member| if archive { &member.name } else { &member.path }.display().to_string();
    let text: String = members.iter().map(|member| format!("{}\n", shown(member))).collect();
    let data: Vec<Value> = members
        .iter()
        .map(|m| json!({"name": m.name, "path": m.path, "size": m.size, "executable": m.executable}))
        .collect();
    if !context.output.json {
        context.output.remark("Files included in the code package (change with --package-suffixes):\n");
    }
    Ok(Reply::new(text, json!({"files": data})))
}

fn saved(path: &Path, request: &PackageRequest, context: &Context<'_>) -> Answer {
    let made = package::build(&request.dir, &request.contents)?;
    let full = context.settings.cwd().join(path);
    whole(&full, &made.bytes).map_err(|e| unwritable(path, &e))?;
    let (files, size) = (made.files.len(), made.bytes.len() as u64);
    if !context.output.json {
        let what = format!(
            "wrote `{}`: {}, {}\n",
            path.display(),
            count(files as u64, "file", "files"),
            bytes(size)
        );
        context.output.remark(&what);
    }
    Ok(Reply::new("", json!({"file": path, "files": files, "bytes": size, "hash": made.hash.to_string()})))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(codes::CANNOT_PULL, format!("cannot write `{}`", path.display())).cause(error)
}
