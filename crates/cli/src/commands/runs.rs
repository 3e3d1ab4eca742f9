//! `runs`: looks after runs that are over.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::{RunRecord, missing};
use spinloom_upkeep::{Filter, Heirs, deletable, delete};

use super::shown::{mark, record, table};
use super::store::{Meter, age, count, name, status};
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::target;
use crate::terminal::time::{bytes, minute, now_us};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("runs delete Training/57 Training/58", "what would go"),
    ("runs delete Training/57 Training/58 --yes", "delete these two"),
    ("runs delete --status failed --older-than 30d --yes", "delete what failed long ago"),
    ("runs delete --flow Training --keep-last 10 --yes", "delete all but the latest ten"),
];

/// Delete runs
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Delete runs: they are not listed, shown or resumed any more
    ///
    /// The space of large artifacts that no other run needs is free after the next `gc`.
    Delete(DeleteArgs),
}

#[derive(Debug, Args)]
struct DeleteArgs {
    /// The runs, such as `Training/58`
    #[arg(value_name = "RUN")]
    runs: Vec<String>,

    /// Runs of this flow
    #[arg(long, value_name = "FLOW")]
    flow: Option<String>,

    /// Runs with this tag; may be repeated
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// Runs of this state: `done`, `failed`, `stopped` or `lost`; may be repeated
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,

    /// Runs that began longer ago than this, such as `30d`
    #[arg(long, value_name = "AGE")]
    older_than: Option<String>,

    /// But not the newest N of each flow
    #[arg(long, value_name = "N")]
    keep_last: Option<usize>,

    /// Delete them; without this, only say which would be deleted
    #[arg(long)]
    yes: bool,

    /// Only say which would be deleted (the default)
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// Deletes runs.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let Inner::Delete(arguments) = &arguments.inner;
    let records = context.records()?;
    let named = !arguments.runs.is_empty();
    let runs = arguments.runs(context, &records)?;
    let (mut chosen, mut skipped) = (Vec::new(), Vec::new());
    for run in runs {
        match deletable(records.provider.as_ref(), &records.files, &run) {
            Ok(()) => chosen.push(run),
            // Somebody who names a run means it, and no other instead.
            Err(error) if named => return Err(error.into()),
            Err(error) if error.code() == codes::CANNOT_DELETE => skipped.push((run, error)),
            Err(error) => return Err(error.into()),
        }
    }
    let removal = remove(context, &records, chosen, arguments.yes)?;
    Ok(removal.reply(&skipped, context))
}

impl DeleteArgs {
    fn runs(&self, context: &Context<'_>, records: &Records) -> Result<Vec<RunRecord>> {
        let flow = self.flow.as_deref().map(FlowName::new).transpose()?;
        if let Some(flow) = &flow
            && !records.provider.flows()?.iter().any(|(known, _)| known == flow)
        {
            return Err(missing(records.provider.as_ref(), &[flow.as_str()])?);
        }
        let filters = !self.tag.is_empty()
            || !self.status.is_empty()
            || self.older_than.is_some()
            || self.keep_last.is_some();
        if self.runs.is_empty() && !filters && flow.is_none() {
            return Err(Error::new(codes::USAGE, "it is not said which runs to delete")
                .hint("name them, such as `Training/58`, or say which: `--flow`, `--tag`, `--status`, `--older-than`, `--keep-last`"));
        }
        if !self.runs.is_empty() && filters {
            return Err(Error::new(codes::USAGE, "runs are named, and chosen by options too")
                .hint("name them or choose them, not both"));
        }
        if !self.runs.is_empty() {
            return self.named(flow.as_ref(), context, records);
        }
        let before = self.older_than.as_deref().map(|text| age("--older-than", text)).transpose()?;
        let filter = Filter {
            flow,
            tags: self.tag.clone(),
            status: self.status.iter().map(|text| status(text)).collect::<Result<_>>()?,
            before: before.map(|age| now_us() - age.us),
            keep_last: self.keep_last.unwrap_or_default(),
        };
        filter.runs(records.provider.as_ref())
    }

