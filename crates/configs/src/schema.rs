//! What values must be like, checked before anything runs.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::declared::{Declared, Schema};
use crate::resolved::{Origin, PYTHON};
use crate::{Path, Python, Request, Resolved};

/// A value that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where it is.
    pub path: Path,
    /// What is wrong with it, in words.
    pub message: String,
}

/// Checks every config that has a schema, and fills in what the schema has defaults for.
///
/// # Errors
/// `SL0112`, each violation by itself.
pub(crate) fn check(
    request: &Request<'_>,
    all: &mut [Resolved],
    python: &mut dyn Python,
) -> Result<(), Vec<Error>> {
    let mut problems = Vec::new();
    for resolved in all.iter_mut().filter(|resolved| !resolved.value.is_null()) {
        let declared = request.declared.iter().find(|one| one.name == resolved.name);
        let Some((config, schema)) = declared.and_then(|one| Some((one, one.schema.as_ref()?))) else {
            continue;
        };
        let (violations, name) = match schema {
            Schema::Json { schema, name } => (
                json(config, schema, resolved).map_err(one)?,
                name.clone().unwrap_or_else(|| "its schema".into()),
            ),
            Schema::File { path } => {
                let schema = read(config, path, request).map_err(one)?;
                (json(config, &schema, resolved).map_err(one)?, path.clone())
            }
            Schema::Model { name } => (model(resolved, python).map_err(one)?, name.clone()),
        };
        problems.extend(violations.into_iter().map(|violation| problem(resolved, &violation, &name)));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn one(error: Error) -> Vec<Error> {
    vec![error]
}

fn problem(resolved: &Resolved, violation: &Violation, schema: &str) -> Error {
    let origin = resolved.origin(&violation.path);
    let key = match violation.path.0.is_empty() {
        true => format!("config `{}`", resolved.name),
        false => format!("`{}` of config `{}`", violation.path, resolved.name),
    };
    let schema = if schema == "its schema" { schema.to_owned() } else { format!("`{schema}`") };
    let error =
        Error::new(codes::CONFIG_SCHEMA, format!("{key} is not as {schema} wants it: {}", violation.message));
    match origin {
        Origin::File { path, line } => error.at(path, line),
        Origin::Default { file, line } => error.at(file, Some(line)),
        other => error.hint(format!("the value is from `{}`", other.text())),
    }
}

fn read(config: &Declared, path: &str, request: &Request<'_>) -> Result<Value> {
    let beside = std::path::Path::new(&config.file).parent().map(|folder| folder.join(path));
    let place = Some(request.cwd.join(path)).filter(|place| place.exists()).or(beside).unwrap_or_default();
    let text = std::fs::read_to_string(&place).map_err(|error| {
        config.problem(format!("has the schema `{path}`, which cannot be read")).cause(error)
    })?;
    serde_json::from_str(&text).map_err(|error| {
        config.bare_problem(format!("has the schema `{path}`, which is not JSON")).cause(error).at(path, None)
    })
}

/// Checks against a JSON schema, then fills in its defaults.
fn json(config: &Declared, schema: &Value, resolved: &mut Resolved) -> Result<Vec<Violation>> {
    let found = validate(schema, &resolved.value)
        .or_error(codes::BAD_CONFIG, || {
            format!("config `{}` has a schema that is no JSON schema", config.name)
        })
        .map_err(|error| error.at(&config.file, Some(config.line)))?;
    if found.is_empty() {
        let mut filled = Vec::new();
        fill(schema, &mut resolved.value, &Path::default(), &mut filled);
        resolved.filled = filled;
    }
    Ok(found)
}

/// Where a value is not as a JSON schema wants it.
///
/// # Errors
/// Why the schema is none, in words.
pub fn validate(schema: &Value, value: &Value) -> Result<Vec<Violation>, String> {
    let validator = jsonschema::validator_for(schema).map_err(|error| error.to_string())?;
    let value = bare(value);
    Ok(validator.iter_errors(&value).flat_map(|error| violations(&error)).collect())
}

/// A violation for each key that is one too many, so that each has its line; else one.
fn violations(error: &ValidationError<'_>) -> Vec<Violation> {
    let path = Path::from_pointer(error.instance_path().as_str());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|key| Violation { path: path.with(key), message: "there is no such key".to_owned() })
            .collect(),
        _ => vec![Violation { path, message: error.to_string() }],
    }
}

/// Puts in the keys that are missing and for which the schema has a default; `filled` gets their JSON pointers.
pub fn fill(schema: &Value, value: &mut Value, path: &Path, filled: &mut Vec<String>) {
    let (Some(Value::Object(properties)), Value::Object(map)) = (schema.get("properties"), value) else {
        return;
    };
    for (key, inner) in properties {
        let path = path.with(key);
        match map.get_mut(key) {
            Some(value) => fill(inner, value, &path, filled),
            None => {
                if let Some(default) = inner.get("default") {
                    map.insert(key.clone(), default.clone());
                    filled.push(path.pointer());
                }
            }
        }
    }
}

/// Has Python's model check it; what the model fills in or converts is taken over.
fn model(resolved: &mut Resolved, python: &mut dyn Python) -> Result<Vec<Violation>> {
    let asked = Map::from_iter([(resolved.name.clone(), resolved.value.clone())]);
    let mut answer = python.check(&asked)?.remove(&resolved.name).unwrap_or_default();
    if let Some(problems) = answer.get("problems").and_then(Value::as_array) {
        return Ok(problems.iter().map(violation).collect());
    }
    if let Some(made) = answer.get_mut("value").map(Value::take) {
        let mut filled = Vec::new();
        merge(&mut resolved.value, made, &Path::default(), &mut filled);
        resolved.filled = filled;
    }
    Ok(Vec::new())
}

fn violation(problem: &Value) -> Violation {
    let key = |key: &Value| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    let path = problem.get("path").and_then(Value::as_array).into_iter().flatten().map(key).collect();
    let message = problem.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    Violation { path: Path(path), message }
}

/// Takes over what a model made; keys it does not know stay as they are.
fn merge(value: &mut Value, made: Value, path: &Path, filled: &mut Vec<String>) {
    match (value, made) {
        (Value::Object(map), Value::Object(made)) => {
            for (key, new) in made {
                let path = path.with(&key);
                match map.get_mut(&key) {
                    Some(value) => merge(value, new, &path, filled),
                    None => {
                        map.insert(key, new);
                        filled.push(path.pointer());
                    }
                }
            }
        }
        (value, made) => *value = made,
    }
}

/// The value without tags, as schemas and programs know values; of a large number only what a float holds.
pub fn bare(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(bare).collect(),
        Value::Object(map) => match map.get(PYTHON).and_then(|held| held.get("text")) {
            Some(text) if map.len() == 1 => text.clone(),
            _ => match (map.len(), map.iter().next()) {
                (1, Some((key, Value::String(text)))) if key == "$int" || key == "$float" => {
                    text.parse::<f64>().map_or_else(|_| Value::String(text.clone()), Value::from)
                }
                _ => map.iter().map(|(key, value)| (key.clone(), bare(value))).collect::<Map<_, _>>().into(),
            },
        },
        other => other.clone(),
    }
}
