//! `flow`: runs flows of a project, each under the settings of its bindings.

mod launch;

use clap::{Args, Subcommand};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_projects::{Artefact, Override, What};

use super::project;
use crate::context::Context;
use crate::projects::{Asked, Loaded, load, several_bindings};
use crate::reply::{Answer, Problems};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("flow list", "the flows of the project, once for each binding"),
    ("flow run training --binding EXP_01 --prediction_date 20241006", "run one, with a parameter of its own"),
    ("flow run training --all -j 2", "run it under every binding, two at a time"),
    ("flow run training@EXP_01 model.alpha=0.3", "with another value of a setting"),
];

/// Run flows of a project under the settings of their bindings
///
/// The settings of a binding are compiled into a file, and the flow is started with it; the command is printed, and can be typed
/// again. What is not an option of ours is handed on to the flow.
#[derive(Debug, Args)]
#[command(visible_alias = "metaflow")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List the flows, once for each binding
    List(project::List),
    /// Run a flow from its start
    Run(Launch),
    /// Go on where the last run of a flow failed
    Resume(Launch),
    /// Run one step of a flow by itself
    Spin(Launch),
    /// Deploy flows to a scheduler
    Deploy(Launch),
}

#[derive(Debug, Args)]
struct Launch {
    /// The flow, settings as `key=value`, and what the flow itself takes: `training model.alpha=0.3 --date 20241006`
    #[arg(value_name = "FLOW", allow_hyphen_values = true)]
    words: Vec<String>,

    /// The binding, or those that a pattern fits; may be repeated
    #[arg(short, long, value_name = "BINDING")]
    binding: Vec<String>,

    /// Under every binding
    #[arg(short, long, conflicts_with = "binding")]
    all: bool,

    /// How many run at a time
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    jobs: usize,

    /// Only print the commands
    #[arg(long)]
    dry_run: bool,

    /// Where things land, instead of what the project file says
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,

    /// Leave `settings.local.yaml` out, as in continuous integration
    #[arg(long)]
    locked: bool,
}

/// Lists or runs.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::List(list) => project::listed(list, &[What::Flow], context),
        Inner::Run(launch) => launch.go("run", context),
        Inner::Resume(launch) => launch.go("resume", context),
        Inner::Spin(launch) => launch.go("spin", context),
        Inner::Deploy(launch) => launch.deploy(context),
    }
}

/// What the words say.
struct Words {
    flow: Option<String>,
    binding: Option<String>,
    settings: Vec<Override>,
    rest: Vec<String>,
}

impl Launch {
    fn go(&self, command: &'static str, context: &Context<'_>) -> Answer {
        let loaded = load(&context.settings, Asked { target: self.target.as_deref(), locked: self.locked })?;
        let words = self.read()?;
        let chosen = self.chosen(&loaded, &words, command)?;
        let jobs = launch::prepare(&loaded, &chosen, command, &words.settings, &words.rest, context)?;
        for warning in &loaded.project.warnings {
            context.output.remark(&format!("{}: {warning}\n", context.output.err.warn("warning")));
        }
        launch::go(&loaded, &jobs, self.jobs.max(1), self.dry_run, context)
    }

    fn deploy(&self, context: &Context<'_>) -> Answer {
        let loaded = load(&context.settings, Asked { target: self.target.as_deref(), locked: true })?;
        let words = self.read()?;
        let chosen = self.chosen(&loaded, &words, "deploy")?;
        let ids: Vec<String> =
            chosen.iter().map(|(flow, binding)| loaded.project.id(flow, binding)).collect::<Result<_>>()?;
        Err(Error::new(codes::RUNS_ELSEWHERE, "this version deploys to no scheduler")
            .hint(format!("`{}` would be deployed", ids.join("`, `")))
            .hint("`spinloom flow run` runs them here; `spinloom workflow compile` writes definitions for Maestro")
            .into())
    }

    fn read(&self) -> Result<Words> {
        let mut words = Words { flow: None, binding: None, settings: Vec::new(), rest: Vec::new() };
        let mut value_follows = false;
        for (at, word) in self.words.iter().enumerate() {
            if at == 0 && !word.starts_with('-') && !Override::is_one(word) {
                let (flow, binding) =
                    word.split_once('@').map_or((word.as_str(), None), |(a, b)| (a, Some(b)));
                words.flow = Some(flow.to_owned());
                words.binding = binding.map(str::to_owned);
            } else if Override::is_one(word) && !value_follows {
                words.settings.push(Override::parse(word)?);
            } else {
                words.rest.push(word.clone());
            }
            value_follows = word.starts_with("--") && !word.contains('=');
        }
        Ok(words)
    }

    /// The flows that are meant, and under which bindings.
    fn chosen<'l>(
        &self,
        loaded: &'l Loaded,
        words: &Words,
        command: &str,
    ) -> Result<Vec<(&'l Artefact, String)>, Problems> {
        let flows: Vec<&Artefact> = loaded.all(What::Flow).collect();
        let flow = match (&words.flow, flows.as_slice()) {
            (Some(typed), _) => loaded.artefact(What::Flow, typed)?,
            (None, [one]) => *one,
            (None, several) => {
                let names: Vec<&str> = several.iter().map(|flow| flow.stem.as_str()).collect();
                let error = Error::new(codes::USAGE, format!("`flow {command}` needs the name of a flow"));
                let hint = match names.is_empty() {
                    true => "the project has none: `metaflows:` in its file names their files".to_owned(),
                    false => format!("its flows are `{}`", names.join("`, `")),
                };
                return Err(error.hint(hint).into());
            }
        };
        let mut patterns = self.binding.clone();
        patterns.extend(words.binding.clone());
        let labels = match (patterns.is_empty(), self.all, flow.bindings.as_slice()) {
            (true, true, all) => all.to_vec(),
            (true, false, [one]) => vec![one.clone()],
            (true, false, several) => return Err(several_bindings(&flow.stem, several).into()),
            (false, ..) => loaded.labels(&patterns)?,
        };
        if let Some(stranger) = labels.iter().find(|label| !flow.bindings.contains(label)) {
            let error =
                Error::new(codes::BAD_BINDING, format!("`{}` is not bound to `{stranger}`", flow.stem));
            let bound = flow.bindings.join("`, `");
            return Err(error.hint(format!("it is bound to `{bound}`, as the project file says")).into());
        }
        Ok(labels.into_iter().map(|label| (flow, label)).collect())
    }
}
