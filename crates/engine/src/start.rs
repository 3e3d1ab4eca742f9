//! From a request to a run that exists: resume plan, run row, parameters.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use spinloom_compute::{Fitness, Input, Interpreter, Manner, TaskSpec, ZygoteLink, Zygotes};
use spinloom_datastore::{Datastore, DriverLock, ManifestRef, Pack, StorePolicy};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::graph::{Graph, Resources};
use spinloom_flow::{FlowName, RunEvent, RunId, RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider};

use crate::clock::now;
use crate::dispatcher::{Dispatcher, Stops};
use crate::recorder::RecordedRun;
use crate::resume::Adoption;
use crate::scheduler::{Limits, Scheduler};
use crate::takeover::Leftover;
use crate::turn::Lead;
use crate::{Halt, Isolation, Listener, RunOutcome, RunRequest};

/// The pseudo-step whose only task holds parameters and class constants.
pub(crate) const PARAMETERS_STEP: &str = "_parameters";
/// The key of a run's info that says why it stopped before its end, if that was asked for: a [`Halt`].
pub(crate) const HALT: &str = "halt";

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
    pub of: RecordedRun,
    pub origin: Option<RunId>,
    pub namespace: Option<String>,
    pub user: String,
    pub tags: Vec<String>,
    pub max_log_size: u64,
    pub resource_interval: Option<Duration>,
    pub started_at: i64,
    pub store: Datastore,
    pub policy: StorePolicy,
    /// Where the run is to stop, if not at its end.
    pub halt: Option<Halt>,
    /// Steps whose tasks run in an environment, and which interpreter's that is.
    pub environments: HashMap<StepName, usize>,
}

/// A run that exists, its parameters written, no task started yet.
pub struct Prepared {
    context: Context,
    scheduler: Scheduler<ManifestRef>,
    link: ZygoteLink,
    provider: Box<dyn Provider>,
    pack: Pack,
    base: ManifestRef,
    package: Option<crate::PackageRequest>,
    first: Vec<Change>,
    isolation: Isolation,
    interpreters: Vec<Interpreter>,
    notices: Vec<String>,
    /// Held until the run is over.
    lock: Option<DriverLock>,
    /// Somebody pressed Ctrl-C meanwhile: it stops as soon as it starts.
    pub interrupted: bool,
}

/// Makes the run, or goes on with a shared one as its leader. The zygote must have been forked before: nothing here starts
/// a thread.
///
/// # Errors
/// A store that cannot be used, a run that cannot be resumed, parameters that cannot be stored.
pub fn prepare(
    mut request: RunRequest,
    lead: Option<Lead>,
    link: ZygoteLink,
    parameters: &mut dyn Parameters,
) -> Result<Prepared> {
    if let Some(budget) = request.budget {
        within(&request.graph, budget)?;
    }
    let store = Datastore::open_with(&request.store, &request.policy)?;
    let mut provider = request.metadata.open()?;
    let flow = FlowName::new(&request.graph.flow().name)?;
    let origin = lead.as_ref().and_then(|lead| lead.origin.clone());
    if let (Some(resume), Some(origin)) = (&mut request.resume, origin) {
        resume.origin = origin;
    }
    let shared = lead.as_ref().map(|lead| RecordedRun::shared(&flow, lead));
    let adopted = request
        .resume
        .as_ref()
        .map(|resume| Adoption::load(provider.as_ref(), &store, &flow, &request.graph, resume))
        .transpose();
    let adoption = or_failed(adopted, shared.as_ref(), provider.as_mut())?;
    let started_at = now();
    let (of, lock) = match (shared, lead) {
        (Some(of), Some(lead)) => (of, Some(lead.lock)),
        _ => {
            let run = provider.create_run(&new_run(&request, &flow, started_at))?.run;
            still_there(provider.as_mut(), &request, &flow, &run)?;
            // Without it the run is only not known to be alive.
            let lock = store.lock_driver(&flow, &run).ok().flatten();
            (RecordedRun { flow, run, term: None }, lock)
        }
    };
    tell_which(&request, &of.run)?;
    let leftover = match of.term {
        Some(term) if term > 1 => Leftover::load(provider.as_ref(), &of, &request.graph)?,
        _ => Leftover::default(),
    };
    let source = source(&request, leftover.base, adoption.as_ref());
    let scheduler = scheduler(&request, adoption.as_ref()).after(leftover.tasks);
    let context = context(&request, store, of, started_at);
    let mut first = leftover.changes;
    let opened = open_pack(&context, source, parameters, &mut first);
    if opened.is_err() {
        first.push(Change::RunFinished { status: RunStatus::Failed, at: now() });
        context.of.write(provider.as_mut(), &first)?;
    }
    let (pack, base) = opened?;
    let notices = adoption.map(|adoption| adoption.notices).unwrap_or_default();
    let (package, isolation) = (request.package, request.isolation);
    let interpreters = request.environments.into_iter().map(|one| one.interpreter).collect();
    Ok(Prepared {
        context,
        scheduler,
        link,
        provider,
        pack,
        base,
        package,
        first,
        isolation,
        interpreters,
        notices,
        lock,
        interrupted: false,
    })
}

