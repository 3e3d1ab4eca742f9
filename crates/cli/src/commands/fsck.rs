//! `fsck`: what of a store is missing, damaged or left over.

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, ExitCode, Result, codes};
use spinloom_flow::ArtifactName;
use spinloom_metadata::{RunQuery, RunRecord, TaskRecord};
use spinloom_upkeep::{CheckOptions, Checked, Filter, Finding, Orphans, Owner, check};

use super::store::{Meter, count};
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::target;
use crate::terminal::paint::Paint;
use crate::terminal::time::bytes;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("fsck", "read everything, and name what is damaged"),
    ("fsck Training/58", "only what one run saved"),
    ("fsck --fast", "whether everything is there, without reading it"),
];

/// Orphans that are named for people; programs get all.
const NAMED: usize = 5;

/// Check that what is recorded can be read
///
/// Reads every artifact, log and code package, compares it with the hash it was saved with, and names what is missing or damaged and whose it
/// is. Nothing is changed.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only this: a flow, a run, a step, a task or an artifact
    #[arg(value_name = "PATHSPEC")]
    pathspec: Option<String>,

    /// Everything (the default)
    #[arg(long, conflicts_with = "pathspec")]
    all: bool,

    /// Only whether it is there and has its length: bytes are not read
    #[arg(long)]
    fast: bool,
}

type Scope = Vec<(RunRecord, Option<Vec<TaskRecord>>)>;

/// Checks.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let records = context.records()?;
    let (scope, only) = scope(arguments, context, &records)?;
    let whole = arguments.pathspec.is_none();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = CheckOptions { fast: arguments.fast, threads };
    let meter = Meter::new(context);
    let checked = check(
        records.provider.as_ref(),
        &records.files,
        &scope,
        (only.as_ref(), whole),
        options,
        &mut |done, all| {
            meter.say(|| format!("{} of {}", bytes(done), bytes(all)));
        },
    )?;
    drop(meter);
    if let Some(name) = only.filter(|_| checked.artifacts == 0 && checked.findings.is_empty()) {
        let place = arguments.pathspec.as_deref().unwrap_or_default();
        return Err(
            Error::new(codes::NOT_FOUND, format!("there is no artifact `{name}` at `{place}`")).into()
        );
    }
    let mut reply = Reply::new(text(&checked, context), data(&checked));
    if !checked.findings.is_empty() {
        let message = format!("{} damaged or missing", things(&checked));
        let error = Error::new(codes::STORE_CORRUPT, message);
        reply.failed = Some((ExitCode::Unreachable, json!(error)));
    }
    Ok(reply)
}

fn scope(
    arguments: &Arguments,
    context: &Context<'_>,
    records: &Records,
) -> Result<(Scope, Option<ArtifactName>)> {
    let Some(typed) = &arguments.pathspec else {
        let all = Filter::default().runs(records.provider.as_ref())?;
        return Ok((all.into_iter().map(|run| (run, None)).collect(), None));
    };
    let spec = target::parse(typed, context, records)?;
    if spec.run.is_none() {
        let all = records.provider.runs(&spec.flow, &RunQuery::default())?;
        return Ok((all.into_iter().map(|run| (run, None)).collect(), None));
    }
    let run = target::run(records, &spec)?;
    let tasks = if spec.step.is_some() { Some(target::tasks(records, &spec)?) } else { None };
    Ok((vec![(run, tasks)], spec.artifact))
}

fn things(checked: &Checked) -> String {
    let number = checked.findings.len() as u64;
    count(number, "thing is", "things are")
}

