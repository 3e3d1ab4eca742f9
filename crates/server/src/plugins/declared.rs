//! `plugin.toml`: links and columns, without any code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::folder::Plugin;

pub(super) const FILE: &str = "plugin.toml";

/// What a template can name of a run, as the table of runs knows it.
const OF_RUNS: [&str; 8] =
    ["flow", "run", "user", "status", "started_ms", "finished_ms", "started_s", "finished_s"];
/// What it can name of a task beside.
const OF_TASKS: [&str; 4] = ["step", "task", "attempt", "pathspec"];

/// A link on the page of every run or task.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PluginLink {
    /// What it is called.
    #[schema(example = "Grafana")]
    label: String,
    /// Where it leads: a template.
    #[schema(example = "https://grafana.example/d?run={run}&from={started_ms}")]
    url: String,
    /// `run` or `task`.
    on: PluginLinkOn,
    /// Only where this is recorded: a key of the metadata, `tag:NAME` for a tag `NAME:…`.
    #[serde(default)]
    when: Option<String>,
}

/// What a link is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PluginLinkOn {
    Run,
    Task,
}

/// A column of the table of runs.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PluginColumn {
    /// Its title.
    #[schema(example = "Team")]
    label: String,
    /// What is in it: a template.
    #[schema(example = "{tag:team}")]
    template: String,
    /// Where it leads, if it does: a template.
    #[serde(default)]
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    version: Option<String>,
    #[serde(default)]
    links: Vec<toml::Value>,
    #[serde(default)]
    columns: Vec<toml::Value>,
}

/// Reads what is declared. A link or a column that is wrong is told, and left out alone.
pub(super) fn read(text: &str, plugin: &mut Plugin) {
    let given: Declared = match toml::from_str(text) {
        Ok(given) => given,
        Err(e) => return plugin.problems.push(format!("`{FILE}` cannot be read: {}", e.to_string().trim())),
    };
    plugin.version = plugin.version.take().or(given.version);
    for (n, link) in given.links.into_iter().enumerate() {
        match one::<PluginLink>(link).and_then(|link| check_link(&link).map(|()| link)) {
            Ok(link) => plugin.links.push(link),
            Err(e) => plugin.problems.push(format!("link {} of `{FILE}`: {e}", n + 1)),
        }
    }
    for (n, column) in given.columns.into_iter().enumerate() {
        match one::<PluginColumn>(column).and_then(|column| check_column(&column).map(|()| column)) {
            Ok(column) => plugin.columns.push(column),
            Err(e) => plugin.problems.push(format!("column {} of `{FILE}`: {e}", n + 1)),
        }
    }
}

fn one<'a, T: Deserialize<'a>>(value: toml::Value) -> Result<T, String> {
    value.try_into().map_err(|e: toml::de::Error| e.message().to_owned())
}

fn check_link(link: &PluginLink) -> Result<(), String> {
    check_address(&link.url)?;
    names(&link.url)?.iter().try_for_each(|name| check_name(name, link.on == PluginLinkOn::Task, true))
}

fn check_column(column: &PluginColumn) -> Result<(), String> {
    if let Some(url) = &column.url {
        check_address(url)?;
        names(url)?.iter().try_for_each(|name| check_name(name, false, false))?;
    }
    names(&column.template)?.iter().try_for_each(|name| check_name(name, false, false))
}

/// Only what a template begins with says where it leads: what is put into it is escaped.
fn check_address(url: &str) -> Result<(), String> {
    let leads = ["https://", "http://"].iter().any(|scheme| {
        url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '{']))
    });
    if leads || (url.starts_with('/') && !url.starts_with("//")) {
        return Ok(());
    }
    Err(format!("`{url}` is no address: it begins with `https://`, `http://` or `/`"))
}

/// What is between braces.
fn names(template: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, left) =
            after.split_once('}').ok_or_else(|| format!("`{template}` has a `{{` without `}}`"))?;
        found.push(name);
        rest = left;
    }
    Ok(found)
}

fn check_name(name: &str, of_task: bool, has_metadata: bool) -> Result<(), String> {
    let known = OF_RUNS.contains(&name)
        || name.strip_prefix("tag:").is_some_and(|rest| !rest.is_empty())
        || (of_task && OF_TASKS.contains(&name))
        || (has_metadata && name.strip_prefix("meta:").is_some_and(|rest| !rest.is_empty()));
    if known {
        return Ok(());
    }
    let mut all: Vec<&str> = OF_RUNS.to_vec();
    if of_task {
        all.extend(OF_TASKS);
    }
    all.push("tag:NAME");
    if has_metadata {
        all.push("meta:KEY");
    }
    Err(format!("nothing here is called `{{{name}}}`; there are `{}`", all.join("`, `")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(text: &str) -> Plugin {
        let mut plugin = Plugin::default();
        read(text, &mut plugin);
        plugin
    }

    #[test]
    fn what_is_wrong_is_told_and_the_rest_is_kept() {
        let plugin = plugin(
            r#"
            [[links]]
            label = "Grafana"
            url = "https://grafana.example/d?run={run}&task={task}"
            on = "task"
            [[links]]
            label = "Of runs"
            url = "https://grafana.example/{task}"
            on = "run"
            [[columns]]
            label = "Team"
            template = "{tag:team}"
            "#,
        );
        assert_eq!((plugin.links.len(), plugin.columns.len()), (1, 1));
        assert!(plugin.problems[0].starts_with("link 2 of `plugin.toml`: nothing here is called `{task}`"));
    }

    #[test]
    fn an_address_can_only_lead_where_it_says() {
        for good in ["https://a.example/{run}", "http://localhost:3000/?r={run}", "/{flow}/{run}"] {
            assert!(check_address(good).is_ok(), "{good}");
        }
        for bad in
            ["javascript:alert(1)", "{tag:url}", "//a.example", "https://{tag:host}/", "data:text/html,x"]
        {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_told() {
        let plugin = plugin("[[columns]]\nlabel = 'A'\ntemplat = '{run}'\n");
        assert!(plugin.problems[0].contains("templat"), "{:?}", plugin.problems);
        assert!(self::plugin("[[links").problems[0].starts_with("`plugin.toml` cannot be read"));
    }
}
