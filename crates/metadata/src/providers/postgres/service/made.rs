//! What is rare, a record at a time: making flows and runs, changing tags.

use std::result::Result;

use spinloom_flow::{FlowName, RunId, RunStatus};

use super::super::client::Client;
use super::super::text::kept;
use super::super::trouble::{Outcome, corrupt};
use super::super::values::values;
use super::super::{runs, tags};
use super::Stop;
use crate::service::rules::{self, END};
use crate::service::{FlowDoc, Given, Id, Record, Recorded, Refusal, RunDoc};
use crate::{WriteKey, tags as tag_rules};

/// Keeps a record that stands alone.
pub(super) async fn one(client: &Client, key: &WriteKey, record: &Record, at: i64) -> Result<Recorded, Stop> {
    match record {
        Record::Flow { flow, given } => self::flow(client, flow, given, at).await,
        Record::Run { flow, id, given } => run(client, key, (flow, id.as_deref()), given, at).await,
        Record::Tags { flow, run, add, remove } => mutate(client, (flow, run), add, remove).await,
        _ => Err(corrupt("a record that does not stand alone").into()),
    }
}

async fn flow(client: &Client, name: &str, made: &Given, at: i64) -> Result<Recorded, Stop> {
    let flow = FlowName::new(name).map_err(|e| Refusal::Bad(e.message().to_owned()))?;
    if flow_row(client, name).await?.is_some() {
        return Err(Refusal::Exists(format!("the flow `{name}` exists already")).into());
    }
    let (tags, system_tags) = (rules::tags(&made.tags)?, rules::tags(&made.system_tags)?);
    let (name, owner) = (flow.as_str(), made.user_name.as_deref().map(|user| kept(user).into_owned()));
    let (text, system_text) = (tags.get(), system_tags.get());
    let (of_flow, of_service) = (values![name, at], values![name, owner, at, text, system_text]);
    futures::try_join!(
        client.execute_typed(
            "INSERT INTO spinloom.flows (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            of_flow
        ),
        client.execute_typed(
            "INSERT INTO spinloom.service_flows (flow, owner, created_at, tags, system_tags)
             SELECT id, $2, $3, $4, $5 FROM spinloom.flows WHERE name = $1",
            of_service
        ),
    )?;
    Ok(Recorded::Flow(FlowDoc {
        flow_id: name.to_owned(),
        user_name: made.user_name.clone(),
        ts_epoch: at / 1000,
        tags,
        system_tags,
    }))
}

/// The row of a flow that a client recorded.
async fn flow_row(client: &Client, flow: &str) -> Outcome<Option<i64>> {
    let name = kept(flow).into_owned();
    let sql = "SELECT s.flow FROM spinloom.service_flows s JOIN spinloom.flows f ON f.id = s.flow WHERE f.name = $1";
    let rows = client.query_typed(sql, values![name]).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

async fn run(
    client: &Client,
    key: &WriteKey,
    (flow, id): (&str, Option<&str>),
    made: &Given,
    at: i64,
) -> Result<Recorded, Stop> {
    let unknown = || Refusal::Unknown(format!("no flow `{flow}` was recorded here"));
    let row = flow_row(client, flow).await?.ok_or_else(unknown)?;
    let name = FlowName::new(flow).map_err(|e| Refusal::Bad(e.message().to_owned()))?;
    let id = match id {
        Some(id) => Some(free_run(client, &name, id).await?),
        None => None,
    };
    rules::check_tags(made)?;
    let new = rules::new_run(name.clone(), id.clone(), made, at)?;
    let run = runs::insert(client, key, &new).await?;
    let (chosen, owner) = (id.is_some(), made.user_name.as_deref().map(|user| kept(user).into_owned()));
    let sql =
        "INSERT INTO spinloom.service_runs (run, flow, owner, chosen, end_step, last_task, named_tasks, failing)
         SELECT id, $1, $3, $4, $5, 0, 0, false FROM spinloom.runs WHERE flow = $1 AND name = $2";
    client.execute_typed(sql, values![row, run.as_str(), owner, chosen, END]).await?;
    let record = runs::one(client, &name, &run).await?.ok_or_else(|| corrupt("a run without a row"))?;
    Ok(Recorded::Run(RunDoc {
        flow_id: flow.into(),
        run_number: Id::of(run.as_str(), chosen),
        user_name: made.user_name.clone(),
        ts_epoch: at / 1000,
        last_heartbeat_ts: None,
        tags: rules::tags(&record.tags)?,
        system_tags: rules::tags(&record.system_tags)?,
        status: RunStatus::Running,
    }))
}

/// The id a client chose, if it may.
async fn free_run(client: &Client, flow: &FlowName, id: &str) -> Result<RunId, Stop> {
    let run = rules::chosen_run(id)?;
    let Some(row) = runs::row_of(client, flow, &run).await? else { return Ok(run) };
    let of_client = "SELECT 1 FROM spinloom.service_runs WHERE run = $1";
    Err(if client.query_typed(of_client, values![row]).await?.is_empty() {
        Refusal::Bad(format!("`{flow}/{id}` is a run of Spinloom's own")).into()
    } else {
        Refusal::Exists(format!("the run `{flow}/{id}` exists already")).into()
    })
}

async fn mutate(
    client: &Client,
    (flow, run): (&str, &str),
    add: &[String],
    remove: &[String],
) -> Result<Recorded, Stop> {
    let (flow_name, run_name) = (kept(flow).into_owned(), kept(run).into_owned());
    let sql = "SELECT s.flow, s.run FROM spinloom.service_runs s JOIN spinloom.runs r ON r.id = s.run
         JOIN spinloom.flows f ON f.id = r.flow WHERE f.name = $1 AND r.name = $2";
    let rows = client.query_typed(sql, values![flow_name, run_name]).await?;
    let unknown = || Refusal::Unknown(format!("no run `{flow}/{run}` was recorded here"));
    let row = rows.first().ok_or_else(unknown)?;
    let at = (row.try_get(0)?, row.try_get(1)?);
    let (user, system) = tags::of(client, at.1).await?;
    if let Some(tag) = remove.iter().find(|tag| system.contains(*tag)) {
        return Err(Refusal::SystemTag(format!("the system tag `{tag}` cannot be removed")).into());
    }
    let after =
        tag_rules::changed(&user, &system, add, remove).map_err(|e| Refusal::Bad(e.message().to_owned()))?;
    tags::save(client, at, &user, &after).await?;
    Ok(Recorded::Tags(after.into_iter().collect()))
}
