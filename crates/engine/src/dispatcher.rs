//! Between the scheduler and the world: feeds it what happened, carries out what it commands.
//!
//! One thread, one loop. It hears the zygote (forks, results, exits), the readers of task output, signals, and a clock; it
//! tells the recorder and the listener. It decides nothing about order: that is the scheduler's.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use spinloom_compute::protocol::{Header, Message};
use spinloom_compute::{Frame, Input, Speaker, TaskSpec, Zygotes};
use spinloom_datastore::{ManifestRef, Pack};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{RunEvent, RunStatus, TaskId, TaskStatus};
use spinloom_metadata::{Change, Provider, SCALARS};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::attempt::{Exit, Running, Setback, TaskResult, died, refused};
use crate::clock::{Moment, now};
use crate::memory;
use crate::output::{Output, pump};
use crate::recorder::Recorder;
use crate::sampler::Sampler;
use crate::scheduler::{Adopted, Command, End, Event, Launch, Next, Scheduler};
use crate::start::{Context, HALT};
use crate::{Listener, PackageRequest, RunOutcome};

/// How long a polite request to stop is given.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long output may stay open after its process is gone (a child of the task may hold it).
const GRACE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);
const SIGTERM: i32 = 15;
const SIGKILL: i32 = 9;

/// Drives one run.
pub(crate) struct Dispatcher {
    context: Context,
    scheduler: Scheduler<ManifestRef>,
    zygotes: Zygotes,
    pack: Pack,
    base: ManifestRef,
    recorder: Option<Recorder>,
    sampler: Option<Sampler>,
    package: Option<std::thread::JoinHandle<Result<()>>>,
    running: HashMap<TaskId, Running>,
    /// Attempts that wait for their time.
    later: Vec<(Instant, Launch<ManifestRef>)>,
    output: (mpsc::Sender<Output>, mpsc::Receiver<Output>),
    faults: (mpsc::UnboundedSender<()>, mpsc::UnboundedReceiver<()>),
    stop: Option<Stop>,
    outcome: RunOutcome,
    /// Of the machine, when last looked at.
    oom_kills: Option<u64>,
    fatal: Option<Error>,
    end: Option<End>,
    /// What the task has that was done last, of those outside of every foreach.
    latest: Option<ManifestRef>,
}

/// The run is being stopped.
#[derive(Debug, Clone, Copy)]
struct Stop {
    signal: i32,
    /// When tasks that are still there get killed.
    deadline: Instant,
}

impl Dispatcher {
    pub fn new(
        context: Context,
        scheduler: Scheduler<ManifestRef>,
        zygotes: Zygotes,
        pack: Pack,
        base: ManifestRef,
    ) -> Result<Self> {
        let outcome = RunOutcome {
            run: context.of.run.clone(),
            status: RunStatus::Running,
            tasks: 0,
            adopted: 0,
            failed: Vec::new(),
            error: None,
            duration_us: 0,
            signal: None,
            halt: None,
        };
        Ok(Self {
            context,
            scheduler,
            zygotes,
            pack,
            base,
            recorder: None,
            sampler: None,
            package: None,
            running: HashMap::new(),
            later: Vec::new(),
            output: mpsc::channel(256),
            faults: mpsc::unbounded_channel(),
            stop: None,
            outcome,
            oom_kills: memory::kills(),
            fatal: None,
            end: None,
            latest: None,
        })
    }

    /// Starts recording, beginning with `first`, and packages the flow's folder beside the run.
    pub fn record(
        &mut self,
        provider: Box<dyn Provider>,
        first: Vec<Change>,
        package: Option<PackageRequest>,
    ) -> Result<()> {
        let fault = self.faults.0.clone();
        let recorder = Recorder::start(provider, self.context.of.clone(), move || {
            let _run_over = fault.send(());
        })?;
        for change in first {
            recorder.record(change);
        }
        if let Some(request) = package {
            let of = (self.context.of.flow.clone(), self.context.of.run.clone());
            let store = self.context.store.clone();
            self.package = Some(crate::package::keep(store, of, request, recorder.sender())?);
        }
        self.recorder = Some(recorder);
        if let Some(interval) = self.context.resource_interval {
            self.sampler = Some(Sampler::start(self.pack.resource_writer(&self.context.store), interval)?);
        }
        Ok(())
    }

