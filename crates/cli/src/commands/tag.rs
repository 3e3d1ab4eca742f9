//! `tag`: user tags of a run.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::FlowName;
use spinloom_metadata::{RunQuery, RunRecord};

use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::target;

pub(crate) const EXAMPLES: &[(&str, &str)] =
    &[("tag add --run-id Training/58 best", "tag a run"), ("tag list Training/58", "its tags")];

/// Add, remove and list tags of a run
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Add tags to a run
    Add(Change),
    /// Remove tags from a run
    Remove(Change),
    /// Remove and add tags of a run, both or neither
    Replace(Replace),
    /// List the tags of a run, or of many
    List(List),
}

#[derive(Debug, Args)]
struct Which {
    /// The run, instead of your latest
    #[arg(long, value_name = "RUN")]
    run_id: Option<String>,

    /// The namespace to look for your latest run in; empty for all
    #[arg(long, value_name = "TAG")]
    namespace: Option<String>,
}

#[derive(Debug, Args)]
struct Change {
    /// The tags
    #[arg(required = true)]
    tags: Vec<String>,

    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Replace {
    /// Add this tag; may be repeated
    #[arg(long, value_name = "TAG")]
    add: Vec<String>,

    /// Remove this tag first; may be repeated
    #[arg(long, value_name = "TAG")]
    remove: Vec<String>,

    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct List {
    /// The run; without one, tags of all runs of the flow
    #[arg(value_name = "RUN", conflicts_with = "run_id")]
    run: Option<String>,

    /// Tags of all runs, whatever run is named
    #[arg(long, conflicts_with = "my_runs")]
    all: bool,

    /// Tags of all your runs
    #[arg(long)]
    my_runs: bool,

    /// Only tags that users gave
    #[arg(long)]
    hide_system_tags: bool,

    /// Name the runs of each tag
    #[arg(long, conflicts_with = "group_by_run")]
    group_by_tag: bool,

    /// Name the tags of each run
    #[arg(long)]
    group_by_run: bool,

    /// One tag a line, nothing else
    #[arg(long, conflicts_with_all = ["group_by_tag", "group_by_run"])]
    flat: bool,

    /// The run, as an option
    #[arg(long, value_name = "RUN")]
    run_id: Option<String>,

    /// Only tags of runs in this namespace
    #[arg(long, value_name = "TAG")]
    namespace: Option<String>,
}

/// Changes or lists tags (CU-08).
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::Add(change) => mutate(&change.which, &change.tags, &[], context),
        Inner::Remove(change) => mutate(&change.which, &[], &change.tags, context),
        Inner::Replace(replace) if replace.add.is_empty() && replace.remove.is_empty() => {
            Err(Error::new(codes::USAGE, "say what to `--add` and what to `--remove`").into())
        }
        Inner::Replace(replace) => mutate(&replace.which, &replace.add, &replace.remove, context),
        Inner::List(list) => listed(list, context),
    }
}

fn mutate(which: &Which, add: &[String], remove: &[String], context: &Context<'_>) -> Answer {
    let run = which.find(context, &context.records()?)?;
    let tags = context.writable()?.mutate_tags(&run.flow, &run.run, add, remove)?;
    let name = format!("{}/{}", run.flow, run.run);
    let shown = if tags.is_empty() { "no tags".to_owned() } else { tags.join(", ") };
    let text = format!("{}: {shown}\n", context.output.out.bold(&name));
    Ok(Reply::new(text, json!({"pathspec": name, "tags": tags})))
}

impl Which {
    /// The run given, else the latest of this user in the namespace.
    fn find(&self, context: &Context<'_>, records: &Records) -> Result<RunRecord> {
        if let Some(typed) = &self.run_id {
            return target::run(records, &target::parse(typed, context, records)?);
        }
        let flow = flow(context, records)?;
        let mut tags: Vec<String> = context.namespace(self.namespace.as_deref()).into_iter().collect();
        let own = format!("user:{}", context.settings.user()?);
        if !tags.contains(&own) {
            tags.push(own);
        }
        let runs = records.provider.runs(&flow, &RunQuery { tags, limit: 1, ..RunQuery::default() })?;
        runs.into_iter().next().ok_or_else(|| {
            Error::new(codes::NOT_FOUND, format!("there is no run of `{flow}` by you in this namespace"))
                .hint("name the run with `--run-id`")
        })
    }
}

fn flow(context: &Context<'_>, records: &Records) -> Result<FlowName> {
    if let Some(flow) = context.flow_name()? {
        return Ok(flow);
    }
    let mut flows = records.provider.flows()?;
    match flows.len() {
        1 => Ok(flows.remove(0).0),
        _ => Err(Error::new(codes::USAGE, "it is not clear which run is meant")
            .hint("name it, such as `--run-id Flow/58`; `spinloom list` shows what there is")),
    }
}

fn listed(list: &List, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let runs = list.runs(context, &records)?;
    let mut by_tag: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut by_run: Vec<(String, BTreeSet<String>)> = Vec::new();
    for run in &runs {
        let name = format!("{}/{}", run.flow, run.run);
        let system = run.system_tags.iter().filter(|_| !list.hide_system_tags);
        let tags: BTreeSet<String> = run.tags.iter().chain(system).cloned().collect();
        for tag in &tags {
            by_tag.entry(tag.clone()).or_default().push(name.clone());
        }
        by_run.push((name, tags));
    }
    let data: Vec<Value> = runs
        .iter()
        .map(|run| {
            let name = format!("{}/{}", run.flow, run.run);
            json!({"pathspec": name, "tags": run.tags, "system_tags": run.system_tags})
        })
        .collect();
    Ok(Reply::new(list.text(&by_tag, &by_run, context), json!({"runs": data})))
}

impl List {
    /// The runs whose tags to list: the one named, else all of the flow that the other options leave.
    fn runs(&self, context: &Context<'_>, records: &Records) -> Result<Vec<RunRecord>> {
        let named = self.run.as_ref().or(self.run_id.as_ref());
        if let Some(typed) = named.filter(|_| !self.all && !self.my_runs) {
            return Ok(vec![target::run(records, &target::parse(typed, context, records)?)?]);
        }
        let own = if self.my_runs { Some(format!("user:{}", context.settings.user()?)) } else { None };
        let tags = own.into_iter().chain(self.namespace.clone().filter(|n| !n.is_empty())).collect();
        records.provider.runs(&flow(context, records)?, &RunQuery { tags, ..RunQuery::default() })
    }

    fn text(
        &self,
        by_tag: &BTreeMap<String, Vec<String>>,
        by_run: &[(String, BTreeSet<String>)],
        context: &Context<'_>,
    ) -> String {
        let paint = context.output.out;
        let group = |head: &str, items: String| format!("{}\n{items}\n", paint.bold(head));
        if self.group_by_run {
            by_run
                .iter()
                .map(|(run, tags)| group(run, tags.iter().map(|tag| format!("{tag}\n")).collect()))
                .collect()
        } else if self.group_by_tag {
            by_tag
                .iter()
                .map(|(tag, runs)| group(tag, runs.iter().map(|run| format!("{run}\n")).collect()))
                .collect()
        } else {
            by_tag.keys().map(|tag| format!("{tag}\n")).collect()
        }
    }
}
