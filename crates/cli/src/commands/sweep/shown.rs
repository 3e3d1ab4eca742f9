//! Trials as people and programs see them: while they run, and when they have.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use spinloom_diagnostics::ExitCode;
use spinloom_flow::exact;
use spinloom_projects::sweep::{Journal, State, Trial};

use super::{Spec, existing, ids, nothing};
use crate::commands::shown::table;
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::terminal::time::duration;

/// Trials a table on the terminal shows while a sweep runs.
const SHOWN: usize = 12;

/// What is shown while trials run: a table that changes on a terminal, else a line for each trial that has ended.
pub(super) struct Live<'a, 'c> {
    context: &'a Context<'c>,
    terminal: bool,
    lines: usize,
}

impl<'a, 'c> Live<'a, 'c> {
    pub(super) fn new(context: &'a Context<'c>) -> Self {
        let terminal = context.screen.stderr && !context.screen.still && !context.output.quiet;
        Self { context, terminal, lines: 0 }
    }

    pub(super) fn begin(&self, spec: &Spec, at_once: usize) {
        let goal = spec.objective.as_ref().map_or(String::new(), |name| {
            format!(" · {} {name}", if spec.maximize { "maximize" } else { "minimize" })
        });
        let text = format!(
            "sweep {} · {} · {} · {} trials{goal} · {at_once} at a time\n",
            spec.id, spec.flow, spec.method, spec.trials
        );
        self.context.output.remark(&text);
    }

    /// One trial has ended.
    pub(super) fn ended(&self, spec: &Spec, journal: &Journal, trial: u64) {
        if self.terminal {
            return;
        }
        let Some(trial) = journal.trials.get(&trial) else { return };
        let done = journal.trials.values().filter(|trial| trial.state != State::Planned).count();
        let cells = row(trial, spec, self.context, false).join("  ");
        self.context.output.remark(&format!("{done}/{}  {cells}\n", spec.trials));
    }

    /// The table as it is now.
    pub(super) fn draw(&mut self, spec: &Spec, journal: &Journal, running: &BTreeMap<u64, Instant>) {
        if !self.terminal {
            return;
        }
        let count = |state: State| journal.trials.values().filter(|trial| trial.state == state).count();
        let (done, failed) = (count(State::Done), count(State::Failed));
        let mut shown: Vec<&Trial> =
            journal.trials.values().filter(|trial| running.contains_key(&trial.trial)).collect();
        let ended = journal.trials.values().rev().filter(|trial| trial.state != State::Planned);
        shown.extend(ended.take(SHOWN.saturating_sub(shown.len())));
        shown.sort_by_key(|trial| trial.trial);
        let rows: Vec<Vec<String>> = shown
            .iter()
            .map(|trial| row(trial, spec, self.context, running.contains_key(&trial.trial)))
            .collect();
        let queued = spec.trials.saturating_sub((done + failed + running.len()) as u64);
        let mut text =
            format!("  {done} done · {} running · {failed} failed · {queued} queued\n", running.len());
        text += &table(&rows);
        let up = if self.lines > 0 { format!("\x1b[{}A\x1b[J", self.lines) } else { String::new() };
        self.lines = text.lines().count();
        self.context.output.remark(&(up + &text));
    }

    /// The table is replaced by the answer.
    pub(super) fn end(&mut self) {
        if self.terminal && self.lines > 0 {
            self.context.output.remark(&format!("\x1b[{}A\x1b[J", self.lines));
            self.lines = 0;
        }
    }
}

/// A trial in cells: its number, its state, the objective, its values, its run, how long, why it failed.
fn row(trial: &Trial, spec: &Spec, context: &Context<'_>, running: bool) -> Vec<String> {
    let paint = context.output.out;
    let state = match (trial.state, running) {
        (State::Planned, true) => paint.hint("● running"),
        (State::Planned, false) => paint.dim("○ queued"),
        (State::Done, _) => paint.good("✓ done"),
        (State::Failed, _) => paint.bad("✗ failed"),
    };
    let mut cells = vec![format!("#{}", trial.trial), state];
    if spec.objective.is_some() {
        cells.push(trial.objective.map_or("-".to_owned(), |value| exact::print(&exact::from_f64(value))));
    }
    cells.extend(trial.values.iter().map(|(key, value)| format!("{key}={}", plain(value))));
    cells.push(trial.run.as_ref().map(|run| format!("{}/{run}", spec.flow)).unwrap_or_default());
    cells.push(if trial.state == State::Planned { String::new() } else { took(trial) });
    cells.push(trial.why.clone().unwrap_or_default());
    cells
}

