//! `gc`: removes what no recorded run needs.

use clap::Args;
use serde_json::{Value, json};
use spinloom_datastore::RunFolder;
use spinloom_upkeep::{
    CollectOptions, Collected, ObjectProgress, Objects, Progress, SweptObjects, Tally, collect,
};

use super::shown::table;
use super::store::{Meter, age, count};
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::terminal::paint::Paint;
use crate::terminal::time::{bytes, now_us};

pub(crate) const EXAMPLES: &[(&str, &str)] =
    &[("gc", "what could be removed, and how much that is"), ("gc --yes", "remove it")];

/// Remove what no recorded run needs
///
/// Chunks that no run refers to, what deleted runs left behind, files that were never finished. Safe beside running flows: what was
/// written or wanted since the oldest of them began stays, as does what is younger than the grace period. In object stores, what
/// any project has there that shares them stays, and what is younger than a week.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Remove it; without this, only say what would be removed
    #[arg(long)]
    yes: bool,

    /// Only say what would be removed (the default)
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,

    /// Leave alone what is younger than this, such as `24h`, `7d` or `0`
    #[arg(long, value_name = "AGE", default_value = "24h")]
    grace: String,

    /// Collect this disk only, not the object stores
    #[arg(long, conflicts_with = "alone")]
    local: bool,

    /// No other project uses the object stores now: `--grace` holds there too, however short
    #[arg(long)]
    alone: bool,
}

/// Collects.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let grace = age("--grace", &arguments.grace)?;
    let records = context.records()?;
    let objects = match (arguments.local, arguments.alone) {
        (true, _) => Objects::Leave,
        (_, true) => Objects::Alone,
        _ => Objects::Shared,
    };
    let options = CollectOptions { grace: grace.us, objects, remove: arguments.yes, now: now_us() };
    let meter = Meter::new(context);
    let done = collect(records.provider.as_ref(), &records.files, options, &mut |progress| {
        meter.say(|| match progress {
            Progress::Marking(done, all) => format!("looking at what runs need, {done} of {all}"),
            Progress::Sweeping(seen, freed) => {
                format!("looking at chunks, {seen} so far, {} of garbage", bytes(freed))
            }
            Progress::Objects(ObjectProgress::Packs(done, all)) => {
                format!("looking at what runs in the object store need, {done} of {all}")
            }
            Progress::Objects(ObjectProgress::Objects(seen, garbage)) => {
                format!("looking at objects, {seen} so far, {} of garbage", bytes(garbage))
            }
            Progress::Objects(ObjectProgress::Removing(freed, all)) => {
                format!("removing objects, {} of {}", bytes(freed), bytes(all))
            }
        });
    })?;
    drop(meter);
    let command = for_real(context);
    Ok(Reply::new(text(&done, arguments, &command, context.output.out), data(&done, arguments.yes)))
}

/// What was typed, and meant: with the options that decide what is garbage.
fn for_real(context: &Context<'_>) -> String {
    let typed = context.argv.iter().filter(|word| *word != "--dry-run").map(String::as_str);
    let words: Vec<&str> =
        [context.commands.program.as_str()].into_iter().chain(typed).chain(["--yes"]).collect();
    words.join(" ")
}

fn text(done: &Collected, arguments: &Arguments, command: &str, paint: Paint) -> String {
    let freed = bytes(done.freed());
    let (garbage, kept) = (garbage(done), kept(done, arguments));
    let head = match (garbage.is_empty(), arguments.yes) {
        (true, _) => "nothing to remove".to_owned(),
        (_, true) => format!("freed {freed}"),
        (_, false) => format!("{freed} could be freed"),
    };
    let mut text = format!("{}\n{}", paint.bold(&head), table(&garbage));
    if !kept.is_empty() {
        text += &format!("{}\n{}", paint.bold("kept"), table(&kept));
    }
    if !arguments.yes && !garbage.is_empty() {
        text += &format!("nothing was removed yet: {} removes it\n", paint.hint(&format!("`{command}`")));
    }
    text
}

fn row(what: String, size: u64) -> Vec<String> {
    vec![format!("  {what}"), bytes(size)]
}

/// `3 objects of <location>`, and what they are.
fn objects(tally: Tally, swept: &SweptObjects, what: &str) -> Option<Vec<String>> {
    let number = count(tally.count, "object", "objects");
    (tally.count > 0).then(|| row(format!("{number} of `{}` {what}", swept.location), tally.bytes))
}

fn garbage(done: &Collected) -> Vec<Vec<String>> {
    let mut garbage = Vec::new();
    let Tally { count: chunks, bytes: size } = done.chunks;
    if chunks > 0 {
        garbage.push(row(count(chunks, "chunk that no run needs", "chunks that no run needs"), size));
    }
    for folder in &done.folders {
        garbage.push(row(format!("what is left of `{}/{}`", folder.flow, folder.run), folder.size));
    }
    if done.temporary.count > 0 {
        let what =
            count(done.temporary.count, "file that was never finished", "files that were never finished");
        garbage.push(row(what, done.temporary.bytes));
    }
    garbage
        .extend(done.objects.iter().filter_map(|swept| objects(swept.garbage, swept, "that no run needs")));
    garbage
}

fn kept(done: &Collected, arguments: &Arguments) -> Vec<Vec<String>> {
    let mut kept = Vec::new();
    if done.needed.count > 0 {
        let what = count(done.needed.count, "chunk that runs need", "chunks that runs need");
        kept.push(row(what, done.needed.bytes));
    }
    if done.young.count > 0 {
        let what = count(done.young.count, "chunk", "chunks");
        kept.push(row(format!("{what} too young: {}", youth(done, arguments)), done.young.bytes));
    }
    for swept in &done.objects {
        kept.extend(objects(swept.needed, swept, "that runs need"));
        kept.extend(objects(swept.young, swept, "too young"));
    }
    for folder in &done.inherited {
        let what =
            format!("what later runs took over from `{}/{}`, which was deleted", folder.flow, folder.run);
        kept.push(row(what, folder.size));
    }
    kept
}

/// Why young chunks stay.
fn youth(done: &Collected, arguments: &Arguments) -> String {
    match done.running.first() {
        Some((flow, run)) => {
            format!("written since `{flow}/{run}` began, which is running")
        }
        None => format!("younger than {}", arguments.grace),
    }
}

fn data(done: &Collected, removed: bool) -> Value {
    let tally = |tally: &Tally| json!({"count": tally.count, "bytes": tally.bytes});
    let folder = |f: &RunFolder| json!({"pathspec": format!("{}/{}", f.flow, f.run), "bytes": f.size});
    let objects = |swept: &SweptObjects| {
        json!({
            "location": swept.location, "packs": swept.packs, "garbage": tally(&swept.garbage),
            "needed": tally(&swept.needed), "young": tally(&swept.young),
        })
    };
    json!({
        "removed": removed, "freed_bytes": done.freed(),
        "garbage": {
            "chunks": tally(&done.chunks), "temporary": tally(&done.temporary),
            "runs": done.folders.iter().map(folder).collect::<Vec<_>>(),
        },
        "kept": {
            "needed": tally(&done.needed), "young": tally(&done.young),
            "inherited": done.inherited.iter().map(folder).collect::<Vec<_>>(),
        },
        "objects": done.objects.iter().map(objects).collect::<Vec<_>>(),
        "runs": done.runs,
        "running": done.running.iter().map(|(flow, run)| format!("{flow}/{run}")).collect::<Vec<_>>(),
    })
}