    /// Drives the run to its end.
    pub async fn run(mut self, mut stops: Stops, listener: &mut dyn Listener) -> Result<RunOutcome> {
        let mut tick = tokio::time::interval(TICK);
        let commands = self.scheduler.on(Event::Start { parameters: self.base.clone() });
        self.carry_out(commands, listener).await;
        if stops.interrupted {
            self.stop(2, listener).await;
        }
        while self.end.is_none() || !self.running.is_empty() {
            tokio::select! {
                (from, message) = self.zygotes.receive() => self.hear(from, message, listener).await,
                Some(output) = self.output.1.recv() => self.written(output, listener).await,
                Some(()) = self.faults.1.recv() => self.give_up(listener).await,
                _ = stops.interrupt.recv() => self.stop(2, listener).await,
                _ = stops.terminate.recv() => self.stop(SIGTERM, listener).await,
                _ = tick.tick() => self.tick(listener).await,
            }
        }
        self.finish(listener).await
    }

    /// Carries out what the scheduler commands, until it commands nothing more.
    async fn carry_out(&mut self, commands: Vec<Command<ManifestRef>>, listener: &mut dyn Listener) {
        for command in commands {
            match command {
                Command::Launch(launch) if !launch.after.is_zero() => {
                    self.later.push((Instant::now() + launch.after, launch));
                }
                Command::Launch(launch) => self.start(launch, listener).await,
                Command::Kill(task) => self.kill(task).await,
                Command::Adopt(adopted) => self.adopt(adopted, listener),
                Command::End(end) => self.end = Some(end),
            }
        }
    }

    async fn start(&mut self, launch: Launch<ManifestRef>, listener: &mut dyn Listener) {
        let task = launch.task;
        if let Err(error) = self.launch(launch).await {
            self.running.remove(&task);
            self.die(error, listener).await;
        }
    }

    /// Ends a task that is of no use any more: politely, and after a while not.
    async fn kill(&mut self, task: TaskId) {
        let Some(running) = self.running.get_mut(&task) else { return };
        running.doomed = Some(Instant::now() + PATIENCE);
        // A zygote that is gone has taken its tasks along.
        let _gone = self.zygotes.kill(task, SIGTERM).await;
    }

    async fn launch(&mut self, launch: Launch<ManifestRef>) -> Result<()> {
        let graph = self.context.graph.clone();
        let node = graph.node(launch.step);
        let frames: Vec<Frame> = launch
            .frames
            .iter()
            .map(|f| Frame {
                step: graph.node(f.step).name.clone(),
                var: f.var.to_string(),
                index: f.index,
                count: f.count,
            })
            .collect();
        let spec = TaskSpec {
            attempt: launch.attempt,
            max_attempts: node.max_attempts,
            join: node.is_join,
            inputs: launch.inputs.iter().map(|input| self.input(input)).collect(),
            frames,
            iteration: launch.iteration,
            control: launch.control,
            ..self.context.spec(node.name.clone(), launch.task, Some(self.base.clone()))
        };
        let environment = self.context.environments.get(&node.name).copied();
        // Before it is sent: its process may be at work before this one goes on.
        let began = Moment::now();
        let launched = self.zygotes.launch(&spec, environment).await?;
        let log = self.context.store.log_writer(&spec.flow, &spec.run, launch.task, launch.attempt);
        let reading = pump(
            launch.task,
            launched.stdout,
            launched.stderr,
            log,
            self.context.max_log_size,
            self.output.0.clone(),
        );
        let reader = tokio::spawn(reading).abort_handle();
        let indices = launch.frames.iter().map(|f| f.index).collect();
        let running = Running {
            task: TaskRef { step: node.name.clone(), task: launch.task, indices },
            step: launch.step,
            attempt: launch.attempt,
            parents: launch.inputs.iter().map(|input| input.task).collect(),
            began,
            announced: false,
            early: Vec::new(),
            result: None,
            code: None,
            exit: None,
            refused: None,
            doomed: None,
            closed: false,
            reader,
        };
        self.running.insert(launch.task, running);
        Ok(())
    }

    fn input(&self, input: &crate::scheduler::TaskOutput<ManifestRef>) -> Input {
        let step = if input.task == TaskId(0) {
            spinloom_flow::StepName::new(crate::start::PARAMETERS_STEP).ok()
        } else {
            None
        };
        Input {
            step: step.unwrap_or_else(|| self.context.graph.node(input.step).name.clone()),
            task: input.task,
            manifest: input.output.clone(),
            index: input.index,
        }
    }

