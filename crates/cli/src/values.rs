//! Options and parameters: what was typed, else the environment, else defaults (RU-22, PA-05).

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use clap::builder::{Arg, ArgAction};
use clap::{ArgMatches, Command};
use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::graph::{DefaultKind, ParameterDoc, ParameterType};
use spinloom_flow::{exact, parameters};
use spinloom_settings::Settings;

use crate::context::Flow;
use crate::{files, paramfile};

/// An option's text and where it is from: typed, else in the environment.
pub(crate) fn given(
    settings: &Settings,
    command: &str,
    option: &str,
    typed: Option<&str>,
) -> Option<(String, String)> {
    match typed {
        Some(text) => Some((format!("--{option}"), text.to_owned())),
        None => settings.option_env(command, option).filter(|(_, text)| !text.is_empty()),
    }
}

/// A number, at least 1.
pub(crate) fn number<T: FromStr + PartialOrd + From<u8>>(
    settings: &Settings,
    command: &str,
    option: &str,
    typed: Option<&str>,
    default: T,
) -> Result<T> {
    let Some((source, text)) = given(settings, command, option, typed) else { return Ok(default) };
    text.trim()
        .parse()
        .ok()
        .filter(|n| *n >= T::from(1))
        .ok_or_else(|| Error::new(codes::USAGE, format!("`{source}` is a whole number from 1, not `{text}`")))
}

/// A switch: on if typed, else as the environment says.
pub(crate) fn switch(settings: &Settings, command: &str, option: &str, typed: bool) -> Result<bool> {
    let Some((source, text)) = settings.option_env(command, option).filter(|_| !typed) else {
        return Ok(typed);
    };
    match text.to_lowercase().as_str() {
        "" | "0" | "false" | "no" | "n" | "f" => Ok(false),
        "1" | "true" | "yes" | "y" | "t" => Ok(true),
        _ => Err(Error::new(codes::USAGE, format!("`{source}` is `true` or `false`, not `{text}`"))),
    }
}

/// A list: every one typed, else the words of the environment's value, as Metaflow reads them.
pub(crate) fn list(settings: &Settings, command: &str, option: &str, typed: &[String]) -> Vec<String> {
    if !typed.is_empty() {
        return typed.to_vec();
    }
    let text = settings.option_env(command, option).map(|(_, text)| text).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// What the option of a parameter is called inside.
pub(crate) fn id(parameter: &ParameterDoc) -> String {
    format!("parameter {}", parameter.name)
}

/// Adds the flow's parameters to a command, as options (RU-21).
pub(crate) fn add_parameters(command: Command, parameters: &[ParameterDoc]) -> Command {
    command.next_help_heading("Parameters of the flow").args(parameters.iter().map(option))
}

fn option(parameter: &ParameterDoc) -> Arg {
    let kind = match parameter.kind {
        ParameterType::Str => "TEXT",
        ParameterType::Int => "INTEGER",
        ParameterType::Float => "FLOAT",
        ParameterType::Bool => "BOOLEAN",
        ParameterType::Json => "JSON",
        ParameterType::File => "FILE",
        ParameterType::Datetime => "DATETIME",
        ParameterType::Date => "DATE",
        ParameterType::Path => "PATH",
        ParameterType::Enum => "NAME",
        ParameterType::List => "LIST",
        ParameterType::Model => "JSON",
    };
    let mut help = parameter.help.trim().to_owned();
    let mut mark = |text: String| {
        help = if help.is_empty() { text } else { format!("{help} {text}") };
    };
    if !parameter.choices.is_empty() {
        let choices: Vec<String> = parameter.choices.iter().map(parameters::text).collect();
        mark(format!("[choices: {}]", choices.join(", ")));
    }
    if let Some(range) = parameters::range(parameter) {
        mark(format!("[a value {range}]"));
    }
    match parameter.default_kind {
        DefaultKind::None if parameter.required => mark("[required]".to_owned()),
        DefaultKind::Value if parameter.show_default => {
            mark(format!("[default: {}]", shown(&parameter.default)))
        }
        DefaultKind::Function if parameter.show_default => {
            mark("[default: computed when the run starts]".to_owned())
        }
        _ => {}
    }
    let dashed = parameter.name.replace('_', "-");
    let arg = Arg::new(id(parameter)).long(parameter.name.clone()).value_name(kind).help(help);
    let arg = arg.action(ArgAction::Set).allow_hyphen_values(true);
    if dashed == parameter.name { arg } else { arg.alias(dashed) }
}

/// A default as Python would print it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => exact::print(other),
    }
}

