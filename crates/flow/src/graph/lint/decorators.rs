//! Flow decorators: what no run, however it is started, could make good (FD-01, FD-02, FD-03, FD-04).

use serde_json::Value;
use spinloom_diagnostics::{Error, codes};

use super::super::DecoratorDoc;
use super::Problems;
use crate::{cron, project, trigger};

pub(super) fn check(problems: &mut Problems<'_>) {
    if let Some(decorator) = problems.flow.decorator("project")
        && let Err(error) = project::check(decorator)
    {
        problems.found.push(error);
    }
    if let Some(decorator) = problems.flow.decorator("schedule") {
        schedule(decorator, problems);
    }
    problems.found.extend(trigger::check(problems.flow));
}

fn schedule(decorator: &DecoratorDoc, problems: &mut Problems<'_>) {
    let (message, why) = match decorator.attributes.get("cron") {
        None | Some(Value::Null) => return,
        Some(Value::String(expression)) => match cron::check(expression) {
            Ok(()) => return,
            Err(why) => {
                (format!("`@schedule` cannot understand the cron expression `{expression}`"), Some(why))
            }
        },
        Some(_) => ("`@schedule` needs text for `cron`".to_owned(), None),
    };
    let hint = "its fields are minute, hour, day of the month, month, day of the week and perhaps the year: \
                `cron=\"0 10 * * ? *\"` is every day at ten";
    let error = Error::new(codes::BAD_DECORATOR, message).hint(hint);
    problems.add(why.into_iter().fold(error, Error::cause), &decorator.file, decorator.line);
}
