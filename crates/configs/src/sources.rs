//! Which source counts for each config, and what it says: PA-09.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use serde_json::Value;
use spinloom_diagnostics::{Error, Result, codes};

use crate::declared::{Declared, Fallback};
use crate::given::{Gift, gifts};
use crate::{Python, Request, Source};

/// What a source says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    /// Text, for the parser.
    Text(String),
    /// A value as it is.
    Data(Value),
    /// Nothing gave it a value.
    Nothing,
}

/// What each config is to be made of, in their order.
pub(crate) fn find(
    request: &Request<'_>,
    wanted: &[&Declared],
    python: &mut dyn Python,
) -> Result<Vec<(Said, Source)>> {
    let gifts = gifts(request.given, request.declared)?;
    for config in request.declared.iter().filter(|config| !wanted.iter().any(|one| one.name == config.name)) {
        if gifts.contains_key(&config.name) {
            return Err(config
                .bare_problem("cannot be given: a resumed run keeps the configs of its origin")
                .hint("leave it out, or start a new run"));
        }
    }
    // What cannot be right is said before the user's functions run.
    let given: Vec<Option<(Said, Source)>> = wanted
        .iter()
        .map(|config| gifts.get(&config.name).map(|gift| from_gift(config, gift, request)).transpose())
        .collect::<Result<_>>()?;
    let missing: Vec<&Declared> =
        wanted.iter().zip(&given).filter(|(_, found)| found.is_none()).map(|(config, _)| *config).collect();
    let called = call(&missing, request, python)?;
    let settled = wanted.iter().zip(given).map(|(config, found)| match found {
        Some(found) => Ok(found),
        None => from_default(config, &called, request),
    });
    settled.collect()
}

fn from_gift(config: &Declared, gift: &Gift, request: &Request<'_>) -> Result<(Said, Source)> {
    match gift {
        Gift::File { path, by } => {
            let text = read(config, path, by, request)?;
            Ok((Said::Text(text), Source::File { path: path.clone(), by: by.clone() }))
        }
        Gift::Text { text, by } => Ok((Said::Text(text.clone()), place(by))),
        Gift::Data { value, by } => Ok((Said::Data(value.clone()), place(by))),
    }
}

fn place(by: &str) -> Source {
    match by.starts_with("--") {
        true => Source::CommandLine,
        false => Source::Environment { variable: by.to_owned() },
    }
}

/// What default functions returned, by config and kind of default.
type Called = BTreeMap<(String, &'static str), Value>;

fn call(configs: &[&Declared], request: &Request<'_>, python: &mut dyn Python) -> Result<Called> {
    let functions = |config: &&Declared| {
        let name = &config.name;
        let both = [("default", &config.default), ("default_value", &config.default_value)];
        both.into_iter()
            .filter(|(_, default)| **default == Fallback::Function)
            .map(|(kind, _)| (name.clone(), kind))
            .collect::<Vec<_>>()
    };
    let wanted: Vec<(String, &'static str)> = configs.iter().flat_map(functions).collect();
    if wanted.is_empty() {
        return Ok(Called::new());
    }
    let values = python.defaults(&wanted, request.context)?;
    if values.len() != wanted.len() {
        return Err(Error::new(codes::INTERNAL, "a default of a config was not computed"));
    }
    Ok(wanted.into_iter().zip(values).collect())
}

fn from_default(config: &Declared, called: &Called, request: &Request<'_>) -> Result<(Said, Source)> {
    let value = |kind: &'static str, default: &Fallback| match default {
        Fallback::None => None,
        Fallback::Value { value } => Some(value.clone()),
        Fallback::Function => called.get(&(config.name.clone(), kind)).cloned(),
    };
    match value("default", &config.default) {
        None | Some(Value::Null) => {}
        Some(Value::String(path)) => match std::fs::read_to_string(request.cwd.join(&path)) {
            Ok(text) => return Ok((Said::Text(text), Source::File { path, by: "default".to_owned() })),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(absent(config, &path, request)),
            Err(error) => return Err(unreadable(config, &path, &error).at(&config.file, Some(config.line))),
        },
        Some(_) => return Err(config.problem("has a `default` that is not the path of a file")),
    }
    let source = Source::Default { file: config.file.clone(), line: config.line };
    match value("default_value", &config.default_value) {
        Some(Value::String(text)) => Ok((Said::Text(text), source)),
        None | Some(Value::Null) if config.required => Err(not_given(config)),
        None | Some(Value::Null) => Ok((Said::Nothing, Source::Nothing)),
        Some(value) => Ok((Said::Data(value), source)),
    }
}

fn not_given(config: &Declared) -> Error {
    config.problem("is required and was not given").hint(give(config))
}

/// The default file is not there. A path is looked up where the flow is started, not where its file is.
fn absent(config: &Declared, path: &str, request: &Request<'_>) -> Error {
    let error = config.problem(format!("was not given, and its default file `{path}` does not exist"));
    let beside = std::path::Path::new(&config.file).parent().map(|folder| folder.join(path));
    let error = match beside.filter(|beside| beside.is_file() && *beside != request.cwd.join(path)) {
        Some(beside) => {
            error.hint(format!("there is `{}`: start the flow from its folder, or name it", beside.display()))
        }
        None => error,
    };
    error.hint(give(config))
}

fn give(config: &Declared) -> String {
    format!("add `--config {0} FILE` or `--config-value {0} JSON`", config.name)
}

/// The text of a file that was named.
fn read(config: &Declared, path: &str, by: &str, request: &Request<'_>) -> Result<String> {
    let place = request.cwd.join(path);
    std::fs::read_to_string(&place).map_err(|error| {
        if error.kind() != ErrorKind::NotFound {
            return unreadable(config, path, &error);
        }
        let folder = place.parent().and_then(|folder| folder.read_dir().ok()).into_iter().flatten().flatten();
        let names: Vec<String> =
            folder.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        config
            .bare_problem(format!("names the file `{path}`, which does not exist (from `{by}`)"))
            .suggest(&name, names.iter().map(String::as_str))
    })
}

fn unreadable(config: &Declared, path: &str, error: &std::io::Error) -> Error {
    let what = match error.kind() {
        ErrorKind::IsADirectory => "which is a folder, not a file",
        ErrorKind::InvalidData => "which is not text in UTF-8",
        _ => "which cannot be read",
    };
    config.bare_problem(format!("names `{path}`, {what}")).cause(error)
}
