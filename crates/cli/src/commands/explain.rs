//! `explain`: the page of an error code.

use clap::Args;
use serde_json::json;
use spinloom_diagnostics::{Error, all_codes, codes};

use crate::context::Context;
use crate::reply::{Answer, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] =
    &[("explain SL0103", "what is behind `error[SL0103]`"), ("explain", "all codes")];

/// Explain an error code, or list them all
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The code, such as `SL0103`
    code: Option<String>,
}

/// Prints the page.
pub(crate) fn run(arguments: &Arguments, _context: &mut Context<'_>) -> Answer {
    let Some(typed) = &arguments.code else { return Ok(all()) };
    let wanted = typed.to_uppercase();
    let Some(code) = all_codes().iter().find(|code| code.id() == wanted) else {
        return Err(Error::new(codes::NOT_FOUND, format!("there is no error code `{typed}`"))
            .suggest(&wanted, all_codes().iter().map(|code| code.id()))
            .hint("`explain` without a code lists them all")
            .into());
    };
    let data = json!({"code": code.id(), "exit_code": code.exit().native(), "page": code.page()});
    Ok(Reply::new(format!("{}\n", code.page().trim_end()), data))
}

fn all() -> Reply {
    let title =
        |page: &str| page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned();
    let lines: Vec<String> = all_codes()
        .iter()
        .map(|code| {
            let title = title(code.page());
            if title.starts_with(code.id()) {
                format!("{title}\n")
            } else {
                format!("{}  {title}\n", code.id())
            }
        })
        .collect();
    let data = all_codes().iter().map(|c| json!({"code": c.id(), "exit_code": c.exit().native()})).collect();
    Reply::new(lines.concat(), data)
}
