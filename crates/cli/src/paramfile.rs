//! `--params FILE`: values of parameters from a file of YAML, JSON or TOML.

use std::path::Path;

use serde_json::Value;
use spinloom_configs::{Format, Lines, Path as Key, yaml};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::exact;
use spinloom_flow::graph::{ParameterDoc, ParameterType};
use spinloom_flow::parameters::{Given, Source, Written};

/// One entry of a file.
struct Entry {
    name: String,
    value: Value,
    line: Option<u32>,
}

/// Why a file cannot be read, and the line of it.
type Broken = (String, Option<u32>);

/// What the file at `path` says of the parameters `docs`; `source` is the option or variable that names it.
///
/// `null` means that nothing is said, but for a parameter that takes any JSON.
///
/// # Errors
/// `SL0103` for a file that cannot be read, and for a name that no parameter has.
pub(crate) fn read(path: &str, source: &str, cwd: &Path, docs: &[ParameterDoc]) -> Result<Given> {
    let problem = |message: String| Error::new(codes::BAD_PARAMETER, message);
    let text = std::fs::read_to_string(cwd.join(path)).map_err(|error| {
        let error =
            problem(format!("the file `{path}` of parameters cannot be read (from `{source}`)")).cause(error);
        error.hint(format!("check the path after `{source}`"))
    })?;
    let (format, entries) = match path.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
        "yaml" | "yml" => ("YAML", yaml_entries(&text)),
        "json" => ("JSON", json(&text)),
        "toml" => ("TOML", toml(&text)),
        _ => {
            let message = format!("`{path}` is no file of parameters (from `{source}`)");
            return Err(problem(message).hint("its name ends in `.yaml`, `.yml`, `.json` or `.toml`"));
        }
    };
    let entries = entries.map_err(|(why, line)| {
        let error = problem(format!("`{path}` cannot be read as {format} (from `{source}`)")).cause(why);
        error.at(path, line).hint("it has names of parameters and their values, such as `alpha: 0.5` in YAML")
    })?;
    let mut given = Given::new();
    for entry in entries {
        let same = |doc: &&ParameterDoc| doc.name == entry.name || doc.name.replace('_', "-") == entry.name;
        let Some(doc) = docs.iter().find(same) else {
            let error = problem(format!("the flow has no parameter `{}` (from `{path}`)", entry.name));
            let error = error.suggest(&entry.name, docs.iter().map(|doc| doc.name.as_str()));
            return Err(error.at(path, entry.line));
        };
        if !entry.value.is_null() || doc.kind == ParameterType::Json {
            let source = Source::File(path.to_owned(), entry.line);
            given.insert(doc.name.clone(), (Written::Value(entry.value), source));
        }
    }
    Ok(given)
}

fn yaml_entries(text: &str) -> Result<Vec<Entry>, Broken> {
    let Some(root) = yaml::read(text).map_err(|fault| (fault.reason, Some(fault.line)))? else {
        return Ok(Vec::new());
    };
    match root.data {
        yaml::Data::Map(entries) => Ok(entries
            .into_iter()
            .map(|(name, entry)| Entry { name, value: entry.node.value(), line: Some(entry.place.line) })
            .collect()),
        yaml::Data::Scalar { value: Value::Null, .. } => Ok(Vec::new()),
        _ => Err((NO_NAMES.to_owned(), Some(root.place.line))),
    }
}

const NO_NAMES: &str = "it holds no names with values";

/// JSON, by our own reader, which keeps every digit.
fn json(text: &str) -> Result<Vec<Entry>, Broken> {
    let lines = lines(Format::Json, text)?;
    let value = exact::parse(text).map_err(|e| (e.to_string(), None))?;
    let Value::Object(values) = value else { return Err((NO_NAMES.to_owned(), None)) };
    Ok(values.into_iter().map(|(name, value)| placed(name, value, &lines)).collect())
}

fn toml(text: &str) -> Result<Vec<Entry>, Broken> {
    let lines = lines(Format::Toml, text)?;
    let values: toml::Table = text.parse().map_err(|e: toml::de::Error| (e.message().to_owned(), None))?;
    let mut entries: Vec<Entry> =
        values.into_iter().map(|(name, value)| placed(name, toml_value(value), &lines)).collect();
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn lines(format: Format, text: &str) -> Result<Lines, Broken> {
    format.lines(text).map_err(|fault| (fault.reason, Some(fault.line)))
}

fn placed(name: String, value: Value, lines: &Lines) -> Entry {
    let line = lines.get(&Key::default().with(name.as_str())).copied();
    Entry { name, value, line }
}

fn toml_value(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => exact::from_f64(number),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(toml_value).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, toml_value(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(file: &str, text: &str) -> String {
        let docs: Vec<ParameterDoc> =
            [("alpha", "float"), ("who_is", "str"), ("sizes", "json"), ("day", "date")]
                .iter()
                .map(|(name, kind)| {
                    serde_json::from_value(json!({"name": name, "attribute": name, "type": kind})).unwrap()
                })
                .collect();
        let folder = tempfile::tempdir().unwrap();
        if file != "absent.yaml" {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        match read(file, "--params", folder.path(), &docs) {
            Ok(given) => given.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect(),
            Err(error) => {
                let at = error.location().map(|at| format!(" at {}:{:?}", at.file, at.line));
                let (causes, hints) = (error.causes().join("; "), error.hints().join(" | "));
                format!("{}{}\n  cause: {causes}\n  hint: {hints}\n", error.message(), at.unwrap_or_default())
            }
        }
    }

    /// Three formats, one meaning, each value with its line; what cannot be read is told with its line.
    #[test]
    fn formats_and_errors() {
        let said: Vec<String> = [
            (
                "p.yaml",
                "# ours\nalpha: 0.5\nwho-is: ann\nsizes: {a: [1, 2.5, true, null]}\nday: 2026-03-01\n",
            ),
            ("p.json", "{\n  \"alpha\": 1,\n  \"sizes\": {\"alpha\": 1}\n}"),
            ("p.toml", "alpha = 0.5\nday = 2026-03-01\n\n[sizes]\na = [1]\n"),
            ("p.yml", ""),
            ("p.yaml", "alpha: ~\nsizes: ~\n"),
            ("p.yaml", "alpha: 1\nalhpa: 2\n"),
            ("p.yaml", "- 1\n"),
            ("p.yaml", "alpha: [1\nwho_is: x\n"),
            ("p.yaml", "alpha: 1\n---\nalpha: 2\n"),
            ("p.json", "{\"alpha\": 1,}"),
            ("p.json", "[1]"),
            ("p.toml", "alpha = 1\nalpha = 2\n"),
            ("p.txt", "alpha"),
            ("absent.yaml", ""),
        ]
        .iter()
        .map(|(file, text)| format!("--- {file} {text:?}\n{}", told(file, text)))
        .collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
