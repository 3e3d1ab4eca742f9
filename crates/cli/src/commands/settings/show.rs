//! `settings show`.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use spinloom_projects::{Settings, Told, yaml};

use super::{Common, overrides, path};
use crate::context::Context;
use crate::reply::{Answer, Problems, Reply};

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Only this binding, or those that a pattern fits; may be repeated
    #[arg(short, long, value_name = "BINDING")]
    binding: Vec<String>,

    /// Only what is below this path, such as `configuration.model`
    #[arg(
        long,
        visible_alias = "yaml-path",
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    path: String,

    /// What is said of where a value is from: `none`, `file` or `line`
    #[arg(long, value_name = "HOW", default_value = "file", hide_possible_values = true)]
    origin: Origin,

    /// Print plain YAML
    #[arg(long)]
    yaml: bool,

    #[command(flatten)]
    common: Common,

    /// Keys as `flow run` takes them: `model.alpha=0.3`
    #[arg(value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Origin {
    None,
    File,
    Line,
}

/// Prints the merged settings.
pub(super) fn run(arguments: &ShowArgs, context: &Context<'_>) -> Answer {
    let loaded = arguments.common.load(context)?;
    let labels = loaded.labels(&arguments.binding)?;
    let (typed, path) = (overrides(&arguments.set)?, path(&arguments.path)?);
    let told = match arguments.origin {
        Origin::None => Told::Nothing,
        Origin::File => Told::File,
        Origin::Line => Told::Line,
    };
    let json = context.output.json;
    let shown = |label: &String| -> Result<(String, Value), Problems> {
        let settings = loaded.settings(label, None, &typed)?;
        let text = match (json, arguments.yaml) {
            (true, _) => String::new(),
            (false, true) => yaml(&settings.part(&path)?.value()),
            (false, false) => settings.tree(&path, told)?,
        };
        let data = if json { record(&settings, &path)? } else { Value::Null };
        Ok((format!("binding={label}:\n{text}"), data))
    };
    let all = each(&labels, &shown)?;
    let texts: Vec<&str> = all.iter().map(|(text, _)| text.as_str()).collect();
    let bindings: Map<String, Value> =
        labels.iter().cloned().zip(all.iter().map(|(_, data)| data.clone())).collect();
    let mut reply = Reply::new(texts.join("\n"), serde_json::json!({"bindings": bindings}));
    reply.warnings.clone_from(&loaded.project.warnings);
    Ok(reply)
}

/// Does the same for every label, on as many threads as there are processors if there are many.
fn each<T: Send>(
    labels: &[String],
    work: &(dyn Fn(&String) -> Result<T, Problems> + Sync),
) -> Result<Vec<T>, Problems> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if labels.len() < 16 || workers < 2 {
        return labels.iter().map(work).collect();
    }
    let share = labels.len().div_ceil(workers);
    let parts: Vec<Result<Vec<T>, Problems>> = std::thread::scope(|scope| {
        let threads: Vec<_> = labels
            .chunks(share)
            .map(|labels| scope.spawn(move || labels.iter().map(work).collect::<Result<Vec<T>, Problems>>()))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    parts.into_iter().try_fold(Vec::new(), |mut all, part| {
        all.extend(part?);
        Ok(all)
    })
}

/// The settings for programs: the value, and each leaf with where it is from.
fn record(settings: &Settings, below: &spinloom_configs::Path) -> Result<Value, Problems> {
    let value = settings.part(below)?.value();
    let leaves: Vec<Value> = settings
        .leaves()
        .into_iter()
        .filter(|(path, ..)| path.0.starts_with(&below.0))
        .map(|(path, value, origin, over)| {
            json!({
                "key": path.to_string(), "pointer": path.pointer(), "value": value, "origin": origin, "overrides": over,
            })
        })
        .collect();
    Ok(json!({"hash": settings.hash(), "value": value, "leaves": leaves}))
}
