//! Running trials: so many at a time, each noted before it begins and when it has ended.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_projects::sweep::{Axis, Journal, Record, State, Values, grid, sample};
use spinloom_projects::{Override, What};

use super::host::{Ended, Talk, host};
use super::optuna::Study;
use super::plan::Plan;
use super::{Arguments, Direction, Spec, existing, folder, no_space};
use crate::commands::sweep::shown::Live;
use crate::context::Context;
use crate::projects::{Asked, load};
use crate::reply::Problems;
use crate::terminal::time::now_us;

/// Begins a sweep, and runs it to its end.
pub(super) fn begin(arguments: &Arguments, context: &Context<'_>) -> Result<Journal, Problems> {
    let (script, settings, rest) = words(arguments, context)?;
    let read = |option: &'static str, words: &[String]| -> Result<Vec<Axis>> {
        words.iter().map(|word| Axis::parse(option, word)).collect()
    };
    let mut axes = read("--grid", &arguments.grid)?;
    axes.extend(read("--space", &arguments.space)?);
    if axes.is_empty() {
        return Err(no_space());
    }
    let (method, trials) = match (arguments.random, arguments.optuna) {
        (Some(count), _) => ("random", count),
        (_, Some(count)) => ("optuna", count),
        _ => ("grid", grid(&axes)?.len() as u64),
    };
    if method == "optuna" && arguments.objective.is_none() {
        return Err(Error::new(codes::BAD_SWEEP, "`--optuna` needs an objective")
            .hint("name an artifact of the last step that is a number: `--objective loss`")
            .into());
    }
    sample(&axes, 0, 0)?; // no key is there twice
    let (talk, described) = host(Path::new(&script), arguments.objective.as_deref(), context)?;
    let spec = Spec {
        id: id(),
        script,
        flow: described.flow.clone(),
        digest: described.digest.clone(),
        method: method.to_owned(),
        axes,
        trials,
        seed: arguments.seed,
        objective: arguments.objective.clone(),
        maximize: arguments.direction == Direction::Maximize,
        binding: arguments.binding.clone(),
        settings,
        rest,
    };
    let plan = Plan::new(described, &spec, context)?;
    let journal = Journal::begin(&folder(context).join(format!("{}.jsonl", spec.id)), spec.data())?;
    let queue: Vec<u64> = (0..spec.trials).collect();
    Driver::new(spec, plan, talk, journal, arguments, context)?.run(queue)
}

/// Goes on with a sweep.
pub(super) fn resume(id: &str, arguments: &Arguments, context: &Context<'_>) -> Result<Journal, Problems> {
    let path = existing(id, context)?;
    let spec = Spec::read(&Journal::read(&path)?.spec)?;
    let (talk, described) = host(Path::new(&spec.script), spec.objective.as_deref(), context)?;
    let changed = described.digest != spec.digest;
    if changed && !arguments.allow_code_change {
        return Err(Error::new(
            codes::CANNOT_RESUME_SWEEP,
            format!("the code of `{}` is not what the sweep `{id}` began with", spec.script),
        )
        .hint("`--allow-code-change` goes on all the same, and notes it")
        .into());
    }
    let plan = Plan::new(described, &spec, context)?;
    let journal = Journal::resume(&path, changed)?;
    let open = |trial: &u64| match journal.trials.get(trial).map(|one| one.state) {
        None | Some(State::Planned) => true,
        Some(State::Failed) => arguments.retry_failed,
        Some(State::Done) => false,
    };
    let queue: Vec<u64> = (0..spec.trials).filter(open).collect();
    Driver::new(spec, plan, talk, journal, arguments, context)?.run(queue)
}

/// The flow, the settings and the words every run is given.
fn words(
    arguments: &Arguments,
    context: &Context<'_>,
) -> Result<(String, Vec<String>, Vec<String>), Problems> {
    let Some((first, others)) = arguments.words.split_first().filter(|(first, _)| !first.starts_with('-'))
    else {
        return Err(Error::new(codes::USAGE, "`sweep` needs a flow")
            .hint("write `spinloom sweep flow.py --grid key=a,b`")
            .into());
    };
    let script = if context.settings.cwd().join(first).is_file() {
        first.clone()
    } else if first.contains('/') || Path::new(first).extension().is_some_and(|ending| ending == "py") {
        return Err(Error::new(codes::NOT_FOUND, format!("there is no flow file `{first}`")).into());
    } else {
        let loaded = load(&context.settings, Asked::default())?;
        let path = loaded.project.root.join(&loaded.artefact(What::Flow, first)?.path);
        path.strip_prefix(context.settings.cwd()).unwrap_or(&path).display().to_string()
    };
    let (mut settings, mut rest, mut value_follows) = (Vec::new(), Vec::new(), false);
    for word in others {
        let is_setting = Override::is_one(word) && !value_follows;
        if is_setting {
            settings.push(word.clone())
        } else {
            rest.push(word.clone())
        }
        value_follows = word.starts_with("--") && !word.contains('=');
    }
    Ok((script, settings, rest))
}