/// The parameters that were typed, by name.
pub(crate) fn typed(matches: &ArgMatches, parameters: &[ParameterDoc]) -> BTreeMap<String, String> {
    let text =
        |parameter: &ParameterDoc| matches.try_get_one::<String>(&id(parameter)).ok().flatten().cloned();
    parameters.iter().filter_map(|p| Some((p.name.clone(), text(p)?))).collect()
}

/// The value of every parameter of the flow for a run: typed, else in the environment, else in the file `--params` names,
/// else its default.
pub(crate) fn resolve(
    flow: &mut Flow<'_>,
    typed: &BTreeMap<String, String>,
    file: Option<&str>,
    settings: &Settings,
    user: &str,
) -> Result<Map<String, Value>> {
    let docs = flow.doc.parameters.clone();
    let mut texts = match given(settings, "run", "params", file) {
        Some((source, path)) => paramfile::read(&path, &source, settings.cwd(), &docs)?,
        None => parameters::Given::new(),
    };
    for parameter in &docs {
        if let Some(text) = typed.get(&parameter.name) {
            let source = parameters::Source::Option(format!("--{}", parameter.name));
            texts.insert(parameter.name.clone(), (text.as_str().into(), source));
        } else if let Some((name, text)) = settings.option_env("run", &parameter.name) {
            texts.insert(
                parameter.name.clone(),
                (text.as_str().into(), parameters::Source::Environment(name)),
            );
        }
    }
    complete(flow, &docs, &texts, user, settings.cwd())
}

/// Values for a resumed run: of the parameters given anew, and of those the earlier run did not have (`had` are the names
/// of what it kept). The others stay as they were.
///
/// # Errors
/// `SL0103` for a parameter that is unknown, missing or has a bad value.
pub(crate) fn again(
    flow: &mut Flow<'_>,
    given: &BTreeMap<String, String>,
    had: &[String],
    user: &str,
    cwd: &Path,
) -> Result<Map<String, Value>> {
    let docs = flow.doc.parameters.clone();
    let mut texts = BTreeMap::new();
    for (typed, text) in given {
        let same = |p: &&ParameterDoc| p.name == *typed || p.name.replace('_', "-") == *typed;
        let Some(parameter) = docs.iter().find(same) else {
            let error = Error::new(codes::BAD_PARAMETER, format!("the flow has no parameter `{typed}`"));
            return Err(error.suggest(typed, docs.iter().map(|p| p.name.as_str())));
        };
        let source = parameters::Source::Pair(format!("--param {typed}"));
        texts.insert(parameter.name.clone(), (text.as_str().into(), source));
    }
    let wanted = |p: &&ParameterDoc| texts.contains_key(&p.name) || !had.contains(&p.attribute);
    let docs: Vec<ParameterDoc> = docs.iter().filter(wanted).cloned().collect();
    let missing =
        |p: &&ParameterDoc| p.required && p.default_kind == DefaultKind::None && !texts.contains_key(&p.name);
    if let Some(parameter) = docs.iter().find(missing) {
        let name = &parameter.name;
        let message = format!("parameter `{name}` must be given: the run to resume did not have it");
        return Err(Error::new(codes::BAD_PARAMETER, message).hint(format!("add `--param {name}=…`")));
    }
    complete(flow, &docs, &texts, user, cwd)
}

/// Options such as `NAME=VALUE`, by name; of several for one name, the last.
pub(crate) fn pairs(option: &str, typed: &[String]) -> Result<BTreeMap<String, String>> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err(Error::new(codes::USAGE, format!("`--{option}` is `NAME=VALUE`, not `{text}`"))),
    };
    typed.iter().map(pair).collect()
}