fn text(checked: &Checked, context: &Context<'_>) -> String {
    let paint = context.output.out;
    let mut text: String = checked.findings.iter().map(|finding| told(finding, paint)).collect();
    let Checked { runs, tasks, artifacts, chunks, .. } = checked;
    text += &format!(
        "checked {}, {}, {}, {} of {}\n",
        count(*runs, "run", "runs"),
        count(*tasks, "task", "tasks"),
        count(*artifacts, "artifact", "artifacts"),
        count(chunks.count, "chunk", "chunks"),
        bytes(chunks.bytes)
    );
    text += &if checked.findings.is_empty() {
        format!("{} nothing is damaged or missing\n", paint.good("✓"))
    } else {
        format!("{} {} damaged or missing\n", paint.bad("✗"), things(checked))
    };
    if let Some(orphans) = &checked.orphans {
        text += &left_over(orphans, context);
    }
    text
}

fn told(finding: &Finding, paint: Paint) -> String {
    let kind = match finding.kind {
        "package" => "code package",
        "piece" => "manifest",
        "log" => "log of",
        other => other,
    };
    let mut text = format!("{} {kind} `{}` {}\n", paint.bad("✗"), finding.name, finding.what);
    // A log's name says whose it is.
    for owner in finding.owners.iter().filter(|_| finding.kind != "log") {
        text += &format!("    {}\n", owner_text(owner));
    }
    let more = finding.owned_by - finding.owners.len();
    if more > 0 {
        text += &format!("    and {more} more\n");
    }
    text
}

fn owner_text(owner: &Owner) -> String {
    let attempt = owner.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
    match &owner.artifact {
        Some(artifact) => format!("artifact `{artifact}` of `{}`{attempt}", owner.pathspec),
        None => format!("of `{}`{attempt}", owner.pathspec),
    }
}

fn left_over(orphans: &Orphans, context: &Context<'_>) -> String {
    let (chunks, folders) = (orphans.chunks.len() as u64, orphans.folders.len() as u64);
    if chunks + folders == 0 {
        return String::new();
    }
    let mut text = String::new();
    let size = orphans.chunks.iter().map(|(_, size)| size).sum();
    if chunks > 0 {
        text += &format!("{} that no run refers to, {}\n", count(chunks, "chunk", "chunks"), bytes(size));
        text += &named(
            orphans.chunks.iter().map(|(name, size)| format!("    {name}  {}\n", bytes(*size))),
            chunks,
        );
    }
    if folders > 0 {
        text += &format!("{} of runs that are not recorded\n", count(folders, "folder", "folders"));
        let one = orphans.folders.iter().map(|f| format!("    {}/{}  {}\n", f.flow, f.run, bytes(f.size)));
        text += &named(one, folders);
    }
    let command = format!("`{} gc`", context.commands.program);
    text + &format!("{} removes such leftovers\n", context.output.out.hint(&command))
}

fn named(lines: impl Iterator<Item = String>, all: u64) -> String {
    let mut text: String = lines.take(NAMED).collect();
    if all > NAMED as u64 {
        text += &format!("    and {} more\n", all - NAMED as u64);
    }
    text
}

fn data(checked: &Checked) -> Value {
    let owner = |o: &Owner| json!({"pathspec": o.pathspec, "attempt": o.attempt, "artifact": o.artifact});
    let finding = |f: &Finding| {
        json!({
            "kind": f.kind, "name": f.name, "fault": f.fault, "message": f.what,
            "owners": f.owners.iter().map(owner).collect::<Vec<_>>(), "owned_by": f.owned_by,
        })
    };
    let orphans = |o: &Orphans| {
        let chunk = |(name, size): &(String, u64)| json!({"name": name, "bytes": size});
        json!({
            "chunks": o.chunks.iter().map(chunk).collect::<Vec<_>>(),
            "runs": o.folders.iter().map(|f| json!({"pathspec": format!("{}/{}", f.flow, f.run), "bytes": f.size}))
                .collect::<Vec<_>>(),
        })
    };
    json!({
        "runs": checked.runs, "tasks": checked.tasks, "artifacts": checked.artifacts,
        "chunks": {"count": checked.chunks.count, "bytes": checked.chunks.bytes},
        "findings": checked.findings.iter().map(finding).collect::<Vec<_>>(),
        "orphans": checked.orphans.as_ref().map(orphans),
    })
}
