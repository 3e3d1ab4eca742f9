//! What is known of all that some records are about.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};
use tokio_postgres::Row;

use super::super::batch::Before;
use super::super::client::Client;
use super::super::read::{step_record, unsigned};
use super::super::text::{kept, meant};
use super::super::trouble::{Outcome, corrupt};
use super::super::values::values;
use super::record::{run_of, task_of};
use super::store::New;
use crate::service::rules::{PARAMETERS, given};
use crate::service::{Id, Record};
use crate::{Change, StepRecord};

/// A run that a client recorded.
pub(super) struct Run {
    pub(super) id: i64,
    pub(super) name: Id,
    pub(super) running: bool,
    pub(super) failed: bool,
    /// When it was last heard of, microseconds.
    pub(super) heard_at: i64,
    /// That, as it is in the database.
    pub(super) recorded_at: i64,
    /// When a client last said that it is alive.
    pub(super) beat_at: Option<i64>,
    pub(super) last_task: u64,
    pub(super) named_tasks: u64,
    pub(super) end_step: String,
    pub(super) failing: bool,
    pub(super) has_origin: bool,
    /// Whether there is a task of number 0.
    pub(super) has_first: bool,
    /// Only of a run of which the first task is spoken of.
    pub(super) info: Map<String, Value>,
    pub(super) steps: Vec<StepRecord>,
    pub(super) before: BTreeMap<i64, Before>,
    /// What the records make of it.
    pub(super) changes: Vec<Change>,
    /// It was over, and is not any more.
    pub(super) reopened: bool,
    /// Whether the change feed tells of it.
    pub(super) touched: bool,
    /// Whether what is kept of it for clients has changed.
    pub(super) dirty: bool,
}

/// A task that a client recorded.
pub(super) struct Task {
    pub(super) number: u64,
    pub(super) step: String,
    pub(super) heartbeat_at: Option<i64>,
    /// Attempts that are over.
    pub(super) ended: Vec<i64>,
}

/// All of it, and what the records make of it.
pub(super) struct World {
    /// Now, microseconds since the Unix epoch.
    pub(super) at: i64,
    pub(super) runs: Vec<Run>,
    pub(super) run_of: HashMap<(String, String), usize>,
    pub(super) steps: HashSet<(usize, String)>,
    /// By run, step and id.
    pub(super) tasks: HashMap<(usize, String, String), Task>,
    /// The last number that was given.
    pub(super) last_id: i64,
    pub(super) new: New,
}

/// Reads what is known of all that `records` are about.
pub(super) async fn read(client: &Client, records: &[Record], at: i64) -> Outcome<World> {
    let mut world = World {
        at,
        runs: Vec::new(),
        run_of: HashMap::new(),
        steps: HashSet::new(),
        tasks: HashMap::new(),
        last_id: 0,
        new: New::default(),
    };
    let named = Named::of(records);
    let steps = Wanted::steps(records);
    let (given, chosen): (Vec<_>, Vec<_>) =
        Wanted::tasks(records).into_iter().partition(|task| task.number.is_some());
    // Sent together, so found by names: what the rows of runs are is not known yet.
    let (found, last, counted, made, given_rows, chosen_rows) = futures::try_join!(
        named.runs(client),
        async { Ok(client.query_typed("SELECT last FROM spinloom.service_ids", &[]).await?) },
        named.steps(client),
        made_steps(client, &steps),
        known_tasks(client, &given, "t.task = u.number AND t.name IS NULL"),
        known_tasks(client, &chosen, "t.name = u.name"),
    )?;
    world.last_id = last.first().ok_or_else(|| corrupt("numbers without a last one"))?.try_get(0)?;
    for row in &found {
        world.run_of.insert((meant(row.try_get(12)?), meant(row.try_get(13)?)), world.runs.len());
        world.runs.push(run(row)?);
    }
    let place: HashMap<i64, usize> = (0..).zip(&world.runs).map(|(i, run)| (run.id, i)).collect();
    for row in &counted {
        if let Some(run) = place.get(&row.try_get(8)?) {
            world.runs[*run].steps.push(step_record(row)?);
        }
    }
    for row in &made {
        if let Some(run) = place.get(&row.try_get(0)?) {
            world.steps.insert((*run, row.try_get(1)?));
        }
    }
    for (wanted, rows) in [(&given, &given_rows), (&chosen, &chosen_rows)] {
        for row in rows {
            let at = usize::try_from(row.try_get::<_, i64>(0)?).map_err(corrupt)?;
            world.know(wanted.get(at).ok_or_else(|| corrupt("a task nobody asked for"))?, row)?;
        }
    }
    Ok(world)
}

