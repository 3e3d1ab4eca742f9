//! Environments of steps, for the commands that run some: chosen, planned, built, and told to the engine (DE-12 … DE-15).

use serde_json::{Value, json};
use spinloom_compute::Interpreter;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_engine::StepEnvironment;
use spinloom_environments::{
    BRIDGE, Builder, Cache, Environment, Plan, Progress, Python, Recorded, Selection, Tools, bridge,
};
use spinloom_flow::{FlowGraph, StepName};

use crate::commands::meter::Meter;
use crate::context::Context;
use crate::terminal::time::duration;
use crate::values;

/// The key of a run's info that says which environments it used.
pub(crate) const INFO: &str = "environments";

/// What was built for a command; in use as long as this lives.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    environments: Vec<Environment>,
    interpreters: Vec<Interpreter>,
}

impl Prepared {
    /// For the engine.
    pub(crate) fn for_engine(&self) -> Vec<StepEnvironment> {
        let pairs = self.environments.iter().zip(&self.interpreters);
        pairs
            .map(|(environment, interpreter)| StepEnvironment {
                interpreter: interpreter.clone(),
                steps: environment.recorded.steps.clone(),
            })
            .collect()
    }

    /// For the run's info, if there are any.
    pub(crate) fn info(&self) -> Option<Value> {
        let all: Vec<&Recorded> = self.environments.iter().map(|one| &one.recorded).collect();
        (!all.is_empty()).then(|| json!(all))
    }

    /// The interpreter of the only one, if there is one.
    pub(crate) fn only(&self) -> Option<&Interpreter> {
        self.interpreters.first()
    }
}

/// What `info` of an earlier run says of its environments; nothing if that cannot be understood.
pub(crate) fn recorded(info: &serde_json::Map<String, Value>) -> Vec<Recorded> {
    info.get(INFO).and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
}

/// Refuses an environment of a name that is none (RU-23).
pub(crate) fn selection(context: &Context<'_>) -> Result<Selection> {
    let typed = context.top.as_ref().and_then(|top| top.environment.as_deref());
    let given = values::given(&context.settings, "", "environment", typed);
    let default = || {
        let name = context.settings.default_environment()?;
        Some(("SPINLOOM_DEFAULT_ENVIRONMENT".to_owned(), name.to_owned()))
    };
    let Some((source, name)) = given.or_else(default) else { return Ok(Selection::Local) };
    Selection::named(&name).ok_or_else(|| {
        let names = Selection::NAMES.join("`, `");
        Error::new(codes::USAGE, format!("`{source}` is one of `{names}`, not `{name}`"))
            .suggest(&name, Selection::NAMES)
    })
}

/// Has every environment that the steps of `flow` need, or `only` one step of it; `earlier` is what the run that is
/// gone on with used.
pub(crate) fn prepare(
    context: &mut Context<'_>,
    flow: &FlowGraph,
    only: Option<&StepName>,
    earlier: &[Recorded],
) -> Result<Prepared> {
    let plan = Plan::of(flow, selection(context)?, only)?;
    if plan.needs.is_empty() {
        return Ok(Prepared::default());
    }
    let text = context.flow()?.host.interpreter()?;
    let driver: Python = serde_json::from_str(&text)
        .or_error(codes::INTERNAL, || "cannot read which interpreter this is".into())?;
    let cache = cache(context)?;
    let environments = build(context, &cache, &driver, &plan, earlier);
    // Python has heard Ctrl-C too, and is to say nothing more of it.
    let interrupted = context.flow()?.host.interrupted();
    let environments = match environments {
        Ok(_) if interrupted => {
            return Err(Error::new(codes::INTERRUPTED, "interrupted while environments were built"));
        }
        other => other?,
    };
    let bridge = bridge(&cache, &driver)?.display().to_string();
    let interpreters =
        environments.iter().map(|one| interpreter(one, &bridge, context.settings.search_path())).collect();
    Ok(Prepared { environments, interpreters })
}

/// The cache of this user.
pub(crate) fn cache(context: &Context<'_>) -> Result<Cache> {
    context.settings.environments().map(Cache::new).ok_or_else(|| {
        Error::new(
            codes::BAD_SETTING,
            "there is no folder to keep environments in: neither `HOME` nor `XDG_CACHE_HOME` is set",
        )
        .hint("name one, for example with `export SPINLOOM_ENVIRONMENTS_PATH=/var/cache/environments`")
    })
}

fn build(
    context: &Context<'_>,
    cache: &Cache,
    driver: &Python,
    plan: &Plan,
    earlier: &[Recorded],
) -> Result<Vec<Environment>> {
    let settings = &context.settings;
    let builder = Builder {
        cache,
        tools: &Tools { uv: settings.uv(), micromamba: settings.micromamba() },
        driver,
        recorded: earlier,
        rebuild: context.top.as_ref().is_some_and(|top| top.force_rebuild_environments),
        uv_is_configured: settings.uv_knows_its_indexes(),
    };
    let mut meter = None;
    builder.build(plan, &mut |progress| {
        let meter = meter.get_or_insert_with(|| Meter::new(context));
        match progress {
            Progress::Resolving(need) => {
                meter.say(|| format!("resolving the packages of {}", list(&need.steps)));
            }
            Progress::Building(need) => {
                meter.say(|| format!("installing the packages of {}", list(&need.steps)));
            }
            Progress::Built(need, id, packages, took) => {
                let packages =
                    if packages == 1 { "1 package".to_owned() } else { format!("{packages} packages") };
                let took = duration(i64::try_from(took.as_micros()).unwrap_or(i64::MAX));
                let text =
                    format!("environment {id} for {}: built with {packages} in {took}\n", list(&need.steps));
                meter.beside(|| context.output.remark(&context.output.err.dim(&text)));
            }
        }
    })
}

/// The first few steps, for a line.
fn list(steps: &[StepName]) -> String {
    let shown: Vec<String> = steps.iter().take(3).map(|step| format!("`{step}`")).collect();
    let more = steps.len().saturating_sub(shown.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &rest
}

fn interpreter(environment: &Environment, bridge: &str, search_path: &str) -> Interpreter {
    let folder = environment.held.cached.prefix.join("bin");
    Interpreter {
        name: environment.name(),
        path: folder.join("python").display().to_string(),
        set: vec![
            ("PATH".to_owned(), format!("{}:{search_path}", folder.display())),
            (BRIDGE.to_owned(), bridge.to_owned()),
        ],
        unset: vec!["VIRTUAL_ENV".to_owned(), "PYTHONHOME".to_owned()],
    }
}