fn took(trial: &Trial) -> String {
    duration(i64::try_from(trial.took_ms).unwrap_or(i64::MAX).saturating_mul(1000))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| exact::print(value), str::to_owned)
}

/// The trials of a sweep: as a table, the best first; as CSV; for programs.
pub(super) fn reply(journal: &Journal, csv: bool, context: &Context<'_>) -> Answer {
    let spec = Spec::read(&journal.spec)?;
    let mut trials: Vec<&Trial> = journal.trials.values().collect();
    let worth = |trial: &Trial| {
        trial.objective.map_or(f64::INFINITY, |value| if spec.maximize { -value } else { value })
    };
    if spec.objective.is_some() {
        trials.sort_by(|a, b| worth(a).total_cmp(&worth(b)).then(a.trial.cmp(&b.trial)));
    }
    let best = journal.best(spec.maximize).filter(|_| spec.objective.is_some());
    let count = |state: State| trials.iter().filter(|trial| trial.state == state).count();
    let (done, failed) = (count(State::Done), count(State::Failed));
    let open = usize::try_from(spec.trials).unwrap_or(usize::MAX) - done - failed;
    let text = if csv {
        as_csv(&trials, &spec)
    } else {
        let rows: Vec<Vec<String>> = trials.iter().map(|trial| row(trial, &spec, context, false)).collect();
        let mut text = table(&rows);
        text += &format!("sweep {}: {done} done, {failed} failed, {open} open\n", spec.id);
        if open > 0 {
            text += &format!("go on:  spinloom sweep --resume {}\n", spec.id);
        }
        if let Some(Trial { run: Some(run), .. }) = best {
            text += &format!("best:   spinloom show {}/{run}\n", spec.flow);
        }
        text
    };
    let data = json!({
        "sweep": spec.id, "flow": spec.flow, "method": spec.method, "objective": spec.objective,
        "direction": if spec.maximize { "maximize" } else { "minimize" },
        "done": done, "failed": failed, "open": open, "best": best.map(|trial| trial.trial), "trials": trials,
    });
    let mut reply = Reply::new(text, data);
    if failed > 0 {
        let message = format!("{failed} of {} trials failed", spec.trials);
        reply.failed = Some((ExitCode::UserCode, json!({"code": null, "message": message})));
    }
    Ok(reply)
}

fn as_csv(trials: &[&Trial], spec: &Spec) -> String {
    let keys: Vec<&str> = spec.axes.iter().map(|axis| axis.key.as_str()).collect();
    let mut head = vec!["trial", "state"];
    head.extend(spec.objective.as_deref());
    head.extend(&keys);
    head.extend(["run", "milliseconds"]);
    let mut text = head.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",") + "\n";
    for trial in trials {
        let state = json!(trial.state).as_str().unwrap_or_default().to_owned();
        let mut cells = vec![trial.trial.to_string(), state];
        if spec.objective.is_some() {
            cells
                .push(trial.objective.map(|value| exact::print(&exact::from_f64(value))).unwrap_or_default());
        }
        let value = |key: &&str| {
            trial.values.iter().find(|(one, _)| one == key).map(|(_, value)| plain(value)).unwrap_or_default()
        };
        cells.extend(keys.iter().map(value));
        cells.push(trial.run.clone().unwrap_or_default());
        cells.push(trial.took_ms.to_string());
        text += &(cells.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

fn field(text: &str) -> String {
    let special = text.contains([',', '"', '\n', '\r']);
    if special { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The sweeps of this store.
pub(super) fn list(context: &Context<'_>) -> Answer {
    let (mut rows, mut data) = (Vec::new(), Vec::new());
    for id in ids(context) {
        let journal = Journal::read(&existing(&id, context)?)?;
        let Ok(spec) = Spec::read(&journal.spec) else { continue };
        let count = |state: State| journal.trials.values().filter(|trial| trial.state == state).count();
        let (done, failed) = (count(State::Done), count(State::Failed));
        rows.push(vec![
            id.clone(),
            spec.flow.clone(),
            spec.method.clone(),
            format!("{done} of {} done", spec.trials),
            if failed > 0 { format!("{failed} failed") } else { String::new() },
        ]);
        data.push(json!({"sweep": id, "flow": spec.flow, "method": spec.method, "trials": spec.trials, "done": done, "failed": failed}));
    }
    let text = if rows.is_empty() { "no sweeps\n".to_owned() } else { table(&rows) };
    Ok(nothing(&text, json!({"sweeps": data})))
}