    fn adopt(&mut self, adopted: Adopted<ManifestRef>, listener: &mut dyn Listener) {
        let Some(origin_run) = self.context.origin.clone() else { return };
        let step = self.context.graph.node(adopted.step).name.clone();
        let task = TaskRef { step, task: adopted.task, indices: adopted.indices };
        self.outcome.adopted += 1;
        if task.indices.is_empty() {
            self.latest = Some(adopted.output.clone());
        }
        listener.event(&RunEvent::TaskAdopted { task: task.clone(), origin: adopted.origin, at: now() });
        self.note(Change::TaskAdopted {
            task,
            origin: (origin_run, adopted.origin),
            parents: adopted.parents,
            transition: adopted.next.and_then(|next| serde_json::to_value(next).ok()),
            manifest: Some(adopted.output.to_string()),
            at: now(),
        });
    }

    fn note(&self, change: Change) {
        if let Some(recorder) = &self.recorder {
            recorder.record(change);
        }
    }

    /// A message of a zygote or of a task, and all that wait behind it.
    async fn hear(&mut self, from: Speaker, message: Result<Option<Message>>, listener: &mut dyn Listener) {
        let mut message = message;
        loop {
            match message {
                Ok(Some(Message { header: Header::Imported { fitness }, .. })) => {
                    match self.zygotes.imported(from, &fitness).await {
                        Ok(None) => {}
                        Ok(Some(message)) => listener.event(&RunEvent::Notice { message, at: now() }),
                        Err(error) => return self.die(error, listener).await,
                    }
                }
                Ok(Some(message)) => self.understand(message, listener).await,
                Ok(None) => match self.zygotes.survived(from).await {
                    Ok(true) => return,
                    Ok(false) => return self.zygote_died(listener).await,
                    Err(error) => return self.die(error, listener).await,
                },
                Err(error) => return self.die(error, listener).await,
            }
            message = match self.zygotes.try_receive(from) {
                Ok(None) => return,
                other => other,
            };
        }
    }

    async fn understand(&mut self, message: Message, listener: &mut dyn Listener) {
        match message.header {
            Header::Forked { id, pid } => {
                self.forked(id, pid.max(0), listener);
                if pid < 0 {
                    self.refused(id, -pid, listener).await;
                }
            }
            Header::Result { id, result, code } => {
                if let Some(running) = self.running.get_mut(&id) {
                    running.code = code;
                    let mut body = message.body;
                    let record = body.split_off((result as usize).min(body.len()));
                    running.result = serde_json::from_slice(&body).ok().map(|value| (value, record));
                }
            }
            Header::Exit { id, status, cpu_us, max_rss_kib } => {
                self.zygotes.forget(id);
                let Some(running) = self.running.get_mut(&id) else { return };
                running.exit = Some(Exit {
                    status,
                    usage: Usage { cpu_us, max_rss_kib, ..Usage::default() },
                    at: Instant::now(),
                });
                if running.closed {
                    self.complete(id, listener).await;
                }
            }
            Header::Task { .. }
            | Header::Environment { .. }
            | Header::Imported { .. }
            | Header::Kill { .. }
            | Header::Quit => {}
        }
    }

    fn forked(&mut self, id: TaskId, pid: i32, listener: &mut dyn Listener) {
        let Some(running) = self.running.get_mut(&id) else { return };
        let at = running.began.at;
        let (task, attempt) = (running.task.clone(), running.attempt);
        let parents = std::mem::take(&mut running.parents);
        running.announced = true;
        if let Some(sampler) = self.sampler.as_ref().filter(|_| pid > 0) {
            sampler.started((id, attempt), pid, at);
        }
        let early = std::mem::take(&mut running.early);
        self.note(Change::TaskStarted { task: task.clone(), attempt, pid, parents, at });
        listener.event(&RunEvent::TaskStarted { task: task.clone(), attempt, pid, at });
        for (stream, text) in early {
            listener.event(&RunEvent::Log { task: task.clone(), attempt, stream, text, at: now() });
        }
    }