/// The values of `docs`: texts, defaults, and what the user's default functions return.
fn complete(
    flow: &mut Flow<'_>,
    docs: &[ParameterDoc],
    texts: &parameters::Given,
    user: &str,
    cwd: &Path,
) -> Result<Map<String, Value>> {
    let called: Vec<String> = docs
        .iter()
        .filter(|p| p.default_kind == DefaultKind::Function && !texts.contains_key(&p.name))
        .map(|p| p.name.clone())
        .collect();
    let mut functions = Map::new();
    // What cannot be right is said before the user's functions run.
    let known: Vec<ParameterDoc> = docs.iter().filter(|p| !called.contains(&p.name)).cloned().collect();
    parameters::resolve(&known, texts, &functions)?;
    if !called.is_empty() {
        let context =
            json!({"flow_name": flow.doc.name, "user_name": user, "ds_type": "local", "configs": {}});
        functions = flow.host.defaults(&called, &context)?;
    }
    let mut values = parameters::resolve(docs, texts, &functions)?;
    let mut included = Map::new();
    for doc in docs.iter().filter(|doc| doc.kind == ParameterType::File) {
        if let Some(path) = values.get(&doc.name).and_then(Value::as_str) {
            let source = texts.get(&doc.name).map(|(_, source)| source);
            let place = files::find(doc, path, source, cwd)?;
            included.insert(doc.name.clone(), place.display().to_string().into());
        }
    }
    if !included.is_empty() {
        flow.host.check_files(&included)?;
        values.extend(included);
    }
    let models = models(docs, texts, &values);
    if !models.is_empty() {
        flow.host.check_models(&models)?;
    }
    Ok(values)
}

/// What Python has to look at: values of models, each with where it was given.
fn models(
    docs: &[ParameterDoc],
    texts: &parameters::Given,
    values: &Map<String, Value>,
) -> Map<String, Value> {
    let one = |doc: &ParameterDoc| {
        let value = values.get(&doc.name).filter(|value| !value.is_null())?;
        let source = texts.get(&doc.name).map(|(_, source)| source);
        let whence = source.map_or_else(|| "its default".to_owned(), |source| format!("`{source}`"));
        let place = match source {
            Some(parameters::Source::File(file, line)) => Some((file, line.unwrap_or(0))),
            _ => None,
        };
        Some((doc.name.clone(), json!({"value": value, "whence": whence, "place": place})))
    };
    docs.iter().filter(|doc| doc.kind == ParameterType::Model).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Settings::load(variables, Path::new("/nowhere")).unwrap()
    }

    /// RU-22: what is typed wins over the environment, which wins over the default; errors name the variable.
    #[test]
    fn options_come_from_three_places() {
        let env = settings(&[
            ("METAFLOW_RUN_MAX_WORKERS", "3"),
            ("METAFLOW_RUN_TAG", "a b"),
            ("METAFLOW_QUIET", "x"),
        ]);
        assert_eq!(number(&env, "run", "max-workers", Some("5"), 16).unwrap(), 5);
        assert_eq!(number(&env, "run", "max-workers", None, 16).unwrap(), 3);
        assert_eq!(number(&env, "run", "max-num-splits", None, 100).unwrap(), 100);
        assert_eq!(list(&env, "run", "tag", &[]), ["a", "b"]);
        assert_eq!(list(&env, "run", "tag", &["c d".to_owned()]), ["c d"]);
        assert!(switch(&env, "", "quiet", true).unwrap());
        let bad = settings(&[("SPINLOOM_RUN_MAX_WORKERS", "zero")]);
        let errors = [
            switch(&env, "", "quiet", false).unwrap_err(),
            number(&bad, "run", "max-workers", None, 16).unwrap_err(),
            number(&bad, "run", "max-workers", Some("0"), 16).unwrap_err(),
        ];
        let messages: Vec<&str> = errors.iter().map(Error::message).collect();
        insta::assert_snapshot!(messages.join("\n"));
    }
}
