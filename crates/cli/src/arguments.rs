//! Arguments that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::terminal::Progress;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

// Options every command has. (Not a doc comment: clap would show it as help.)
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Say only what matters: errors, and data that was asked for
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Undo `--quiet`
    #[arg(long, global = true, hide = true)]
    pub(crate) not_quiet: bool,

    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// When to use colour: `auto`, `always` or `never`
    #[arg(long, global = true, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Option<When>,

    /// The folder of the store, instead of the nearest `.spinloom`
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) datastore_root: Option<PathBuf>,

    /// Where runs are recorded: `local`, `postgres://user@host/database`, or a server such as `http://host:8040`
    #[arg(long, global = true, value_name = "PLACE")]
    pub(crate) metadata: Option<String>,
}

// Options of a flow's command line, before the command (RU-23).
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Flow options")]
pub(crate) struct FlowArgs {
    /// Where artifacts are kept: `local`, a location such as `s3://bucket/prefix`, or `s3`, `azure` or `gs` with its setting
    #[arg(long, global = true, value_name = "TYPE")]
    pub(crate) datastore: Option<String>,

    /// What steps find installed: `local`, what `@pypi` and `@conda` say (`pypi` or `conda`), or the project's `uv.lock` (`uv`)
    #[arg(long, global = true, value_name = "TYPE")]
    pub(crate) environment: Option<String>,

    /// Resolve and build the environments of steps anew
    #[arg(long, global = true)]
    pub(crate) force_rebuild_environments: bool,

    /// Endings of more files for the code package, separated by commas
    #[arg(long, global = true, value_name = "LIST")]
    pub(crate) package_suffixes: Option<String>,

    /// Accepted, as Metaflow has it; the checks that matter are built in
    #[arg(long, global = true, overrides_with = "no_pylint", hide = true)]
    pub(crate) pylint: bool,

    /// Accepted, as Metaflow has it
    #[arg(long, global = true, hide = true)]
    pub(crate) no_pylint: bool,

    /// Where events are logged: `nullSidecarLogger`
    #[arg(long, global = true, value_name = "TYPE", hide = true)]
    pub(crate) event_logger: Option<String>,

    /// Where measurements go: `nullSidecarMonitor`
    #[arg(long, global = true, value_name = "TYPE", hide = true)]
    pub(crate) monitor: Option<String>,

    /// How a run is shown: `auto`, `live`, `plain`, `metaflow`, `json` or `none`
    #[arg(long, global = true, value_name = "HOW", hide_possible_values = true)]
    pub(crate) progress: Option<Progress>,

    /// Print each event as a JSON object, then the result
    #[arg(long, global = true)]
    pub(crate) jsonl: bool,
}

// Options of a flow that belongs to a project, before the command (FD-01).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of `@project`")]
pub(crate) struct ProjectArgs {
    /// The branch of the project this is of, instead of your own
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    /// This is production's: the branch `prod`, or `prod.<branch>`
    #[arg(long, global = true)]
    pub(crate) production: bool,
}

// Options of a flow that has configs: they are taken out of the words before anything else is read, so that these are for
// help and completions only (PA-09).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configs of the flow")]
pub(crate) struct ConfigArgs {
    /// Read a config from a file; once for each config
    #[arg(long, global = true, value_names = ["NAME", "FILE"], num_args = 2)]
    pub(crate) config: Vec<String>,

    /// Give a config its value; once for each config
    #[arg(long, global = true, value_names = ["NAME", "JSON"], num_args = 2)]
    pub(crate) config_value: Vec<String>,

    /// Change one key of a config: JSON, else text; may be repeated
    #[arg(long = "set", id = "config-set", value_name = "NAME.KEY=VALUE")]
    pub(crate) config_set: Vec<String>,
}

// Options of a flow that runs when others have, before the command (FD-04).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of `@trigger_on_finish`")]
pub(crate) struct TriggerArgs {
    /// Try it out: a run that ended well, which the flow takes itself to be triggered by; may be repeated
    #[arg(long, global = true, value_name = "FLOW/RUN")]
    pub(crate) trigger: Vec<String>,
}

// Options of `run` and `resume` (RU-01).
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArgs {
    /// Tag the run; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,

    /// Most task processes at a time [default: 16]
    #[arg(long, value_name = "N")]
    pub(crate) max_workers: Option<String>,

    /// Most items of one foreach, against runaway fan-outs [default: 100]
    #[arg(long, value_name = "N")]
    pub(crate) max_num_splits: Option<String>,

    /// Bound what running tasks need together by `@resources`: `cpu=4,memory=16000,gpu=1`, or `auto`
    #[arg(long, value_name = "BUDGET")]
    pub(crate) budget: Option<String>,

    /// What a task's process starts as: `fork` (quick), `spawn` (a fresh interpreter) or `auto`
    #[arg(long, value_name = "HOW")]
    pub(crate) isolation: Option<String>,

    /// Wait between attempts as `@retry` says; Metaflow does so only on a cluster
    #[arg(long)]
    pub(crate) retry_wait: bool,

    /// Most megabytes of log kept of each task and stream [default: 10]
    #[arg(long, value_name = "MB")]
    pub(crate) max_log_size: Option<String>,

    /// Add a decorator to all steps that lack it, such as `retry:times=2`; may be repeated
    #[arg(long = "with", value_name = "SPEC")]
    pub(crate) with: Vec<String>,

    /// Leave a decorator out of all steps, such as `kubernetes`; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) without: Vec<String>,

    /// Verify every byte of large arrays before steps get them, too
    #[arg(long)]
    pub(crate) verify: bool,

    /// Write the run's id to a file as soon as it is known
    #[arg(long, value_name = "FILE")]
    pub(crate) run_id_file: Option<PathBuf>,

    /// Write which run this is and where it is recorded to a file, as JSON: for programs such as `Runner`
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) runner_attribute_file: Option<PathBuf>,

    /// The namespace steps see, instead of yours; empty for all
    #[arg(long, value_name = "TAG")]
    pub(crate) namespace: Option<String>,

    /// Run no step but this and those that lead to it; `resume` goes on from there
    #[arg(long, value_name = "STEP")]
    pub(crate) until: Option<String>,
}