    /// The zygote could not fork: the attempt fails, and another may do better.
    async fn refused(&mut self, id: TaskId, errno: i32, listener: &mut dyn Listener) {
        let Some(running) = self.running.get_mut(&id) else { return };
        running.refused = Some(refused(errno));
        running.exit = Some(Exit { status: 0, usage: Usage::default(), at: Instant::now() });
        if running.closed {
            self.complete(id, listener).await;
        }
    }

    async fn written(&mut self, output: Output, listener: &mut dyn Listener) {
        match output {
            Output::Lines { task, stream, text } => {
                let Some(running) = self.running.get_mut(&task) else { return };
                if !running.announced {
                    return running.early.push((stream, text));
                }
                let (task, attempt) = (running.task.clone(), running.attempt);
                listener.event(&RunEvent::Log { task, attempt, stream, text, at: now() });
            }
            Output::Closed { task, kept } => {
                if let Err(error) = kept {
                    self.die(error, listener).await;
                }
                let Some(running) = self.running.get_mut(&task) else { return };
                running.closed = true;
                if running.exit.is_some() {
                    self.complete(task, listener).await;
                }
            }
        }
    }

    /// An attempt is over: its process is gone and its output read.
    async fn complete(&mut self, id: TaskId, listener: &mut dyn Listener) {
        let Some(running) = self.running.remove(&id) else { return };
        running.reader.abort();
        let Some(exit) = running.exit else { return };
        if let Some(sampler) = &self.sampler {
            sampler.ended((id, running.attempt), exit.usage);
        }
        let (manifest, verdict) = match self.judge(&running, exit) {
            Ok(judged) => judged,
            Err(error) => {
                self.die(error, listener).await;
                let failure = Failure { kind: "store".into(), ..Failure::default() };
                (None, Err(Setback { failure, retry: false, died: false }))
            }
        };
        let event = match (&verdict, &manifest) {
            (Ok(next), Some(output)) => {
                Event::Finished { task: id, next: next.clone(), output: output.clone() }
            }
            (Ok(_), None) => Event::Failed { task: id, retry: false, died: false },
            (Err(why), _) => Event::Failed { task: id, retry: why.retry, died: why.died },
        };
        let commands = self.scheduler.on(event);
        let retrying = verdict.is_err() && self.scheduler.tries_again(id);
        self.pack.send_log(&self.context.store, id, running.attempt);
        self.report(running, exit, manifest, verdict, retrying, listener);
        Box::pin(self.carry_out(commands, listener)).await;
    }

    /// What became of an attempt: its artifacts, and where it goes or why it failed (and whether to try again).
    #[expect(clippy::type_complexity, reason = "two answers that are always wanted together")]
    fn judge(
        &mut self,
        running: &Running,
        exit: Exit,
    ) -> Result<(Option<ManifestRef>, Result<Option<Next>, Setback>)> {
        if let Some(failure) = &running.refused {
            return Ok((None, Err(Setback { failure: failure.clone(), retry: true, died: false })));
        }
        let Some((value, record)) = &running.result else {
            return Ok((None, Err(self.died(exit.status))));
        };
        let manifest = if record.is_empty() { None } else { Some(self.pack.append(record)?) };
        let said: TaskResult = serde_json::from_value(value.clone()).or_error(codes::INTERNAL, || {
            format!("task `{}` said something unintelligible", running.task.task)
        })?;
        let verdict = if !said.ok {
            Err(Setback { failure: said.failure.unwrap_or_default(), retry: true, died: false })
        } else if exit.status != 0 {
            Err(self.died(exit.status))
        } else if let Err(error) = self.scheduler.check(running.step, said.next.as_ref()) {
            let message = error.to_string();
            let failure = Failure { kind: "transition".into(), message, ..Failure::default() };
            Err(Setback { failure, retry: false, died: false })
        } else {
            Ok(said.next)
        };
        Ok((manifest, verdict))
    }

    fn died(&mut self, status: i32) -> Setback {
        let kills = memory::kills();
        let oom = kills > self.oom_kills;
        self.oom_kills = kills;
        died(status, oom)
    }

