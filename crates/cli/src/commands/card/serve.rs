//! `card server`: the server, and the address of a run's cards.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_metadata::RunQuery;

use crate::commands::server::serve;
use crate::context::{Context, newest};
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct ServerArgs {
    /// The flow whose cards are meant [default: the one that has a run]
    #[arg(value_name = "FLOW")]
    flow: Option<String>,

    /// The run whose cards are meant [default: the latest in the namespace]
    #[arg(long, value_name = "RUN")]
    run_id: Option<String>,

    /// The port to listen at; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8324)]
    port: u16,

    /// The namespace in which the latest run is looked for; empty for all
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// Taken so that scripts for Metaflow work: what changes is told at once
    #[arg(long, value_name = "SECONDS", hide = true)]
    poll_interval: Option<f64>,

    /// Taken so that scripts for Metaflow work: there is no bound
    #[arg(long, value_name = "COUNT", hide = true)]
    max_cards: Option<u64>,
}

/// Serves, and says where the cards are.
pub(super) fn run(arguments: &ServerArgs, context: &mut Context<'_>) -> Answer {
    let place = page(arguments, context)?;
    let at = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), arguments.port);
    serve(at, context, &place, &|_| ())?;
    Ok(Reply::new(String::new(), json!({"ended": Value::Null})))
}

/// The path of the page with the cards; the list of runs where nothing has run yet.
fn page(arguments: &ServerArgs, context: &Context<'_>) -> Result<String, Error> {
    let Ok(records) = context.records() else { return Ok(String::new()) };
    let provider = records.provider.as_ref();
    let named = arguments.flow.as_ref().map(|flow| flow.parse()).transpose()?;
    let tags: Vec<String> = context.namespace(arguments.namespace.as_deref()).into_iter().collect();
    let flow = match named.or(context.flow_name()?) {
        Some(flow) => Some(flow),
        None => {
            let query = RunQuery { tags: tags.clone(), limit: 1, ..RunQuery::default() };
            let latest = |flow| provider.runs(&flow, &query).map(|runs| runs.into_iter().next());
            let mut runs = Vec::new();
            for (flow, _) in provider.flows()? {
                runs.extend(latest(flow)?);
            }
            runs.into_iter().max_by_key(|run| run.created_at).map(|run| run.flow)
        }
    };
    let Some(flow) = flow else { return Ok(String::new()) };
    let run = match &arguments.run_id {
        Some(run) => {
            let run = run.parse()?;
            let none = || Error::new(codes::NOT_FOUND, format!("there is no run `{flow}/{run}`"));
            provider.run(&flow, &run)?.map(|record| record.run).ok_or_else(none)?
        }
        None => match newest(provider, &flow, tags)? {
            Some(run) => run,
            None => return Ok(flow.to_string()),
        },
    };
    Ok(format!("{flow}/{run}/view/cards"))
}
