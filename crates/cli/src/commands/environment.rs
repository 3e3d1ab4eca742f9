//! `environment`: what steps found installed, and how much room that takes.

use std::time::SystemTime;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_environments::{Cache, Cached, Removal};

use super::shown::table;
use super::store::{age, count};
use crate::context::Context;
use crate::environments::cache;
use crate::reply::{Answer, Reply};
use crate::terminal::time::{bytes, now_us, rfc3339};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("environment list", "the environments that are kept, and how large they are"),
    ("environment show 3f2a91", "the packages of one"),
    ("environment clean --unused-for 30d --yes", "remove those that no run has used for a month"),
];

/// Look after the environments of steps
///
/// What `@pypi`, `@conda` and `--environment=uv` need is built once and kept for all projects. What is removed here is built again when
/// a run needs it; what a run uses now stays.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List those that are kept, the last used first
    List,
    /// Say what one consists of
    Show(Show),
    /// Remove them
    Clean(Clean),
}

#[derive(Debug, Args)]
struct Show {
    /// Its name, or how that begins
    #[arg(value_name = "ENVIRONMENT")]
    id: String,
}

#[derive(Debug, Args)]
struct Clean {
    /// Only those that no run has used for so long, such as `30d`
    #[arg(long, value_name = "AGE")]
    unused_for: Option<String>,

    /// Remove them; without this, only say which would be removed
    #[arg(long)]
    yes: bool,

    /// Only say which would be removed (the default)
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// Lists, shows or removes.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Answer {
    let cache = cache(context)?;
    match &arguments.inner {
        Inner::List => Ok(list(&cache)),
        Inner::Show(show) => Ok(shown(&cache, &show.id)?),
        Inner::Clean(clean) => Ok(cleaned(&cache, clean, context)?),
    }
}

fn us(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The beginning of a name, which is enough.
fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// What was asked for, on one line.
fn asked(cached: &Cached) -> String {
    let all = &cached.lock.requirements;
    let shown: Vec<&str> = all.iter().take(3).map(String::as_str).collect();
    let rest = if all.len() > shown.len() { format!(" … {} in all", all.len()) } else { String::new() };
    format!("python {}, {}{rest}", cached.lock.python, shown.join(", ")).trim_end_matches(", ").to_owned()
}

fn data(cached: &Cached, used: SystemTime, size: u64) -> Value {
    json!({
        "id": cached.id, "manager": cached.lock.manager, "python": cached.lock.python, "requirements": cached.lock.requirements,
        "folder": cached.prefix, "bytes": size, "last_used_at": rfc3339(us(used)),
    })
}

fn list(cache: &Cache) -> Reply {
    let all = cache.list();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(cached, used, size)| {
            let used = rfc3339(us(*used));
            let used = used.get(..16).unwrap_or(&used).replace('T', " ");
            vec![
                short(&cached.id).to_owned(),
                cached.lock.manager.to_string(),
                bytes(*size),
                used,
                asked(cached),
            ]
        })
        .collect();
    let text = if all.is_empty() {
        format!("no environment is kept in `{}`\n", cache.root().display())
    } else {
        table(&rows)
    };
    let environments: Vec<Value> =
        all.iter().map(|(cached, used, size)| data(cached, *used, *size)).collect();
    Reply::new(text, json!({"folder": cache.root(), "environments": environments}))
}

fn shown(cache: &Cache, id: &str) -> Result<Reply> {
    let mut fits: Vec<_> =
        cache.list().into_iter().filter(|(cached, _, _)| cached.id.starts_with(id)).collect();
    let (Some((cached, used, size)), true) = (fits.pop(), fits.is_empty()) else {
        let what = if fits.is_empty() { "no environment is" } else { "several environments are" };
        return Err(Error::new(codes::NOT_FOUND, format!("{what} called `{id}`"))
            .hint("`spinloom environment list` lists them"));
    };
    let packages = cached.lock.packages();
    let rows: Vec<Vec<String>> =
        packages.iter().map(|(name, version)| vec![format!("  {name}"), version.clone()]).collect();
    let text = format!(
        "{}\n{}\n{}\nlast used {}, {}\n{}",
        cached.id,
        cached.prefix.display(),
        asked(&cached),
        rfc3339(us(used)),
        bytes(size),
        table(&rows)
    );
    let mut data = data(&cached, used, size);
    data["packages"] =
        packages.iter().map(|(name, version)| json!({"name": name, "version": version})).collect();
    data["lock"] = json!(cached.lock.text);
    Ok(Reply::new(text, data))
}

fn cleaned(cache: &Cache, clean: &Clean, context: &Context<'_>) -> Result<Reply> {
    let unused = clean.unused_for.as_deref().map(|text| age("--unused-for", text)).transpose()?;
    let old = |used: SystemTime| unused.as_ref().is_none_or(|unused| us(used) <= now_us() - unused.us);
    let chosen: Vec<_> = cache.list().into_iter().filter(|(_, used, _)| old(*used)).collect();
    // A build that is under way holds its lock; what nobody builds any more is of no use to anybody.
    let left_behind = cache.broken();
    let (mut removed, mut in_use, mut freed) = (Vec::new(), Vec::new(), 0);
    for (cached, _, size) in &chosen {
        match if clean.yes { cache.remove(&cached.id)? } else { Removal::Removed } {
            Removal::Removed => {
                removed.push(cached.id.clone());
                freed += size;
            }
            Removal::InUse => in_use.push(cached.id.clone()),
        }
    }
    if clean.yes {
        for id in &left_behind {
            cache.remove(id)?;
        }
        if unused.is_none() {
            cache.forget_resolved()?;
        }
    }
    let number = count(removed.len() as u64, "environment", "environments");
    let mut text = match (removed.is_empty(), clean.yes) {
        (true, _) => "nothing to remove\n".to_owned(),
        (_, true) => format!("removed {number}: freed {}\n", bytes(freed)),
        (_, false) => {
            let command = format!("{} environment clean --yes", context.commands.program);
            format!(
                "{number} could be removed: {}\nnothing was removed yet: `{command}` removes it\n",
                bytes(freed)
            )
        }
    };
    if !in_use.is_empty() {
        text +=
            &format!("{} in use: kept\n", count(in_use.len() as u64, "environment is", "environments are"));
    }
    Ok(Reply::new(
        text,
        json!({"removed": clean.yes, "environments": removed, "in_use": in_use, "freed_bytes": freed}),
    ))
}