    /// Tells the recorder and the listener how an attempt ended.
    #[expect(clippy::too_many_arguments, reason = "the parts of one record, used here only")]
    fn report(
        &mut self,
        running: Running,
        exit: Exit,
        manifest: Option<ManifestRef>,
        verdict: Result<Option<Next>, Setback>,
        retrying: bool,
        listener: &mut dyn Listener,
    ) {
        let (next, failure) = match verdict {
            Ok(next) => (Some(next), None),
            Err(why) => (None, Some(why.failure)),
        };
        let asked = self.stop.is_some() || running.doomed.is_some();
        let stopped = asked && failure.as_ref().is_some_and(|f| f.signal.is_some());
        let status = match failure {
            None => TaskStatus::Done,
            Some(_) if stopped => TaskStatus::Stopped,
            Some(_) => TaskStatus::Failed,
        };
        if status == TaskStatus::Done && running.task.indices.is_empty() {
            self.latest.clone_from(&manifest);
        }
        let children = next.as_ref().and_then(|next| Some(next.as_ref()?.foreach.as_ref()?.count));
        let ended = running.began.until_now();
        let at = ended.at;
        let duration_us = at - running.began.at;
        let usage = exit.usage.round(running.code, (running.began.ticks, ended.ticks));
        if !retrying {
            self.outcome.tasks += 1;
            if let (Some(failure), false) = (&failure, stopped) {
                self.outcome.failed.push((running.task.clone(), running.attempt, failure.clone()));
            }
        }
        self.note(Change::AttemptFinished {
            task: running.task.clone(),
            attempt: running.attempt,
            status,
            retrying,
            transition: next.flatten().and_then(|next| serde_json::to_value(next).ok()),
            manifest: manifest.map(|m| m.to_string()),
            failure: failure.clone(),
            usage,
            at,
        });
        listener.event(&RunEvent::AttemptFinished {
            task: running.task,
            attempt: running.attempt,
            status,
            failure,
            retrying,
            children,
            duration_us,
            usage,
            at,
        });
    }

    /// A tenth of a second went by.
    async fn tick(&mut self, listener: &mut dyn Listener) {
        if listener.wants_ticks() {
            listener.tick();
        }
        let overdue: Vec<TaskId> = self
            .running
            .iter()
            .filter(|(_, r)| !r.closed && r.exit.is_some_and(|exit| exit.at.elapsed() > GRACE))
            .map(|(id, _)| *id)
            .collect();
        for id in overdue {
            self.complete(id, listener).await;
        }
        let now = Instant::now();
        if self.stop.is_some_and(|stop| now > stop.deadline) {
            self.signal_all(SIGKILL).await;
        }
        for (id, running) in &self.running {
            if running.doomed.is_some_and(|deadline| now > deadline) {
                let _gone = self.zygotes.kill(*id, SIGKILL).await;
            }
        }
        self.wake(now, listener).await;
    }

    /// Starts the attempts whose time has come.
    async fn wake(&mut self, now: Instant, listener: &mut dyn Listener) {
        while let Some(at) = self.later.iter().position(|(due, _)| *due <= now) {
            let (_, launch) = self.later.swap_remove(at);
            self.start(launch, listener).await;
        }
    }

    /// Gives up the attempts that still wait: the run is being stopped.
    async fn forget_later(&mut self, listener: &mut dyn Listener) {
        for (_, launch) in std::mem::take(&mut self.later) {
            let commands = self.scheduler.on(Event::Failed { task: launch.task, retry: false, died: false });
            Box::pin(self.carry_out(commands, listener)).await;
        }
    }

    /// The user wants to stop: politely the first time, at once the second.
    async fn stop(&mut self, signal: i32, listener: &mut dyn Listener) {
        if let Some(stop) = &mut self.stop {
            stop.deadline = Instant::now();
            return self.signal_all(SIGKILL).await;
        }
        self.stop = Some(Stop { signal, deadline: Instant::now() + PATIENCE });
        let message = "stopping: running tasks get 5 s; once more to stop at once".to_owned();
        listener.event(&RunEvent::Notice { message, at: now() });
        self.signal_all(SIGTERM).await;
        let commands = self.scheduler.on(Event::Stop);
        self.carry_out(commands, listener).await;
        self.forget_later(listener).await;
    }

    async fn signal_all(&mut self, signal: i32) {
        for id in self.running.keys() {
            // A zygote that is gone has taken its tasks along.
            let _gone = self.zygotes.kill(*id, signal).await;
        }
    }

    /// The recorder cannot write any more.
    async fn give_up(&mut self, listener: &mut dyn Listener) {
        let error = match self.recorder.take().map(|mut recorder| recorder.finish()) {
            Some(Err(error)) => error,
            _ => Error::new(codes::METADATA_IO, "the run cannot be recorded any more"),
        };
        self.die(error, listener).await;
    }

