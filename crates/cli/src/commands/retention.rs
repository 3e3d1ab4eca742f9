//! `retention`: rules that say which runs are kept.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_upkeep::{Action, Decision, Filter, RETENTION_FILE, Rules, deletable};

use super::runs::remove;
use super::shown::table;
use super::store::{count, name};
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::terminal::time::now_us;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("retention show", "the rules, and how many runs each is about"),
    ("retention apply", "which runs they would delete"),
    ("retention apply --yes", "delete them"),
];

/// Keep and delete runs by rules
///
/// The rules are in `retention.toml` in the folder of the store, one `[[rule]]` after another: `action = "keep"` or `"delete"`, and any of
/// `flow`, `tag`, `status`, `older_than`, `keep_last`. The first that fits a run decides; a run that none fits is kept.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Show the rules, and how many runs each is about
    Show,
    /// Delete the runs that the rules do not keep
    Apply(Apply),
}

#[derive(Debug, Args)]
struct Apply {
    /// Delete them; without this, only say which would be deleted
    #[arg(long)]
    yes: bool,

    /// Only say which would be deleted (the default)
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// Shows or applies the rules.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let records = context.records()?;
    let rules = rules(context)?;
    let decisions = rules.decide(Filter::default().runs(records.provider.as_ref())?, now_us());
    match &arguments.inner {
        Inner::Show => Ok(shown(&rules, &decisions, context)),
        Inner::Apply(apply) => applied(decisions, apply.yes, context, &records),
    }
}

fn rules(context: &Context<'_>) -> Result<Rules> {
    let path = context.store().join(RETENTION_FILE);
    let shown = path.strip_prefix(context.settings.cwd()).unwrap_or(&path).display().to_string();
    Rules::read(&path, &shown)?.ok_or_else(|| {
        Error::new(codes::NOT_FOUND, format!("there are no rules: `{shown}` does not exist"))
            .hint("write one, such as\n\n    [[rule]]\n    action = \"delete\"\n    status = \"failed\"\n    older_than = \"30d\"")
    })
}

fn shown(rules: &Rules, decisions: &[Decision], context: &Context<'_>) -> Reply {
    let paint = context.output.out;
    let about = |rule: Option<usize>| decisions.iter().filter(move |d| d.rule == rule);
    let mut rows = Vec::new();
    let mut data: Vec<Value> = Vec::new();
    for (index, rule) in rules.all.iter().enumerate() {
        let fits = about(Some(index)).count() as u64;
        let delete = about(Some(index)).filter(|d| d.delete).count() as u64;
        let what = match rule.action {
            Action::Keep => count(fits, "run", "runs"),
            Action::Delete => format!("{}, {delete} to delete", count(fits, "run", "runs")),
        };
        let label = rule.name.clone().unwrap_or_default();
        rows.push(vec![format!("{}", index + 1), rule.to_string(), what, paint.dim(&label)]);
        data.push(json!({
            "rule": rule.to_string(), "name": rule.name, "action": rule.action, "runs": fits, "to_delete": delete,
        }));
    }
    let other = about(None).count() as u64;
    let mut text = table(&rows);
    text += &format!("{} that no rule is about: kept\n", count(other, "run", "runs"));
    Reply::new(text, json!({"rules": data, "other_runs": other}))
}

fn applied(decisions: Vec<Decision>, yes: bool, context: &Context<'_>, records: &Records) -> Answer {
    let (mut chosen, mut skipped) = (Vec::new(), Vec::new());
    for run in decisions.into_iter().filter(|d| d.delete).map(|d| d.run) {
        match deletable(records.provider.as_ref(), &records.files, &run) {
            Ok(()) => chosen.push(run),
            Err(error) if error.code() == codes::CANNOT_DELETE => skipped.push((run, error)),
            Err(error) => {
                return Err(error
                    .cause(format!("it was to be found out whether `{}` can go", name(&run)))
                    .into());
            }
        }
    }
    Ok(remove(context, records, chosen, yes)?.reply(&skipped, context))
}
