//! From a request to a run that exists: resume plan, run row, parameters.

use std::path::Path;
use std::sync::Arc;

use spinloom_compute::{TaskSpec, Zygote, ZygoteLink};
use spinloom_datastore::{Datastore, ManifestRef, Pack};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::graph::{Graph, Resources};
use spinloom_flow::{FlowName, RunEvent, RunId, RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider, SqliteProvider};

use crate::dispatcher::Dispatcher;
use crate::output::now;
use crate::resume::Adoption;
use crate::scheduler::{Limits, ResumePlan, Scheduler};
use crate::{Isolation, Listener, RunOutcome, RunRequest};

/// The pseudo-step whose only task holds parameters and class constants.
pub(crate) const PARAMETERS_STEP: &str = "_parameters";

/// Writes the artifacts of `_parameters`; Python does.
pub trait Parameters {
    /// Returns the manifest record.
    ///
    /// # Errors
    /// A value that cannot be pickled, a store that cannot be written.
    fn write(&mut self, spec: &TaskSpec, store: &Datastore) -> Result<Vec<u8>>;
}

/// What stays the same during a run.
pub(crate) struct Context {
    pub graph: Arc<Graph>,
    pub flow: FlowName,
    pub run: RunId,
    pub origin: Option<RunId>,
    pub namespace: Option<String>,
    pub user: String,
    pub tags: Vec<String>,
    pub max_log_size: u64,
    pub started_at: i64,
    pub store: Datastore,
}

/// A run that exists, its parameters written, no task started yet.
pub struct Prepared {
    context: Context,
    limits: Limits,
    link: ZygoteLink,
    provider: Box<dyn Provider>,
    pack: Pack,
    base: ManifestRef,
    plan: Option<ResumePlan<ManifestRef>>,
    package: Option<crate::PackageRequest>,
    first: Vec<Change>,
    isolation: Isolation,
}

/// Makes the run. The zygote must have been forked before: nothing here starts a thread.
///
/// # Errors
/// A store that cannot be used, a run that cannot be resumed, parameters that cannot be stored.
pub fn prepare(request: RunRequest, link: ZygoteLink, parameters: &mut dyn Parameters) -> Result<Prepared> {
    if let Some(budget) = request.budget {
        within(&request.graph, budget)?;
    }
    let store = Datastore::open(&request.store)?;
    let mut provider: Box<dyn Provider> = Box::new(SqliteProvider::open(&request.store.join("metadata.db"))?);
    let flow = FlowName::new(&request.graph.flow().name)?;
    let adoption = match &request.resume {
        Some(resume) => Some(Adoption::load(provider.as_ref(), &flow, &request.graph, resume)?),
        None => None,
    };
    let started_at = now();
    let run = provider.create_run(&new_run(&request, &flow, started_at))?.run;
    if let Some(file) = &request.run_id_file {
        write_run_id(file, &run)?;
    }
    let context = Context {
        graph: Arc::new(request.graph),
        flow,
        run,
        origin: request.resume.as_ref().map(|r| r.origin.clone()),
        namespace: request.namespace,
        user: request.user,
        tags: request.tags,
        max_log_size: request.max_log_size,
        started_at,
        store,
    };
    let mut first = Vec::new();
    let started = open_pack(&context, adoption.as_ref(), parameters, &mut first);
    let (pack, base) = match started {
        Ok(started) => started,
        Err(error) => {
            first.push(Change::RunFinished { status: RunStatus::Failed, at: now() });
            provider.write(&context.flow, &context.run, &first)?;
            return Err(error);
        }
    };
    let isolation = request.isolation;
    let limits = Limits {
        max_workers: request.max_workers,
        max_num_splits: request.max_num_splits,
        budget: request.budget,
        retry_wait: request.retry_wait,
    };
    let plan = adoption.map(|adoption| adoption.plan);
    Ok(Prepared {
        context,
        limits,
        link,
        provider,
        pack,
        base,
        plan,
        package: request.package,
        first,
        isolation,
    })
}

/// Refuses a step that could never start.
fn within(graph: &Graph, budget: Resources) -> Result<()> {
    let Some(node) = graph.nodes().find(|node| !node.needs.within(budget)) else { return Ok(()) };
    let step = graph.step(node.index);
    let what =
        format!("step `{}` needs more than the budget of this run: {} of {budget}", node.name, node.needs);
    Err(Error::new(codes::USAGE, what)
        .at(step.file.clone(), Some(step.line))
        .hint("raise `--budget`, or lower the step's `@resources`"))
}

