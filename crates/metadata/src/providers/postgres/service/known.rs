//! What is known of all that some records are about.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};
use tokio_postgres::{Client, Row};

use super::super::batch::Before;
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
    runs(client, records, &mut world).await?;
    let ids: Vec<i64> = world.runs.iter().map(|run| run.id).collect();
    let of_ids = values![ids];
    let counted = "SELECT name, created_at, finished_at, tasks, running, done, failed, adopted, run
         FROM spinloom.steps WHERE run = ANY($1) ORDER BY run, number";
    let steps = Wanted::steps(records, &world);
    let tasks = Wanted::tasks(records, &world);
    let (given, chosen): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.number.is_some());
    let (counted, made, given_rows, chosen_rows) = futures::try_join!(
        async { Ok(client.query_typed(counted, of_ids).await?) },
        made_steps(client, &steps),
        known_tasks(client, &given, "t.task = u.number AND t.name IS NULL"),
        known_tasks(client, &chosen, "t.name = u.name"),
    )?;
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
    run: usize,
    row: i64,
    step: &'a str,
    task: &'a str,
    number: Option<i64>,
}

impl<'a> Wanted<'a> {
    fn new(world: &World, (flow, run): (&str, &str), step: &'a str, task: &'a str) -> Option<Self> {
        let place = *world.run_of.get(&(flow.to_owned(), run.to_owned()))?;
        Some(Self { run: place, row: world.runs[place].id, step, task, number: given(task) })
    }

    fn steps(records: &'a [Record], world: &World) -> Vec<Self> {
        let of = |record: &'a Record| match record {
            Record::Step { flow, run, step, .. } | Record::Task { flow, run, step, .. } => {
                Self::new(world, (flow, run), step, "")
            }
            _ => None,
        };
        records.iter().filter_map(of).collect()
    }

    fn tasks(records: &'a [Record], world: &World) -> Vec<Self> {
        let of = |record: &'a Record| match record {
            Record::Task { flow, run, step, id: Some(id), .. } => Self::new(world, (flow, run), step, id),
            record => {
                let at = task_of(record)?;
                Self::new(world, (&at.flow, &at.run), &at.step, &at.task)
            }
        };
        records.iter().filter_map(of).collect()
    }
}

async fn runs(client: &Client, records: &[Record], world: &mut World) -> Outcome<()> {
    let mut wanted: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for record in records {
        let Some(run) = run_of(record) else { continue };
        let first = task_of(record).is_some_and(|at| at.step == PARAMETERS);
        *wanted.entry(run).or_default() |= first;
    }
    let flows: Vec<String> = wanted.keys().map(|(flow, _)| kept(flow).into_owned()).collect();
    let names: Vec<String> = wanted.keys().map(|(_, run)| kept(run).into_owned()).collect();
    let with_info: Vec<bool> = wanted.values().copied().collect();
    let sql = "SELECT r.id, r.status, r.heartbeat_at, s.chosen, s.last_task, s.named_tasks, s.end_step, s.failing,
            s.heartbeat_at, r.origin IS NOT NULL,
            EXISTS (SELECT 1 FROM spinloom.service_tasks WHERE run = r.id AND task = 0),
            CASE WHEN u.with_info THEN r.info END, f.name, r.name
         FROM unnest($1, $2, $3) AS u (flow, run, with_info) JOIN spinloom.flows f ON f.name = u.flow
         JOIN spinloom.runs r ON r.flow = f.id AND r.name = u.run JOIN spinloom.service_runs s ON s.run = r.id";
    let of_runs = values![flows, names, with_info];
    let (found, ids) = futures::try_join!(
        client.query_typed(sql, of_runs),
        client.query_typed("SELECT last FROM spinloom.service_ids", &[]),
    )?;
    world.last_id = ids.first().ok_or_else(|| corrupt("numbers without a last one"))?.try_get(0)?;
    for row in &found {
        world.run_of.insert((meant(row.try_get(12)?), meant(row.try_get(13)?)), world.runs.len());
        world.runs.push(run(row)?);
    }
    Ok(())
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
    let runs: Vec<i64> = wanted.iter().map(|wanted| wanted.row).collect();
    let steps: Vec<String> = wanted.iter().map(|wanted| kept(wanted.step).into_owned()).collect();
    let sql = "SELECT s.run, s.step FROM unnest($1, $2) AS u (run, step)
         JOIN spinloom.service_steps s ON s.run = u.run AND s.step = u.step";
    Ok(client.query_typed(sql, values![runs, steps]).await?)
}

async fn known_tasks(client: &Client, wanted: &[Wanted<'_>], found_by: &str) -> Outcome<Vec<Row>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<i64> = (0..).take(wanted.len()).collect();
    let runs: Vec<i64> = wanted.iter().map(|wanted| wanted.row).collect();
    let steps: Vec<String> = wanted.iter().map(|wanted| kept(wanted.step).into_owned()).collect();
    let names: Vec<String> = wanted.iter().map(|wanted| kept(wanted.task).into_owned()).collect();
    let numbers: Vec<Option<i64>> = wanted.iter().map(|wanted| wanted.number).collect();
    let sql = format!(
        "SELECT u.place, t.task, t.heartbeat_at, k.step, k.status, k.attempt, k.origin_task IS NOT NULL,
            ARRAY(SELECT a.attempt FROM spinloom.attempts a
                WHERE a.run = t.run AND a.task = t.task AND a.status <> 'running')
         FROM unnest($1, $2, $3, $4, $5) AS u (place, run, step, number, name)
         JOIN spinloom.service_tasks t ON t.run = u.run AND t.step = u.step AND {found_by}
         JOIN spinloom.tasks k ON k.run = t.run AND k.task = t.task"
    );
    Ok(client.query_typed(&sql, values![places, runs, steps, numbers, names]).await?)
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
        self.runs[wanted.run].before.insert(row.try_get(1)?, before);
        self.tasks.insert((wanted.run, wanted.step.to_owned(), wanted.task.to_owned()), task);
        Ok(())
    }
}
