//! `@trigger` and `@trigger_on_finish` (FD-03, FD-04): what a deployed flow waits for.
//!
//! Names may be functions of the user's, called when the flow is deployed. The document has `{"$function": "module:name"}` in
//! their place.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};

use crate::graph::{DecoratorDoc, FlowGraph};

const FUNCTION: &str = "$function";

/// A name, or the function that will give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// It is known.
    Known(String),
    /// A function gives it when the flow is deployed.
    Function(String),
}

/// An event that starts a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What it is called.
    pub name: Name,
    /// Parameter of the flow, and the field of the event's payload it gets; none for a function that will say.
    pub parameters: Vec<(Name, Name)>,
}

/// A flow whose successful runs start a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upstream {
    /// Its class.
    pub name: Name,
    /// Its project, if that is said.
    pub project: Option<Name>,
    /// Its branch, if that is said.
    pub branch: Option<Name>,
}

/// What a `@trigger` waits for.
///
/// # Errors
/// `SL0104` at the decorator, for what cannot be understood.
pub fn events(decorator: &DecoratorDoc) -> Result<Vec<Event>> {
    let found = one_or_several(decorator, "event", "events", event)?;
    no_twice(decorator, "the event", found.iter().map(|event| &event.name))?;
    Ok(found)
}

/// What a `@trigger_on_finish` waits for.
///
/// # Errors
/// `SL0104` at the decorator, for what cannot be understood.
pub fn upstream(decorator: &DecoratorDoc) -> Result<Vec<Upstream>> {
    one_or_several(decorator, "flow", "flows", flow)
}

/// Checks what a flow's `@trigger` and `@trigger_on_finish` say by themselves, and the parameters they name.
pub(crate) fn check(graph: &FlowGraph) -> Vec<Error> {
    let mut found = Vec::new();
    if let Some(decorator) = graph.decorator("trigger") {
        found.extend(events(decorator).and_then(|events| parameters(graph, decorator, &events)).err());
    }
    if let Some(decorator) = graph.decorator("trigger_on_finish") {
        found.extend(upstream(decorator).err());
    }
    found
}

/// When a flow runs where it is deployed, in words: `every day`, `on the event \`x\``, `after \`Flow\``.
pub(crate) fn starts(graph: &FlowGraph) -> Vec<String> {
    let mut found: Vec<String> = graph.decorator("schedule").map(scheduled).into_iter().collect();
    let waited = graph.decorator("trigger").and_then(|decorator| events(decorator).ok());
    found.extend(waited.into_iter().flatten().map(|event| format!("on the event {}", event.name)));
    let awaited = graph.decorator("trigger_on_finish").and_then(|decorator| upstream(decorator).ok());
    found.extend(awaited.into_iter().flatten().map(|flow| format!("after {flow}")));
    found
}

fn scheduled(decorator: &DecoratorDoc) -> String {
    let given = |key: &str| {
        decorator.attributes.get(key).filter(|value| ![Value::Null, Value::Bool(false)].contains(value))
    };
    let zone = given("timezone").and_then(Value::as_str).map(|zone| format!(" ({zone})")).unwrap_or_default();
    let when = match (given("cron").and_then(Value::as_str), given("hourly"), given("weekly")) {
        (Some(cron), _, _) => format!("at `{cron}`"),
        (None, Some(_), _) => "every hour".to_owned(),
        (None, None, Some(_)) => "every week".to_owned(),
        (None, None, None) => "every day".to_owned(),
    };
    format!("{when}{zone}")
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => write!(f, "`{name}`"),
            Self::Function(name) => write!(f, "that `{name}` names"),
        }
    }
}

/// `project.branch.Flow`, as far as that is said.
impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A branch is of a project: without that it says nothing to people.
        let branch = self.branch.as_ref().filter(|_| self.project.is_some());
        let parts: Option<Vec<&str>> = [self.project.as_ref(), branch]
            .into_iter()
            .flatten()
            .chain([&self.name])
            .map(|part| match part {
                Name::Known(text) => Some(text.as_str()),
                Name::Function(_) => None,
            })
            .collect();
        match parts {
            Some(parts) => write!(f, "`{}`", parts.join(".")),
            None => write!(f, "the flow {}", self.name),
        }
    }
}

