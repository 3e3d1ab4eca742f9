//! `import`: runs recorded by something else.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use spinloom_datastore::Datastore;
use spinloom_diagnostics::{Error, ExitCode, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_import::{Planned, Report, Request, Standing, Target, import, plan};
use spinloom_metaflow::Store;
use spinloom_objects::{Location, Options};

use super::shown::table;
use crate::context::{Context, Place};
use crate::reply::{Answer, Reply};
use crate::terminal::bringing::Bringing;
use crate::terminal::time::{bytes, minute, now_us, rfc3339};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("import metaflow .metaflow", "all runs of a local store"),
    ("import metaflow s3://bucket/metaflow --flow Training --since 30d", "a month's runs of a flow"),
];

/// So many remarks are shown; `--json` has all.
const SHOWN: usize = 20;

/// Bring in runs that were recorded elsewhere
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Bring in runs of a datastore of Metaflow's: a folder, or a place in S3, Google's or Azure's object store
    Metaflow(Metaflow),
}

#[derive(Debug, Args)]
struct Metaflow {
    /// The store: a `.metaflow` folder, the folder that has it, or `s3://bucket/prefix`
    #[arg(value_name = "PATH")]
    path: String,

    /// Only runs of this flow
    #[arg(long, value_name = "FLOW")]
    flow: Option<String>,

    /// Only this run; may be repeated
    #[arg(long, value_name = "RUN")]
    run: Vec<String>,

    /// Only runs made since: `30d`, `12h`, or a day such as `2026-11-01`
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,

    /// Call the flow something else here
    #[arg(long, value_name = "NAME", requires = "flow")]
    as_flow: Option<String>,

    /// A `.metaflow` folder that has the metadata of the runs, if they are not beside the data
    #[arg(long, value_name = "PATH")]
    metadata: Option<String>,

    /// Who ran them, where the store does not say
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Brings runs in.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let From::Metaflow(metaflow) = &arguments.from;
    let asked = metaflow.request()?;
    let (source, from) = metaflow.open(context)?;
    let request = Request { from, ..asked };
    if metaflow.dry_run {
        return dry_run(&source, &request, context);
    }
    // Nothing is made here before it is known that there is something there.
    plan(&source, None, &Request { since: Some(i64::MAX), ..request.clone() })?;
    let into = into(context)?;
    let files = Datastore::open(&into.store)?;
    let mut provider = into.metadata.open()?;
    let mut bringing = Bringing::new(context.screen.stderr && !context.output.quiet && !context.output.json);
    let mut target = Target { files: &files, provider: provider.as_mut() };
    let report = import(&source, &mut target, &request, &mut |progress| bringing.show(progress));
    bringing.finish();
    Ok(reply(&report?, &request, context))
}

/// Where runs are brought to: `--metadata` is about where they come from.
fn into(context: &mut Context<'_>) -> Result<Place> {
    context.globals.metadata = None;
    context.place().cloned()
}

impl Metaflow {
    /// The store, and how to call it.
    fn open(&self, context: &Context<'_>) -> Result<(Store, String)> {
        let options = Options::from_settings(&context.settings)?;
        let place = if self.path.contains("://") {
            self.path.parse()?
        } else {
            Location::folder(&folder(&context.settings.cwd().join(&self.path))?)
        };
        let metadata =
            self.metadata.as_ref().map(|path| folder(&context.settings.cwd().join(path))).transpose()?;
        let metadata = metadata.map(|path| Location::folder(&path));
        let store = Store::open(&place, metadata.as_ref(), &options)?;
        if store.flows()?.is_empty() {
            let message = format!("there is no flow of Metaflow's in `{place}`");
            return Err(Error::new(codes::NOT_FOUND, message)
                .hint("give the folder that has a folder for each flow, such as `.metaflow` or `s3://bucket/metaflow`"));
        }
        Ok((store, place.to_string()))
    }

    /// What is asked for, but for where.
    fn request(&self) -> Result<Request> {
        let now = now_us();
        Ok(Request {
            flow: self.flow.as_deref().map(FlowName::new).transpose()?,
            runs: self.run.iter().map(RunId::new).collect::<Result<_>>()?,
            since: self.since.as_deref().map(|text| since(text, now)).transpose()?,
            as_flow: self.as_flow.as_deref().map(FlowName::new).transpose()?,
            user: self.user.clone(),
            from: String::new(),
            now,
        })
    }
}

/// The `.metaflow` folder `path` is, or has.
fn folder(path: &Path) -> Result<PathBuf> {
    // Without a `.` that was typed.
    let path: PathBuf = path.components().collect();
    let inner = path.join(".metaflow");
    match (path.is_dir(), inner.is_dir()) {
        (_, true) => Ok(inner),
        (true, false) => Ok(path),
        (false, false) => {
            Err(Error::new(codes::NOT_FOUND, format!("there is no folder `{}`", path.display())))
        }
    }
}

