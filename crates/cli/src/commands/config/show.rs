//! `config show`.

use clap::Args;
use serde_json::{Value, json};
use spinloom_configs::{Resolved, bare};
use spinloom_diagnostics::{Error, codes};

use super::{leaf, look, recorded};
use crate::commands::shown::table;
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::terminal::paint::Paint;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// A flow file, with `--config` and the like as for `run`; or a run
    #[arg(value_name = "FLOW|RUN")]
    target: Option<String>,
}

/// Prints every leaf of every config, and where it is from.
pub(super) fn run(arguments: &ShowArgs, context: &mut Context<'_>) -> Answer {
    let configs = match (&arguments.target, &context.flow) {
        (Some(target), _) => recorded(target, context, &context.records()?)?.1,
        (None, Some(flow)) => {
            flow.configs.as_ref().map(|configs| configs.resolved.clone()).unwrap_or_default()
        }
        (None, None) => {
            return Err(Error::new(codes::USAGE, "`config show` needs a flow file or a run")
                .hint("write `spinloom config show flow.py`, or `spinloom config show Flow/58`")
                .into());
        }
    };
    let data: Vec<Value> = configs.iter().map(record).collect();
    let text = match configs.is_empty() {
        true => "no configs\n".to_owned(),
        false => configs.iter().map(|one| shown(one, context.output.out)).collect::<Vec<_>>().join("\n"),
    };
    Ok(Reply::new(text, json!({"configs": data})))
}

fn shown(config: &Resolved, paint: Paint) -> String {
    let leaves = config.leaves();
    let row = |(path, value): &(spinloom_configs::Path, &Value)| {
        let key = if path.0.is_empty() { String::new() } else { format!("  {path}") };
        vec![key, look(value), paint.dim(&config.origin(path).text())]
    };
    let rows: Vec<Vec<String>> = leaves.iter().map(row).collect();
    match leaves.as_slice() {
        [(path, _)] if path.0.is_empty() => {
            let [_, value, origin] = &rows[0][..] else { return String::new() };
            format!("{}  {value}  {origin}\n", paint.bold(&config.name))
        }
        _ => format!("{}\n{}", paint.bold(&config.name), table(&rows)),
    }
}

fn record(config: &Resolved) -> Value {
    let leaves: Vec<Value> =
        config.leaves().iter().map(|(path, value)| leaf(path, value, &config.origin(path))).collect();
    json!({
        "name": config.name, "attribute": config.attribute, "value": bare(&config.value), "source": config.source,
        "leaves": leaves,
    })
}