    fn named(
        &self,
        flow: Option<&FlowName>,
        context: &Context<'_>,
        records: &Records,
    ) -> Result<Vec<RunRecord>> {
        let mut runs: Vec<RunRecord> = Vec::new();
        for typed in &self.runs {
            let typed = match flow {
                Some(flow) if !typed.contains('/') => format!("{flow}/{typed}"),
                _ => typed.clone(),
            };
            let spec = target::parse(&typed, context, records)?;
            if spec.step.is_some() {
                let message = format!("`{typed}` is a part of a run, and only whole runs can be deleted");
                let run = spec.run.as_ref().map(ToString::to_string).unwrap_or_default();
                return Err(
                    Error::new(codes::BAD_PATHSPEC, message).hint(format!("write `{}/{run}`", spec.flow))
                );
            }
            let run = target::run(records, &spec)?;
            if !runs.iter().any(|known| (&known.flow, &known.run) == (&run.flow, &run.run)) {
                runs.push(run);
            }
        }
        Ok(runs)
    }
}

/// What was, or would be, deleted.
pub(super) struct Removal {
    done: bool,
    runs: Vec<(RunRecord, BTreeSet<RunId>)>,
    freed: u64,
}

/// Deletes runs; without `yes`, only finds out what that would mean.
pub(super) fn remove(
    context: &Context<'_>,
    records: &Records,
    chosen: Vec<RunRecord>,
    yes: bool,
) -> Result<Removal> {
    let mut removal = Removal { done: yes, runs: Vec::new(), freed: 0 };
    let mut heirs = Heirs::default();
    let mut provider = if yes { Some(context.writable()?) } else { None };
    let meter = Meter::new(context);
    let all = chosen.len();
    let names: BTreeSet<String> = chosen.iter().map(name).collect();
    // Newest first, so that a run goes before the one it took artifacts over from.
    for (index, run) in chosen.into_iter().enumerate() {
        meter.say(|| format!("{index} of {all} runs"));
        let kept_for = match &mut provider {
            Some(provider) => {
                let deleted = delete(provider.as_mut(), &records.files, &run, &mut heirs)?;
                removal.freed += deleted.freed;
                deleted.kept_for
            }
            None => {
                let found = heirs.of(records.provider.as_ref(), &records.files, &run.flow, &run.run)?;
                found.into_iter().filter(|heir| !names.contains(&format!("{}/{heir}", run.flow))).collect()
            }
        };
        removal.runs.push((run, kept_for));
    }
    Ok(removal)
}

impl Removal {
    /// What is said of it.
    pub(super) fn reply(&self, skipped: &[(RunRecord, Error)], context: &Context<'_>) -> Reply {
        let (paint, zone) = (context.output.out, TimeZone::system());
        let rows: Vec<Vec<String>> = self
            .runs
            .iter()
            .map(|(run, kept_for)| {
                let heirs: Vec<String> =
                    kept_for.iter().map(|heir| format!("`{}/{heir}`", run.flow)).collect();
                let note = match heirs.as_slice() {
                    [] => String::new(),
                    heirs => format!("what it saved stays for {}", heirs.join(", ")),
                };
                vec![
                    format!("{} {}", mark(run.status, paint), name(run)),
                    run.status.to_string(),
                    minute(run.created_at, &zone),
                    run.user.clone(),
                    paint.dim(&note),
                ]
            })
            .collect();
        let mut text = table(&rows);
        for (_, why) in skipped {
            text += &format!("{}: {}\n", paint.warn("left out"), why.message());
        }
        let runs = count(self.runs.len() as u64, "run", "runs");
        text += &match (self.runs.is_empty(), self.done) {
            (true, _) => "no runs to delete\n".to_owned(),
            (_, false) => {
                format!("{runs} would be deleted; {} does it\n", paint.hint("`--yes`"))
            }
            (_, true) => {
                let command = format!("`{} gc`", context.commands.program);
                let freed = bytes(self.freed);
                format!(
                    "deleted {runs}, freed {freed}; {} finds what no run needs any more\n",
                    paint.hint(&command)
                )
            }
        };
        Reply::new(text, self.data(skipped))
    }

    fn data(&self, skipped: &[(RunRecord, Error)]) -> Value {
        let one = |(run, kept_for): &(RunRecord, BTreeSet<RunId>)| {
            let mut data = record(run);
            data["kept_for"] =
                json!(kept_for.iter().map(|heir| format!("{}/{heir}", run.flow)).collect::<Vec<_>>());
            data
        };
        let left = |(run, why): &(RunRecord, Error)| json!({"pathspec": name(run), "why": why});
        json!({
            "deleted": self.done, "freed_bytes": self.freed, "runs": self.runs.iter().map(one).collect::<Vec<_>>(),
            "skipped": skipped.iter().map(left).collect::<Vec<_>>(),
        })
    }
}
