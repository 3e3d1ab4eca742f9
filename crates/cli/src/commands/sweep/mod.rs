//! `sweep`: one flow, many runs, each with other values.

mod drive;
mod host;
mod optuna;
mod plan;
mod shown;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_projects::sweep::{Axis, Journal};

use crate::context::Context;
use crate::reply::{Answer, Problems, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("sweep flow.py --grid lr=0.1,0.01 --grid depth=3,5 -j 4", "every combination, four at a time"),
    ("sweep flow.py --random 50 --space 'lr=log(0.001..1)' --objective loss", "fifty drawn at random"),
    (
        "sweep flow.py --optuna 100 --space 'lr=log(0.001..1)' --objective loss",
        "a hundred that Optuna searches for",
    ),
    ("sweep --resume k3f9x1", "go on with one that was stopped"),
];

/// Run a flow many times over, each time with other values
///
/// A key is a parameter of the flow, a key of one of its configs, or a key of the project's settings. Each trial is an ordinary run, with the
/// tags `sweep:<id>` and `trial:<n>`. What is not an option of ours is handed on to every run.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The flow file, or a flow of the project; then what every run is given
    #[arg(value_name = "FLOW", allow_hyphen_values = true)]
    words: Vec<String>,

    /// A key and its values, `key=a,b,c`; every combination is a trial; may be repeated
    #[arg(long, value_name = "KEY=VALUES")]
    grid: Vec<String>,

    /// A key and what it may be, `key=a,b,c`, `key=low..high` or `key=log(low..high)`; may be repeated
    #[arg(long, value_name = "KEY=RANGE")]
    space: Vec<String>,

    /// So many trials, drawn at random
    #[arg(long, value_name = "N", conflicts_with = "grid")]
    random: Option<u64>,

    /// So many trials that Optuna searches for
    #[arg(long, value_name = "N", conflicts_with_all = ["grid", "random"])]
    optuna: Option<u64>,

    /// The artifact of the last step that says how good a trial is: a number
    #[arg(long, value_name = "ARTIFACT")]
    objective: Option<String>,

    /// Which objective is best: `minimize` or `maximize`
    #[arg(long, value_name = "DIRECTION", default_value = "minimize", hide_possible_values = true)]
    direction: Direction,

    /// How many trials run at a time
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,

    /// What is drawn at random begins here
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// The binding of the project whose settings every trial begins with
    #[arg(short, long, value_name = "BINDING")]
    binding: Option<String>,

    /// Go on with a sweep that was stopped
    #[arg(long, value_name = "ID", conflicts_with_all = ["grid", "space", "random", "optuna"])]
    resume: Option<String>,

    /// With `--resume`: run trials that failed once more
    #[arg(long, requires = "resume")]
    retry_failed: bool,

    /// With `--resume`: go on although the flow's code is another by now
    #[arg(long, requires = "resume")]
    allow_code_change: bool,

    /// Print the trials of a sweep
    #[arg(long, value_name = "ID", conflicts_with = "resume")]
    show: Option<String>,

    /// List the sweeps of this store
    #[arg(long, conflicts_with_all = ["resume", "show"])]
    list: bool,

    /// Print the trials as CSV
    #[arg(long)]
    csv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Direction {
    Minimize,
    Maximize,
}

/// What a sweep is: noted when it begins, read when it goes on.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Spec {
    /// Its id.
    id: String,
    /// The flow file.
    script: String,
    /// The name of the flow.
    flow: String,
    /// What tells the code of the flow's file.
    digest: String,
    /// How trials are found: `grid`, `random` or `optuna`.
    method: String,
    axes: Vec<Axis>,
    /// How many trials there are.
    trials: u64,
    seed: u64,
    objective: Option<String>,
    maximize: bool,
    binding: Option<String>,
    /// What every run is given: settings and words of its own.
    settings: Vec<String>,
    rest: Vec<String>,
}

/// Begins, resumes, shows or lists.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    if arguments.list {
        return shown::list(context);
    }
    if let Some(id) = &arguments.show {
        let journal = Journal::read(&existing(id, context)?)?;
        return shown::reply(&journal, arguments.csv, context);
    }
    let journal = match &arguments.resume {
        Some(id) => drive::resume(id, arguments, context)?,
        None => drive::begin(arguments, context)?,
    };
    shown::reply(&journal, arguments.csv, context)
}

/// Where journals are.
fn folder(context: &Context<'_>) -> PathBuf {
    context.store().join("sweeps")
}

/// The journal of a sweep that is there.
fn existing(id: &str, context: &Context<'_>) -> Result<PathBuf> {
    let path = folder(context).join(format!("{id}.jsonl"));
    if path.is_file() {
        return Ok(path);
    }
    let known = ids(context);
    Err(Error::new(codes::NOT_FOUND, format!("there is no sweep `{id}` in this store"))
        .suggest(id, known.iter().map(String::as_str))
        .hint("`spinloom sweep --list` lists them"))
}

/// The ids of sweeps, the newest last.
fn ids(context: &Context<'_>) -> Vec<String> {
    let mut found: Vec<(std::time::SystemTime, String)> = folder(context)
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_string_lossy().strip_suffix(".jsonl")?.to_owned();
            Some((entry.metadata().and_then(|meta| meta.modified()).ok()?, id))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, id)| id).collect()
}

impl Spec {
    fn read(value: &Value) -> Result<Self> {
        serde_json::from_value(value.clone()).map_err(|error| {
            Error::new(codes::CANNOT_RESUME_SWEEP, "what the sweep is cannot be read").cause(error)
        })
    }

    fn data(&self) -> Value {
        json!(self)
    }
}

/// Nothing is swept.
fn no_space() -> Problems {
    Error::new(codes::BAD_SWEEP, "the sweep has nothing to vary")
        .hint("write `--grid key=a,b`, `--random N --space key=low..high` or `--optuna N --space …`")
        .into()
}

/// An answer without trials.
fn nothing(text: &str, data: Value) -> Reply {
    Reply::new(text, data)
}
