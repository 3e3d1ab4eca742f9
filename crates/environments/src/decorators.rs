//! What the decorators of one step, and those of its flow, ask for.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::graph::{DecoratorDoc, FlowGraph, StepDoc};

use crate::plan::Manager;

/// Who asked for it, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asker {
    /// `@pypi`, `@conda_base`, …
    pub name: String,
    pub file: String,
    pub line: u32,
}

impl Asker {
    fn of(doc: &DecoratorDoc) -> Self {
        Self { name: format!("@{}", doc.name), file: doc.file.clone(), line: doc.line }
    }

    /// Says where the decorator is written.
    pub(crate) fn locate(&self, error: Error) -> Error {
        if self.file.is_empty() { error } else { error.at(self.file.clone(), Some(self.line)) }
    }
}

/// What a step asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub manager: Manager,
    /// Name and version of each package.
    pub packages: BTreeMap<String, String>,
    pub python: Option<String>,
    pub asker: Asker,
}

/// What `step` of `flow` asks for; `None` if that is nothing but the interpreter that runs the flow.
pub(crate) fn of(flow: &FlowGraph, step: &StepDoc) -> Result<Option<Asked>> {
    let own = |manager: Manager| step.decorators.iter().find(|doc| doc.name == manager.name());
    let base = |manager: Manager| flow.decorator(&format!("{}_base", manager.name()));
    let both = [Manager::Pypi, Manager::Conda];
    let enabled = |manager: &Manager| {
        let docs = [own(*manager), base(*manager)];
        let said = docs.iter().flatten().find_map(|doc| doc.attributes.get("disabled").and_then(switch));
        docs.iter().any(Option::is_some) && said != Some(true)
    };
    let owned: Vec<Manager> = both.into_iter().filter(|m| own(*m).is_some() && enabled(m)).collect();
    let inherited: Vec<Manager> = both.into_iter().filter(enabled).collect();
    let manager = match (owned.as_slice(), inherited.as_slice()) {
        ([_, second], _) | ([], [_, second]) => {
            let doc = own(*second).or(base(*second));
            let error = Error::new(
                codes::BAD_DECORATOR,
                format!("step `{}` has both a `pypi` and a `conda` environment", step.name),
            );
            let error = doc.map(Asker::of).map_or(error.clone(), |asker| asker.locate(error));
            return Err(error.hint("disable one of them for this step, such as `@conda(disabled=True)`"));
        }
        ([only], _) | ([], [only]) => *only,
        _ => return Ok(None),
    };
    let docs: Vec<&DecoratorDoc> = [base(manager), own(manager)].into_iter().flatten().collect();
    let mut packages = BTreeMap::new();
    for doc in &docs {
        packages.extend(packages_of(doc)?);
    }
    let python = docs.iter().rev().find_map(|doc| text(doc.attributes.get("python")?));
    let Some(asker) = docs.last().map(|doc| Asker::of(doc)) else { return Ok(None) };
    Ok((!packages.is_empty() || python.is_some()).then_some(Asked { manager, packages, python, asker }))
}

/// Every decorator of these kinds that a step has or inherits, and that is not disabled.
pub(crate) fn first(flow: &FlowGraph, step: &StepDoc) -> Option<Asker> {
    let names = ["pypi", "conda", "pypi_base", "conda_base"];
    let docs = step.decorators.iter().chain(&flow.decorators);
    docs.filter(|doc| names.contains(&doc.name.as_str()))
        .find(|doc| doc.attributes.get("disabled").and_then(switch) != Some(true))
        .map(Asker::of)
}

/// `packages`, and `libraries`, which is what it was called.
fn packages_of(doc: &DecoratorDoc) -> Result<BTreeMap<String, String>> {
    let mut packages = BTreeMap::new();
    for attribute in ["libraries", "packages"] {
        match doc.attributes.get(attribute) {
            None | Some(Value::Null) => {}
            Some(Value::Object(given)) => packages.extend(versions(doc, given)?),
            Some(other) => {
                let what = format!("`@{}` needs a dictionary for `{attribute}`, not `{other}`", doc.name);
                return Err(Asker::of(doc).locate(
                    Error::new(codes::BAD_DECORATOR, what)
                        .hint(format!("write `@{}({attribute}={{\"name\": \"version\"}})`", doc.name)),
                ));
            }
        }
    }
    Ok(packages)
}

fn versions(doc: &DecoratorDoc, given: &Map<String, Value>) -> Result<Vec<(String, String)>> {
    let one = |(name, version): (&String, &Value)| {
        let version = match version {
            Value::Null => Some(String::new()),
            other => text(other),
        };
        let fits = !name.trim().is_empty() && !name.contains('\n');
        match version.filter(|version| fits && !version.contains('\n')) {
            Some(version) => Ok((name.clone(), version)),
            None => {
                let what = format!("`@{}` cannot read the version of `{name}`", doc.name);
                Err(Asker::of(doc).locate(
                    Error::new(codes::BAD_DECORATOR, what)
                        .hint("a version is text, such as `\"1.2\"`, `\">=1,<2\"` or `\"\"` for any"),
                ))
            }
        }
    };
    given.iter().map(one).collect()
}

/// Text, or a number that somebody forgot to quote.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What `--with` gives may be text.
fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(on) => Some(*on),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