/// From when a resume is recorded, what it resumes is not deleted. It may have been just before.
fn still_there(
    provider: &mut dyn Provider,
    request: &RunRequest,
    flow: &FlowName,
    run: &RunId,
) -> Result<()> {
    let Some(resume) = &request.resume else { return Ok(()) };
    if provider.run(flow, &resume.origin)?.is_some() {
        return Ok(());
    }
    provider.write(flow, run, &[Change::RunFinished { status: RunStatus::Failed, at: now() }])?;
    let message = format!("`{flow}/{}` was deleted while it was about to be resumed", resume.origin);
    Err(Error::new(codes::CANNOT_RESUME, message).hint("resume another run"))
}

/// A shared run exists before its driver knows that it can be resumed: where it cannot, it has failed.
fn or_failed<T>(made: Result<T>, shared: Option<&RecordedRun>, provider: &mut dyn Provider) -> Result<T> {
    if let (Err(_), Some(of)) = (&made, shared) {
        of.write(provider, &[Change::RunFinished { status: RunStatus::Failed, at: now() }])?;
    }
    made
}

fn source(request: &RunRequest, here: Option<ManifestRef>, adoption: Option<&Adoption>) -> Source {
    let changed = request.resume.as_ref().is_some_and(|resume| resume.new_parameters);
    match (here, adoption.map(|adoption| adoption.base.clone())) {
        (Some(base), _) => Source::Here(base),
        (None, Some(base)) if changed => Source::Changed(base),
        (None, Some(base)) => Source::Origin(base),
        (None, None) => Source::Given,
    }
}