/// A step or a task that records are about.
struct Wanted<'a> {
    flow: &'a str,
    run: &'a str,
    step: &'a str,
    task: &'a str,
    number: Option<i64>,
}

impl<'a> Wanted<'a> {
    fn new((flow, run): (&'a str, &'a str), step: &'a str, task: &'a str) -> Self {
        Self { flow, run, step, task, number: given(task) }
    }

    fn steps(records: &'a [Record]) -> Vec<Self> {
        let of = |record: &'a Record| match record {
            Record::Step { flow, run, step, .. } | Record::Task { flow, run, step, .. } => {
                Some(Self::new((flow, run), step, ""))
            }
            _ => None,
        };
        records.iter().filter_map(of).collect()
    }

    fn tasks(records: &'a [Record]) -> Vec<Self> {
        let of = |record: &'a Record| match record {
            Record::Task { flow, run, step, id: Some(id), .. } => Some(Self::new((flow, run), step, id)),
            record => task_of(record).map(|at| Self::new((&at.flow, &at.run), &at.step, &at.task)),
        };
        records.iter().filter_map(of).collect()
    }
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    texts.map(|text| kept(text).into_owned()).collect()
}

/// Runs that records are about, each once.
struct Named {
    flows: Vec<String>,
    runs: Vec<String>,
    with_info: Vec<bool>,
}

impl Named {
    fn of(records: &[Record]) -> Self {
        let mut wanted: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for record in records {
            let Some(run) = run_of(record) else { continue };
            let first = task_of(record).is_some_and(|at| at.step == PARAMETERS);
            *wanted.entry(run).or_default() |= first;
        }
        Self {
            flows: texts(wanted.keys().map(|(flow, _)| *flow)),
            runs: texts(wanted.keys().map(|(_, run)| *run)),
            with_info: wanted.values().copied().collect(),
        }
    }

    async fn runs(&self, client: &Client) -> Outcome<Vec<Row>> {
        let sql = "SELECT r.id, r.status, r.heartbeat_at, s.chosen, s.last_task, s.named_tasks, s.end_step, s.failing,
                s.heartbeat_at, r.origin IS NOT NULL,
                EXISTS (SELECT 1 FROM spinloom.service_tasks WHERE run = r.id AND task = 0),
                CASE WHEN u.with_info THEN r.info END, f.name, r.name
             FROM unnest($1, $2, $3) AS u (flow, run, with_info) JOIN spinloom.flows f ON f.name = u.flow
             JOIN spinloom.runs r ON r.flow = f.id AND r.name = u.run JOIN spinloom.service_runs s ON s.run = r.id";
        Ok(client.query_typed(sql, values![self.flows, self.runs, self.with_info]).await?)
    }

    /// All steps of the runs, as they are counted.
    async fn steps(&self, client: &Client) -> Outcome<Vec<Row>> {
        let sql = "SELECT s.name, s.created_at, s.finished_at, s.tasks, s.running, s.done, s.failed, s.adopted, s.run
             FROM spinloom.steps s WHERE s.run = ANY (ARRAY(
                SELECT r.id FROM unnest($1, $2) AS u (flow, run) JOIN spinloom.flows f ON f.name = u.flow
                JOIN spinloom.runs r ON r.flow = f.id AND r.name = u.run))
             ORDER BY s.run, s.number";
        Ok(client.query_typed(sql, values![self.flows, self.runs]).await?)
    }
}

