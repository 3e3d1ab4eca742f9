//! `server`: shows what is recorded, over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_metadata::Location;

use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::serving::ServeRequest;
use crate::storage;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("server", "show this project's runs at http://127.0.0.1:8040"),
    ("server --port 0", "at any port that is free"),
];

/// A question that takes longer is given up.
const DEADLINE: Duration = Duration::from_secs(2);

/// Show what is recorded, over HTTP
///
/// Serves the monitoring API for this project's store. Runs never wait for it and never need it. Ends with Ctrl-C, when what it
/// is being asked is answered.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The address to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,

    /// The port to listen at; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8040)]
    port: u16,
}

/// Serves.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let serve = context.serve.ok_or_else(|| {
        Error::new(codes::USAGE, "`server` is a command of the `spinloom` program")
            .hint("run `spinloom server`")
    })?;
    let store = context.store();
    let request = ServeRequest {
        listen: SocketAddr::new(arguments.host, arguments.port),
        metadata: Location::Local(store.clone()),
        store,
        policy: storage::policy(context, false)?,
        deadline: DEADLINE,
    };
    let output = context.output;
    serve(request, &mut |at| {
        let url = format!("http://{at}");
        output.remark(&format!("{} {}\n", output.err.bold("serving"), output.err.hint(&url)));
    })?;
    Ok(Reply::new(String::new(), json!({"ended": Value::Null})))
}