fn context(request: &RunRequest, store: Datastore, of: RecordedRun, started_at: i64) -> Context {
    Context {
        graph: Arc::new(request.graph.clone()),
        of,
        origin: request.resume.as_ref().map(|r| r.origin.clone()),
        namespace: request.namespace.clone(),
        user: request.user.clone(),
        tags: request.tags.clone(),
        max_log_size: request.max_log_size,
        resource_interval: request.resource_interval,
        started_at,
        store,
        policy: request.policy.clone(),
        halt: request.halt(),
        environments: request
            .environments
            .iter()
            .enumerate()
            .flat_map(|(place, one)| one.steps.iter().map(move |step| (step.clone(), place)))
            .collect(),
    }
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

fn scheduler(request: &RunRequest, adoption: Option<&Adoption>) -> Scheduler<ManifestRef> {
    let limits = Limits {
        max_workers: request.max_workers,
        max_num_splits: request.max_num_splits,
        budget: request.budget,
        retry_wait: request.retry_wait,
    };
    let graph = Arc::new(request.graph.clone());
    let until = request.until.as_ref().and_then(|step| graph.find(step.as_str()));
    let scheduler = Scheduler::new(graph, limits, adoption.map(|adoption| adoption.plan.clone()));
    match until {
        Some(step) => scheduler.until(step),
        None => scheduler,
    }
}
pub(crate) fn new_run(request: &RunRequest, flow: &FlowName, at: i64) -> NewRun {
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

/// Says which run it is, in the files that were asked for.
pub(crate) fn tell_which(request: &RunRequest, run: &RunId) -> Result<()> {
    let write = |file: &Path, text: &str| {
        std::fs::write(file, text)
            .or_error(codes::STORE_IO, || format!("cannot write the run id to `{}`", file.display()))
    };
    if let Some(file) = &request.run_id_file {
        write(file, run.as_str())?;
    }
    if let Some(file) = &request.attribute_file {
        let metadata = format!("local@{}", request.store.display());
        let which = json!({"flow_name": request.graph.flow().name, "run_id": run, "metadata": metadata});
        write(file, &format!("{which}\n"))?;
    }
    Ok(())
}

/// Where the parameters of a run come from.
enum Source {
    /// Its own, written by the driver before this one.
    Here(ManifestRef),
    /// Those of the origin.
    Origin(ManifestRef),
    /// Those of the origin, but for what is given anew.
    Changed(ManifestRef),
    /// All are given.
    Given,
}

/// Opens the pack and writes, or adopts, the `_parameters` task.
fn open_pack(
    context: &Context,
    source: Source,
    parameters: &mut dyn Parameters,
    first: &mut Vec<Change>,
) -> Result<(Pack, ManifestRef)> {
    let mut pack = context.store.pack(&context.of.flow, &context.of.run)?;
    let step = StepName::new(PARAMETERS_STEP)?;
    let task = TaskRef { step: step.clone(), task: TaskId(0), indices: Vec::new() };
    let mut spec = context.spec(step.clone(), TaskId(0), None);
    match (source, &context.origin) {
        (Source::Here(base), _) => return Ok((pack, base)),
        (Source::Origin(base), Some(origin)) => {
            first.push(Change::TaskAdopted {
                task,
                origin: (origin.clone(), TaskId(0)),
                parents: Vec::new(),
                transition: None,
                manifest: Some(base.to_string()),
                at: now(),
            });
            return Ok((pack, base));
        }
        (Source::Changed(manifest), _) => {
            spec.inputs.push(Input { step, task: TaskId(0), manifest, index: None });
        }
        (Source::Origin(_), None) | (Source::Given, _) => {}
    }
    let pid = i32::try_from(std::process::id()).unwrap_or(0);
    first.push(Change::TaskStarted { task: task.clone(), attempt: 0, pid, parents: Vec::new(), at: now() });
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
            flow: self.of.flow.clone(),
            run: self.of.run.clone(),
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
            policy: self.policy.clone(),
        }
    }
}

impl Prepared {
    /// The flow and the id of the run.
    pub fn run(&self) -> (&FlowName, &RunId) {
        (&self.context.of.flow, &self.context.of.run)
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
            let Self {
                context,
                scheduler,
                link,
                provider,
                pack,
                base,
                package,
                first,
                isolation,
                interpreters,
                mut notices,
                lock,
                interrupted,
            } = self;
            // Before anybody is told of the run, and may want to stop it.
            let stops = Stops::hear(interrupted)?;
            listener.event(&RunEvent::RunStarted {
                flow: context.of.flow.clone(),
                run: context.of.run.clone(),
                origin: context.origin.clone(),
                at: context.started_at,
            });
            let (manner, notice) = choose(isolation, &link.fitness);
            notices.extend(notice);
            for message in notices {
                listener.event(&RunEvent::Notice { message, at: now() });
            }
            let zygotes = Zygotes::new(link, manner, interpreters)?;
            let mut dispatcher = Dispatcher::new(context, scheduler, zygotes, pack, base)?;
            dispatcher.record(provider, first, package)?;
            let outcome = dispatcher.run(stops, listener).await;
            drop(lock);
            outcome
        })
    }
}

/// Whether tasks need interpreters of their own, and what the user should know of it.
fn choose(isolation: Isolation, fitness: &Fitness) -> (Manner, Option<String>) {
    let why = fitness.unsafe_to_fork();
    let manner =
        |fresh| Manner { fresh, spawn: isolation == Isolation::Spawn, fork: isolation == Isolation::Fork };
    match (isolation, why) {
        (Isolation::Spawn, _) => (manner(true), None),
        (Isolation::Auto | Isolation::Fork, None) => (manner(false), None),
        (Isolation::Auto, Some(why)) => {
            let message = format!(
                "importing the flow {why}, so each task gets a fresh interpreter (slower); `--isolation fork` forks all the same"
            );
            (manner(true), Some(message))
        }
        (Isolation::Fork, Some(why)) => {
            (manner(false), Some(format!("importing the flow {why}: tasks forked from it may hang")))
        }
    }
}