fn run(row: &Row) -> Outcome<Run> {
    let (name, status): (&str, &str) = (row.try_get(13)?, row.try_get(1)?);
    let info: Option<&str> = row.try_get(11)?;
    Ok(Run {
        id: row.try_get(0)?,
        name: Id::of(name, row.try_get(3)?),
        running: status == "running",
        failed: status == "failed",
        heard_at: row.try_get(2)?,
        recorded_at: row.try_get(2)?,
        beat_at: row.try_get(8)?,
        last_task: unsigned(row, 4)?,
        named_tasks: unsigned(row, 5)?,
        end_step: meant(row.try_get(6)?),
        failing: row.try_get(7)?,
        has_origin: row.try_get(9)?,
        has_first: row.try_get(10)?,
        info: info.map(|text| serde_json::from_str(text).map_err(corrupt)).transpose()?.unwrap_or_default(),
        steps: Vec::new(),
        before: BTreeMap::new(),
        changes: Vec::new(),
        reopened: false,
        touched: false,
        dirty: false,
    })
}

async fn made_steps(client: &Client, wanted: &[Wanted<'_>]) -> Outcome<Vec<Row>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let flows = texts(wanted.iter().map(|wanted| wanted.flow));
    let runs = texts(wanted.iter().map(|wanted| wanted.run));
    let steps = texts(wanted.iter().map(|wanted| wanted.step));
    let sql = "SELECT s.run, s.step FROM unnest($1, $2, $3) AS u (flow, run, step)
         JOIN spinloom.flows f ON f.name = u.flow JOIN spinloom.runs r ON r.flow = f.id AND r.name = u.run
         JOIN spinloom.service_steps s ON s.run = r.id AND s.step = u.step";
    Ok(client.query_typed(sql, values![flows, runs, steps]).await?)
}

/// Each is looked up by itself, whatever the database thinks of how many there are: `OFFSET 0` is what it does not look behind.
async fn known_tasks(client: &Client, wanted: &[Wanted<'_>], found_by: &str) -> Outcome<Vec<Row>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<i64> = (0..).take(wanted.len()).collect();
    let flows = texts(wanted.iter().map(|wanted| wanted.flow));
    let runs = texts(wanted.iter().map(|wanted| wanted.run));
    let steps = texts(wanted.iter().map(|wanted| wanted.step));
    let names = texts(wanted.iter().map(|wanted| wanted.task));
    let numbers: Vec<Option<i64>> = wanted.iter().map(|wanted| wanted.number).collect();
    let sql = format!(
        "SELECT u.place, t.task, t.heartbeat_at, k.step, k.status, k.attempt, k.origin_task IS NOT NULL,
            ARRAY(SELECT a.attempt FROM spinloom.attempts a
                WHERE a.run = t.run AND a.task = t.task AND a.status <> 'running')
         FROM unnest($1, $2, $3, $4, $5, $6) AS u (place, flow, run, step, number, name)
         CROSS JOIN LATERAL (SELECT t.run, t.task, t.heartbeat_at FROM spinloom.service_tasks t WHERE t.run = (
                SELECT r.id FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow WHERE f.name = u.flow AND r.name = u.run)
            AND t.step = u.step AND {found_by} OFFSET 0) t
         CROSS JOIN LATERAL (SELECT * FROM spinloom.tasks WHERE run = t.run AND task = t.task OFFSET 0) k"
    );
    Ok(client.query_typed(&sql, values![places, flows, runs, steps, numbers, names]).await?)
}

impl World {
    /// Takes a row of [`known_tasks`] in.
    fn know(&mut self, wanted: &Wanted<'_>, row: &Row) -> Outcome<()> {
        let task = Task {
            number: unsigned(row, 1)?,
            step: wanted.step.to_owned(),
            heartbeat_at: row.try_get(2)?,
            ended: row.try_get(7)?,
        };
        let before = Before {
            step: row.try_get(3)?,
            status: row.try_get::<_, &str>(4)?.parse()?,
            attempt: unsigned(row, 5)?,
            adopted: row.try_get(6)?,
        };
        let run = self.run_of.get(&(wanted.flow.to_owned(), wanted.run.to_owned()));
        // Of a run that is not a client's, nothing is known here.
        let Some(run) = run.copied() else { return Ok(()) };
        self.runs[run].before.insert(row.try_get(1)?, before);
        self.tasks.insert((run, wanted.step.to_owned(), wanted.task.to_owned()), task);
        Ok(())
    }
}
