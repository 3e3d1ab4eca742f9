//! `show`: the flow's graph, or what ran.

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::graph as flow_graph;
use spinloom_flow::graph::ParameterDoc;

use super::shown_record::{artifact, flow, run as run_of, step, task};
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::{Surface, target};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("show Training/58", "what ran, how long, what failed"),
    ("show Training/latest/train", "the tasks of a step in the newest run"),
    ("show Training/58/train/3", "a task: its attempts and artifacts"),
];

/// Show the structure of a flow, or what ran
///
/// With a flow file, or within one, the steps and how they follow each other. With a pathspec, `Flow`, `Flow/run`,
/// `Flow/run/step`, `Flow/run/step/task` or `Flow/run/step/task/artifact`, what is recorded of it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A flow file, or the pathspec of something recorded; `latest` stands for the newest run
    #[arg(value_name = "FLOW.PY or PATHSPEC")]
    target: Option<String>,
}

/// Shows it.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let Some(typed) = &arguments.target else {
        if context.flow.is_some() {
            return graph(context);
        }
        let error =
            Error::new(codes::USAGE, "there is nothing to show: name a flow file or something recorded");
        return Err(error
            .hint("write `show flow.py` or `show Flow/run`")
            .hint("`list` names the runs")
            .into());
    };
    let records = context.records()?;
    let spec = target::parse(typed, context, &records)?;
    if spec.run.is_none() {
        return Ok(flow(&records, &spec.flow, context)?);
    }
    let record = target::run(&records, &spec)?;
    if spec.step.is_none() {
        return Ok(run_of(&records, &record, context)?);
    }
    let tasks = target::tasks(&records, &spec)?;
    match (tasks.first(), &spec.artifact) {
        (Some(one), Some(name)) => Ok(artifact(&records, &record, one, name, context)?),
        (Some(one), None) if spec.task.is_some() => Ok(task(&records, &record, one, context)?),
        _ => Ok(step(&record, &tasks, context)),
    }
}

/// The graph, as Metaflow lays it out: the flow's docstring is a remark, the steps are data.
fn graph(context: &mut Context<'_>) -> Answer {
    let graph = context.flow()?.compile()?;
    let shown = flow_graph::show(&graph);
    let paint = context.output.out;
    let mut text = String::new();
    if context.surface == Surface::Native {
        text += &format!("{}\n", paint.bold(&shown.name));
    }
    if !shown.doc.is_empty() {
        match context.surface {
            Surface::Python => context.output.remark(&format!("\n{}\n\n", shown.doc)),
            Surface::Native => text += &format!("{}\n\n", indented(&shown.doc)),
        }
    }
    if context.surface == Surface::Native && !shown.starts.is_empty() {
        text += &format!("Runs {} where it is deployed\n\n", shown.starts.join(", "));
    }
    for step in &shown.steps {
        let asked =
            |name: &String| step.remote.clone().filter(|remote| remote.starts_with(&format!("{name}(")));
        let decorators: String = step
            .decorators
            .iter()
            .map(|name| format!(" @{}", asked(name).unwrap_or_else(|| name.clone())))
            .collect();
        let decorators =
            if context.surface == Surface::Python { String::new() } else { paint.dim(&decorators) };
        text += &format!("Step {}{decorators}\n", paint.bold(&step.name));
        text += &format!("{}\n", if step.doc.is_empty() { "    ?".to_owned() } else { indented(&step.doc) });
        if !step.next.is_empty() {
            text += &format!("    {} {}\n", paint.dim("=>"), step.next.join(", "));
        }
    }
    let parameters: Vec<_> = graph.flow().parameters.iter().map(parameter).collect();
    Ok(Reply::new(text, json!({"flow": shown, "parameters": parameters})))
}

fn parameter(doc: &ParameterDoc) -> Value {
    let mut shown = json!({
        "name": doc.name, "type": doc.kind, "required": doc.required, "default": doc.default, "help": doc.help,
    });
    let limits = [
        ("choices", json!(doc.choices)),
        ("min", doc.min.clone()),
        ("max", doc.max.clone()),
        ("item", json!(doc.item)),
    ];
    for (key, limit) in limits.into_iter().filter(|(_, limit)| *limit != Value::Null && *limit != json!([])) {
        shown[key] = limit;
    }
    shown
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
