//! `settings explain`.

use clap::Args;
use serde_json::{Value, json};
use spinloom_configs::Path;
use spinloom_diagnostics::Result;
use spinloom_projects::{DEFAULT, line};

use super::{Common, overrides, path};
use crate::commands::shown::table;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The key, such as `model.alpha`
    #[arg(value_name = "KEY")]
    key: String,

    /// Of this binding
    #[arg(short, long, value_name = "BINDING", default_value = DEFAULT)]
    binding: String,

    #[command(flatten)]
    common: Common,

    /// Keys as `flow run` takes them
    #[arg(value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// Prints a key, and every layer that sets it, the one that wins first.
pub(super) fn run(arguments: &ExplainArgs, context: &Context<'_>) -> Answer {
    let loaded = arguments.common.load(context)?;
    let settings = loaded.settings(&arguments.binding, None, &overrides(&arguments.set)?)?;
    let typed = path(&arguments.key)?;
    let inside = Path(std::iter::once("configuration".to_owned()).chain(typed.0.clone()).collect());
    let path = if settings.root.at(&inside.0).is_some() { inside } else { typed };
    let node = settings.part(&path)?;
    let paint = context.output.out;
    let mut rows = vec![vec![
        paint.good("●"),
        settings.layers.get(node.mark).map(|layer| layer.name.clone()).unwrap_or_default(),
        settings.layers.text(node.mark),
        line(&node.value()),
    ]];
    let mut layers = vec![layer(&rows[0])];
    for (name, place, value) in loaded.setting(&path, &arguments.binding)?.into_iter().rev() {
        let row = vec![paint.dim("○"), name, place, value];
        if row[1..3] != rows[0][1..3] {
            layers.push(layer(&row));
            rows.push(row);
        }
    }
    let kind = node.kind().trim_start_matches("a ");
    let text = format!("{path} = {}   ({kind})\n{}", line(&node.value()), indented(&table(&rows)));
    let origin = settings.layers.origin(node.mark);
    Ok(Reply::new(
        text,
        json!({"key": path.to_string(), "value": node.value(), "binding": arguments.binding, "origin": origin, "layers": layers}),
    ))
}

fn layer(row: &[String]) -> Value {
    json!({"layer": row.get(1), "place": row.get(2), "value": row.get(3)})
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

impl crate::projects::Loaded {
    /// Every layer of files that sets a key, lowest first: its name, the place, the value.
    fn setting(&self, path: &Path, binding: &str) -> Result<Vec<(String, String, String)>> {
        let found = self.project.setting(path, binding);
        Ok(found.into_iter().map(|(layer, place, value)| (layer, place, line(&value))).collect())
    }
}