/// Each parameter that an event is to give must be one of the flow's.
fn parameters(graph: &FlowGraph, decorator: &DecoratorDoc, events: &[Event]) -> Result<()> {
    for (name, _) in events.iter().flat_map(|event| &event.parameters) {
        let Name::Known(name) = name else { continue };
        if !graph.parameters.iter().any(|doc| doc.name == *name) {
            let what =
                format!("`@trigger` gives a value to the parameter `{name}`, which the flow does not have");
            let known = graph.parameters.iter().map(|doc| doc.name.as_str());
            return Err(bad(decorator, what).suggest(name, known));
        }
    }
    Ok(())
}

/// What either of two attributes holds: one, or a list of them.
fn one_or_several<T>(
    decorator: &DecoratorDoc,
    one: &str,
    several: &str,
    read: fn(&DecoratorDoc, &Value) -> Result<T>,
) -> Result<Vec<T>> {
    let given = |key: &str| decorator.attributes.get(key).filter(|value| !is_empty(value));
    let options = decorator.attributes.get("options");
    if !options.is_none_or(|options| options.is_object() || options.is_null()) {
        return Err(bad(decorator, format!("`@{}` needs a dictionary for `options`", decorator.name)));
    }
    let name = &decorator.name;
    match (given(one), given(several)) {
        (Some(_), Some(_)) => Err(bad(decorator, format!("`@{name}` has both `{one}` and `{several}`"))
            .hint(format!("put all of them into `{several}`"))),
        (None, None) => Err(bad(decorator, format!("`@{name}` waits for nothing"))
            .hint(format!("give it `{one}=…` or `{several}=[…]`"))),
        (Some(value), None) => Ok(vec![read(decorator, value)?]),
        (None, Some(Value::Array(values))) => values.iter().map(|value| read(decorator, value)).collect(),
        // A function will give the whole list.
        (None, Some(value)) if function(value).is_some() => Ok(vec![read(decorator, value)?]),
        (None, Some(_)) => Err(bad(decorator, format!("`@{name}` needs a list for `{several}`"))
            .hint(format!("write `{several}=[…]`, or `{one}=…` for a single one"))),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn event(decorator: &DecoratorDoc, value: &Value) -> Result<Event> {
    if let Some(name) = name(value) {
        return Ok(Event { name, parameters: Vec::new() });
    }
    let Value::Object(fields) = value else {
        return Err(bad(decorator, format!("`@trigger` cannot wait for `{}`", short(value)))
            .hint("name an event, or write `{\"name\": …, \"parameters\": {…}}`"));
    };
    let event = named(decorator, "an event", fields, &["name", "parameters"])?;
    let parameters = match fields.get("parameters") {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => mapping(decorator, &event, value)?,
    };
    no_twice(decorator, "the parameter", parameters.iter().map(|(parameter, _)| parameter))?;
    Ok(Event { name: event, parameters })
}

/// Which parameter gets which field of the payload: a dictionary, or a list of names and of pairs.
fn mapping(decorator: &DecoratorDoc, event: &Name, value: &Value) -> Result<Vec<(Name, Name)>> {
    let pair = |value: &Value| match value {
        Value::Array(two) if two.len() == 2 => name(&two[0]).zip(name(&two[1])),
        value => name(value).map(|name| (name.clone(), name)),
    };
    let pairs: Option<Vec<(Name, Name)>> = match value {
        value if function(value).is_some() => return Ok(Vec::new()),
        Value::Object(fields) => fields
            .iter()
            .map(|(parameter, field)| Some((Name::Known(parameter.clone()), name(field)?)))
            .collect(),
        Value::Array(items) => items.iter().map(pair).collect(),
        _ => None,
    };
    pairs.ok_or_else(|| {
        let (Name::Known(event) | Name::Function(event)) = event;
        bad(decorator, format!("`@trigger` has bad `parameters` for the event `{event}`: `{}`", short(value)))
            .hint("write `{\"parameter\": \"field\"}`, or a list of names and of such pairs")
    })
}

fn flow(decorator: &DecoratorDoc, value: &Value) -> Result<Upstream> {
    let plain = |name| Upstream { name, project: None, branch: None };
    let hint = "write `\"Flow\"`, `\"project.branch.Flow\"`, or `{\"name\": …, \"project\": …, \"project_branch\": …}`";
    match (name(value), value) {
        (Some(Name::Known(text)), _) => {
            let Some((project, rest)) = text.split_once('.') else { return Ok(plain(Name::Known(text))) };
            let parts = rest.rsplit_once('.');
            let Some((branch, flow)) = parts.filter(|(b, f)| ![project, b, f].contains(&"")) else {
                let what = format!("`@trigger_on_finish` cannot tell which flow `{text}` is");
                return Err(bad(decorator, what).hint(hint));
            };
            Ok(Upstream {
                name: Name::Known(flow.to_owned()),
                project: Some(Name::Known(project.to_owned())),
                branch: Some(Name::Known(branch.to_owned())),
            })
        }
        (Some(function), _) => Ok(plain(function)),
        (None, Value::Object(fields)) => {
            let flow = named(decorator, "a flow", fields, &["name", "project", "project_branch"])?;
            let part = |key: &str| match fields.get(key) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => name(value).map(Some).ok_or_else(|| {
                    bad(
                        decorator,
                        format!("`@trigger_on_finish` needs text for `{key}`, not `{}`", short(value)),
                    )
                }),
            };
            Ok(Upstream { name: flow, project: part("project")?, branch: part("project_branch")? })
        }
        (None, value) => {
            let what = format!("`@trigger_on_finish` cannot wait for `{}`", short(value));
            Err(bad(decorator, what).hint(hint))
        }
    }
}

/// The `name` of a dictionary that may have no other keys than `known`.
fn named(decorator: &DecoratorDoc, what: &str, fields: &Map<String, Value>, known: &[&str]) -> Result<Name> {
    let decorated = &decorator.name;
    if let Some(other) = fields.keys().find(|key| !known.contains(&key.as_str())) {
        let message = format!("`@{decorated}` describes {what} with `{other}`, which means nothing");
        let error = bad(decorator, message).suggest(other, known.iter().copied());
        return Err(error.hint(format!("its keys are `{}`", known.join("`, `"))));
    }
    fields.get("name").and_then(name).ok_or_else(|| {
        bad(decorator, format!("`@{decorated}` describes {what} without a `name`"))
            .hint("write `{\"name\": …}`")
    })
}

fn no_twice<'a>(decorator: &DecoratorDoc, what: &str, names: impl Iterator<Item = &'a Name>) -> Result<()> {
    let mut seen = Vec::new();
    for name in names {
        if let Name::Known(text) = name
            && seen.contains(&name)
        {
            return Err(bad(decorator, format!("`@{}` has {what} `{text}` twice", decorator.name))
                .hint("leave one of them out"));
        }
        seen.push(name);
    }
    Ok(())
}

fn name(value: &Value) -> Option<Name> {
    match value {
        Value::String(text) if !text.is_empty() => Some(Name::Known(text.clone())),
        value => function(value).map(|function| Name::Function(function.to_owned())),
    }
}

fn function(value: &Value) -> Option<&str> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.get(FUNCTION)?.as_str()
}

fn bad(decorator: &DecoratorDoc, message: String) -> Error {
    let error = Error::new(codes::BAD_DECORATOR, message);
    match decorator.file.as_str() {
        "" => error,
        file => error.at(file, (decorator.line > 0).then_some(decorator.line)),
    }
}

fn short(value: &Value) -> String {
    crate::parameters::text(value)
}

#[cfg(test)]
mod tests;