/// A name for a sweep: short, and no other's.
fn id() -> String {
    let mut number = u64::try_from(now_us()).unwrap_or(0) ^ (u64::from(std::process::id()) << 20);
    let mut text = String::new();
    for _ in 0..7 {
        text.push(char::from_digit(u32::try_from(number % 36).unwrap_or(0), 36).unwrap_or('0'));
        number /= 36;
    }
    text
}

struct Driver<'a, 'c> {
    spec: Spec,
    plan: Plan,
    talk: Talk,
    journal: Journal,
    study: Option<Study>,
    grid: Vec<Values>,
    at_once: usize,
    logs: PathBuf,
    began: BTreeMap<u64, Instant>,
    live: Live<'a, 'c>,
}

impl<'a, 'c> Driver<'a, 'c> {
    fn new(
        spec: Spec,
        plan: Plan,
        talk: Talk,
        journal: Journal,
        arguments: &Arguments,
        context: &'a Context<'c>,
    ) -> Result<Self, Problems> {
        let study = match spec.method.as_str() {
            "optuna" => Some(Study::begin(&spec, &journal, context)?),
            _ => None,
        };
        let grid = if spec.method == "grid" { grid(&spec.axes)? } else { Vec::new() };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = arguments.jobs.unwrap_or(processors).max(1);
        let logs = folder(context).join(&spec.id);
        std::fs::create_dir_all(&logs).map_err(|error| {
            Error::new(codes::STORE_IO, format!("`{}` cannot be written", logs.display())).cause(error)
        })?;
        let live = Live::new(context);
        Ok(Self { spec, plan, talk, journal, study, grid, at_once, logs, began: BTreeMap::new(), live })
    }

    fn run(mut self, queue: Vec<u64>) -> Result<Journal, Problems> {
        let mut queue = VecDeque::from(queue);
        self.live.begin(&self.spec, self.at_once);
        while !(queue.is_empty() && self.began.is_empty()) {
            while self.began.len() < self.at_once
                && let Some(trial) = queue.pop_front()
            {
                self.start(trial)?;
            }
            self.live.draw(&self.spec, &self.journal, &self.began);
            if !self.began.is_empty() {
                let ended: Ended = self.talk.hear_as()?;
                self.end(ended)?;
            }
        }
        self.live.draw(&self.spec, &self.journal, &self.began);
        self.live.end();
        Ok(self.journal)
    }

    fn start(&mut self, trial: u64) -> Result<(), Problems> {
        let known = self.journal.trials.get(&trial).map(|one| one.values.clone());
        let values = match (known, &mut self.study) {
            (Some(values), _) => values,
            (None, Some(study)) => study.ask(trial)?,
            (None, None) if self.spec.method == "grid" => {
                self.grid.get(usize::try_from(trial).unwrap_or(usize::MAX)).cloned().unwrap_or_default()
            }
            (None, None) => sample(&self.spec.axes, self.spec.seed, trial)?,
        };
        if !self.journal.trials.contains_key(&trial) {
            self.journal.note(Record::Planned { trial, values: values.clone() })?;
        }
        let file = |ending: &str| self.logs.join(format!("{trial}.{ending}"));
        let (log, run_id_file) = (file("log"), file("run"));
        // What an earlier attempt left.
        for stale in [run_id_file.clone(), file("log.json")] {
            let _ = std::fs::remove_file(stale);
        }
        self.began.insert(trial, Instant::now());
        match self.plan.words(&self.spec, trial, &values, &run_id_file) {
            Ok(words) => {
                let request = json!({"trial": trial, "argv": words, "log": log, "run_id_file": run_id_file});
                self.talk.say(&request)?;
                Ok(())
            }
            // These values make settings that are not valid: the trial failed, the others need not.
            Err(problems) => {
                let why = problems.0.first().map(ToString::to_string);
                self.end(Ended { trial, exit: 1, run: None, objective: None, why })
            }
        }
    }

    fn end(&mut self, ended: Ended) -> Result<(), Problems> {
        let began = self.began.remove(&ended.trial);
        let took_ms = began.map_or(0, |began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let good =
            ended.exit == 0 && (self.spec.objective.is_none() || ended.objective.is_some_and(f64::is_finite));
        let why = match (good, ended.why, ended.objective) {
            (false, None, Some(value)) => Some(format!("the objective is `{value}`")),
            (_, why, _) => why,
        };
        let objective = ended.objective.filter(|value| value.is_finite());
        if let Some(study) = &mut self.study {
            study.tell(ended.trial, objective.filter(|_| good))?;
        }
        let state = if good { State::Done } else { State::Failed };
        self.journal.note(Record::Ended {
            trial: ended.trial,
            state,
            run: ended.run,
            objective,
            why,
            took_ms,
        })?;
        self.live.ended(&self.spec, &self.journal, ended.trial);
        Ok(())
    }
}
