//! `code diff`: what changed.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};
use spinloom_compare::code::between as changes_between;
use spinloom_diagnostics::ExitCode;

use super::changes::{data, line, render};
use super::code;
use super::sides::{Side, folder};
use crate::commands::shown::table;
use crate::commands::store::count;
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::target;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The run, such as `Training/58`
    #[arg(value_name = "RUN")]
    run: String,

    /// Another run, or a folder, instead of the folder you are in
    #[arg(value_name = "RUN or FOLDER")]
    other: Option<String>,

    /// Only name the files, and count the lines
    #[arg(long)]
    stat: bool,

    /// End with exit code 1 if anything differs
    #[arg(long)]
    exit_code: bool,
}

impl DiffArgs {
    fn judged(&self, mut reply: Reply) -> Reply {
        let differ = reply.data["files"].as_array().map_or(0, Vec::len);
        if self.exit_code && differ > 0 {
            let error = json!({"code": null, "message": format!("{differ} files differ")});
            reply.failed = Some((ExitCode::UserCode, error));
        }
        reply
    }
}

#[derive(Debug, Args)]
pub(super) struct RunsArgs {
    /// A run
    #[arg(value_name = "RUN")]
    one: String,

    /// Another
    #[arg(value_name = "RUN")]
    other: String,
}

/// From the run to the other run, or to a folder.
pub(super) fn run(arguments: &DiffArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (run, items) = code(&arguments.run, context, &records)?;
    let mut before = Side::of_run(&run, items);
    let dir = match &arguments.other {
        Some(other) if !is_folder(other, context, &records) => {
            let (run, items) = code(other, context, &records)?;
            return Ok(arguments.judged(answer(
                &before,
                &Side::of_run(&run, items),
                arguments.stat,
                context,
            )));
        }
        dir => dir.as_deref().map(Path::new),
    };
    let (after, warnings) = folder(dir, &run, &mut before.files, context)?;
    Ok(Reply { warnings, ..arguments.judged(answer(&before, &after, arguments.stat, context)) })
}

/// From one run to another.
pub(super) fn between(arguments: &RunsArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (one, before) = code(&arguments.one, context, &records)?;
    let (other, after) = code(&arguments.other, context, &records)?;
    Ok(answer(&Side::of_run(&one, before), &Side::of_run(&other, after), false, context))
}

/// `./58` is a folder whatever was recorded; a word that is neither is taken for a run.
fn is_folder(typed: &str, context: &Context<'_>, records: &crate::context::Records) -> bool {
    typed.starts_with(['.', '/'])
        || (context.settings.cwd().join(typed).is_dir() && target::parse(typed, context, records).is_err())
}

fn answer(before: &Side, after: &Side, stat: bool, context: &Context<'_>) -> Reply {
    let paint = context.output.out;
    let (changes, same) = changes_between(&before.files, &after.files);
    let text = if stat {
        table(&changes.iter().map(|change| line(change, paint)).collect::<Vec<_>>())
    } else {
        changes.iter().map(|change| render(change, paint)).collect()
    };
    if !context.output.json {
        let differ = match changes.len() as u64 {
            0 => "no file differs".to_owned(),
            1 => "1 file differs".to_owned(),
            many => format!("{many} files differ"),
        };
        let same = count(same as u64, "is the same", "are the same");
        context.output.remark(&format!("{} -> {}: {differ}, {same}\n", before.label, after.label));
    }
    let files: Vec<Value> = changes.iter().map(data).collect();
    Reply::new(text, json!({"from": before.label, "to": after.label, "files": files, "same": same}))
}