    /// Something that makes going on pointless: tasks are killed, the run ends with `error`.
    async fn die(&mut self, error: Error, listener: &mut dyn Listener) {
        if self.fatal.is_some() {
            return;
        }
        listener.event(&RunEvent::Notice { message: format!("stopping: {error}"), at: now() });
        self.fatal = Some(error);
        self.signal_all(SIGKILL).await;
        let commands = self.scheduler.on(Event::Stop);
        Box::pin(self.carry_out(commands, listener)).await;
        self.forget_later(listener).await;
    }

    async fn zygote_died(&mut self, listener: &mut dyn Listener) {
        let lost: Vec<TaskId> = self.running.keys().copied().collect();
        let error = Error::new(codes::TASK_DIED, "the zygote process, from which tasks are forked, died")
            .hint("it may have been killed for want of memory; the run can be resumed");
        self.die(error, listener).await;
        for id in lost {
            if let Some(running) = self.running.get_mut(&id) {
                running.exit.get_or_insert(Exit {
                    status: SIGKILL,
                    usage: Usage::default(),
                    at: Instant::now(),
                });
                self.complete(id, listener).await;
            }
        }
        self.end.get_or_insert(End::Stopped);
    }

    /// Numbers and short texts that the run has come to, for people to find it by.
    fn scalars(&self) -> Option<Map<String, Value>> {
        // A run whose store cannot be read any more has worse to tell.
        let manifest = self.context.store.manifest(self.latest.as_ref()?).ok()?;
        Some(manifest.scalars()).filter(|scalars| !scalars.is_empty())
    }

    async fn finish(mut self, listener: &mut dyn Listener) -> Result<RunOutcome> {
        self.zygotes.leave().await;
        let status = match self.end.take() {
            Some(End::Done) if self.fatal.is_none() => RunStatus::Done,
            Some(End::Halted) if self.fatal.is_none() => {
                self.outcome.halt = self.context.halt.clone();
                RunStatus::Stopped
            }
            Some(End::Failed(error)) => {
                self.outcome.error = error;
                RunStatus::Failed
            }
            _ if self.fatal.is_some() => RunStatus::Failed,
            _ => RunStatus::Stopped,
        };
        if let Some(Ok(Err(error))) = self.package.take().map(std::thread::JoinHandle::join) {
            let message = format!("the flow's code was not kept with the run: {error}");
            listener.event(&RunEvent::Notice { message, at: now() });
        }
        let at = now();
        if let Some(value) = self.outcome.halt.as_ref().and_then(|halt| serde_json::to_value(halt).ok()) {
            self.note(Change::Info { key: HALT.to_owned(), value });
        }
        if let Some(scalars) = self.scalars() {
            self.note(Change::Info { key: SCALARS.to_owned(), value: Value::Object(scalars) });
        }
        self.note(Change::RunFinished { status, at });
        if let Some(sampler) = self.sampler.take() {
            sampler.finish();
        }
        let recorded = self.recorder.take().map_or(Ok(()), |mut recorder| recorder.finish());
        self.pack.sync()?;
        self.outcome.status = status;
        self.outcome.duration_us = at - self.context.started_at;
        self.outcome.signal = self.stop.map(|stop| stop.signal);
        listener.event(&RunEvent::RunFinished { status, duration_us: self.outcome.duration_us, at });
        match (self.fatal, recorded) {
            (Some(error), _) | (None, Err(error)) => Err(error),
            (None, Ok(())) => Ok(self.outcome),
        }
    }
}

/// The signals that stop a run.
pub struct Stops {
    interrupt: Signal,
    terminate: Signal,
    interrupted: bool,
}

impl Stops {
    /// Hears them from now on; those that come before [`Dispatcher::run`] count too, and so does one heard before.
    pub fn hear(interrupted: bool) -> Result<Self> {
        let interrupt = on_signal(SignalKind::interrupt())?;
        let terminate = on_signal(SignalKind::terminate())?;
        Ok(Self { interrupt, terminate, interrupted })
    }
}

fn on_signal(kind: SignalKind) -> Result<Signal> {
    signal(kind).map_err(|e| Error::new(codes::INTERNAL, "cannot hear signals").cause(e))
}