/// `30d`, `12h`, `2w` before `now`, or the beginning of a day.
fn since(text: &str, now: i64) -> Result<i64> {
    let wrong = || {
        Error::new(codes::USAGE, format!("`--since` cannot be `{text}`"))
            .hint("write for example `30d`, `12h`, `2w` or `2026-11-01`")
    };
    if let Ok(day) = text.parse::<Date>() {
        let start = day.to_zoned(TimeZone::system()).map_err(|_| wrong())?;
        return Ok(start.timestamp().as_microsecond());
    }
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let hours: i64 = match unit {
        "h" => 1,
        "d" => 24,
        "w" => 24 * 7,
        _ => return Err(wrong()),
    };
    let number: i64 = number.parse().ok().filter(|n| (0..1_000_000).contains(n)).ok_or_else(wrong)?;
    Ok(now - number * hours * 3_600_000_000)
}

fn dry_run(source: &Store, request: &Request, context: &mut Context<'_>) -> Answer {
    let provider = into(context)?.metadata.open_read()?;
    let planned = plan(source, provider.as_deref(), request)?;
    let zone = TimeZone::system();
    let row = |one: &Planned| {
        let head = one.head.clone().unwrap_or_default();
        let made = head.created_at.map(|at| minute(at, &zone)).unwrap_or_default();
        vec![
            one.pathspec(),
            standing(&one.standing).to_owned(),
            made,
            head.user.unwrap_or_default(),
            head.tags.join(" "),
        ]
    };
    let data = |one: &Planned| {
        let head = one.head.clone().unwrap_or_default();
        json!({
            "pathspec": one.pathspec(), "into": format!("{}/{}", one.into, one.run), "standing": standing(&one.standing),
            "created_at": head.created_at.map(rfc3339), "user": head.user, "tags": head.tags,
        })
    };
    let runs: Vec<Value> = planned.iter().map(data).collect();
    let text = if planned.is_empty() {
        "no such runs\n".into()
    } else {
        table(&planned.iter().map(row).collect::<Vec<_>>())
    };
    Ok(Reply::new(text, json!({"from": request.from, "dry_run": true, "runs": runs})))
}

fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::New => "new",
        Standing::Begun(_) => "to be looked at again",
        Standing::Complete(_) => "here already",
        Standing::Taken => "its name is taken",
    }
}

fn reply(report: &Report, request: &Request, context: &Context<'_>) -> Reply {
    let left_out: Vec<&String> = report.runs.iter().flat_map(|run| &run.left_out).collect();
    let mut data = json!(report);
    data["from"] = request.from.as_str().into();
    let mut reply = Reply::new(summary(report, request, context), data);
    reply.warnings = left_out.iter().take(SHOWN).map(|what| format!("left out {what}")).collect();
    if left_out.len() > SHOWN {
        reply
            .warnings
            .push(format!("{} more artifacts are left out; `--json` names them", left_out.len() - SHOWN));
    }
    for skipped in &report.skipped {
        let hint = skipped.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        reply.warnings.push(format!("left out the run `{}`: {}{hint}", skipped.pathspec, skipped.reason));
    }
    if report.is_partial() {
        let message = format!(
            "{} and {} could not be brought in",
            count(report.skipped.len() as u64, "run"),
            count(left_out.len() as u64, "artifact")
        );
        reply.failed = Some((ExitCode::Partial, json!(Error::new(codes::PARTIAL_IMPORT, message))));
    }
    reply
}

fn summary(report: &Report, request: &Request, context: &Context<'_>) -> String {
    let paint = context.output.out;
    let sum = |of: fn(&spinloom_import::Imported) -> u64| report.runs.iter().map(of).sum::<u64>();
    let mut text = if report.runs.is_empty() {
        format!("nothing new in `{}`\n", request.from)
    } else {
        format!(
            "{} from `{}`: {}, {}, {} saved\n",
            paint.bold(&count(report.runs.len() as u64, "run")),
            request.from,
            count(sum(|run| run.tasks), "task"),
            count(sum(|run| run.artifacts), "artifact"),
            bytes(sum(|run| run.saved)),
        )
    };
    let row = |run: &spinloom_import::Imported| {
        vec![
            format!("  {}", run.pathspec),
            run.status.clone(),
            if run.new { count(run.tasks, "task") } else { format!("{} more", count(run.tasks, "task")) },
        ]
    };
    text.push_str(&table(&report.runs.iter().take(SHOWN).map(row).collect::<Vec<_>>()));
    if report.runs.len() > SHOWN {
        text.push_str(&format!("  … and {} more\n", report.runs.len() - SHOWN));
    }
    if report.unchanged > 0 {
        text.push_str(&format!("{} here already\n", count(report.unchanged as u64, "run")));
    }
    text
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_so_long_ago_or_a_day() {
        let hour = 3_600_000_000;
        assert_eq!(since("2d", 100 * hour).unwrap(), 52 * hour);
        assert_eq!(since("3h", 100 * hour).unwrap(), 97 * hour);
        assert!(since("2026-11-01", 0).unwrap() > 1_700_000_000_000_000);
        for bad in ["", "d", "3", "3x", "-3d", "ü", "99999999d"] {
            assert_eq!(since(bad, 0).unwrap_err().code(), codes::USAGE, "{bad}");
        }
    }
}