fn new_run(request: &RunRequest, flow: &FlowName, at: i64) -> NewRun {
    NewRun {
        flow: flow.clone(),
        id: request.run_id.clone(),
        user: request.user.clone(),
        tags: request.tags.clone(),
        system_tags: request.system_tags.clone(),
        origin: request.resume.as_ref().map(|r| r.origin.clone()),
        graph: request.graph_json.clone(),
        info: request.info.clone(),
        at,
    }
}

fn write_run_id(file: &Path, run: &RunId) -> Result<()> {
    std::fs::write(file, run.as_str())
        .or_error(codes::STORE_IO, || format!("cannot write the run id to `{}`", file.display()))
}

/// Opens the pack and writes, or adopts, the `_parameters` task.
fn open_pack(
    context: &Context,
    adoption: Option<&Adoption>,
    parameters: &mut dyn Parameters,
    first: &mut Vec<Change>,
) -> Result<(Pack, ManifestRef)> {
    let mut pack = context.store.pack(&context.flow, &context.run)?;
    let step = StepName::new(PARAMETERS_STEP)?;
    let task = TaskRef { step: step.clone(), task: TaskId(0), indices: Vec::new() };
    if let (Some(adoption), Some(origin)) = (adoption, &context.origin) {
        first.push(Change::TaskAdopted {
            task,
            origin: (origin.clone(), TaskId(0)),
            parents: Vec::new(),
            transition: None,
            manifest: Some(adoption.base.to_string()),
            at: now(),
        });
        return Ok((pack, adoption.base.clone()));
    }
    let pid = i32::try_from(std::process::id()).unwrap_or(0);
    first.push(Change::TaskStarted { task: task.clone(), attempt: 0, pid, parents: Vec::new(), at: now() });
    let spec = context.spec(step, TaskId(0), None);
    let record = parameters.write(&spec, &context.store)?;
    let base = pack.append(&record)?;
    first.push(Change::AttemptFinished {
        task,
        attempt: 0,
        status: TaskStatus::Done,
        retrying: false,
        transition: None,
        manifest: Some(base.to_string()),
        failure: None,
        usage: Usage::default(),
        at: now(),
    });
    Ok((pack, base))
}

impl Context {
    /// The spec of a task, its inputs and frames still to be filled in.
    pub fn spec(&self, step: StepName, task: TaskId, base: Option<ManifestRef>) -> TaskSpec {
        TaskSpec {
            flow: self.flow.clone(),
            run: self.run.clone(),
            step,
            task,
            attempt: 0,
            max_attempts: 1,
            join: false,
            inputs: Vec::new(),
            frames: Vec::new(),
            iteration: 0,
            control: None,
            base,
            origin_run: self.origin.clone(),
            namespace: self.namespace.clone(),
            user: self.user.clone(),
            tags: self.tags.clone(),
            store: self.store.root().display().to_string(),
        }
    }
}

impl Prepared {
    /// The flow and the id of the run.
    pub fn run(&self) -> (&FlowName, &RunId) {
        (&self.context.flow, &self.context.run)
    }

    /// Drives the run to its end on this thread.
    ///
    /// # Errors
    /// A store that cannot be written any more. A run that failed because of its own code is no error here: see
    /// [`RunOutcome::status`].
    pub fn drive(self, listener: &mut dyn Listener) -> Result<RunOutcome> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::new(codes::INTERNAL, "cannot start the engine's runtime").cause(e))?;
        runtime.block_on(async move {
            let Self { context, limits, link, provider, pack, base, plan, package, first, isolation } = self;
            listener.event(&RunEvent::RunStarted {
                flow: context.flow.clone(),
                run: context.run.clone(),
                origin: context.origin.clone(),
                at: context.started_at,
            });
            let (fresh, notice) = choose(isolation, &link);
            if let Some(message) = notice {
                listener.event(&RunEvent::Notice { message, at: now() });
            }
            let scheduler = Scheduler::new(context.graph.clone(), limits, plan);
            let mut dispatcher = Dispatcher::new(context, scheduler, Zygote::new(link, fresh)?, pack, base)?;
            dispatcher.record(provider, first, package)?;
            dispatcher.run(listener).await
        })
    }
}

/// Whether tasks need interpreters of their own, and what the user should know of it.
fn choose(isolation: Isolation, link: &ZygoteLink) -> (bool, Option<String>) {
    let why = link.unsafe_to_fork();
    match (isolation, why) {
        (Isolation::Spawn, _) => (true, None),
        (Isolation::Auto | Isolation::Fork, None) => (false, None),
        (Isolation::Auto, Some(why)) => {
            let message = format!(
                "importing the flow {why}, so each task gets a fresh interpreter (slower); `--isolation fork` forks all the same"
            );
            (true, Some(message))
        }
        (Isolation::Fork, Some(why)) => {
            (false, Some(format!("importing the flow {why}: tasks forked from it may hang")))
        }
    }
}
