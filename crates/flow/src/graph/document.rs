//! `FlowGraph`: the versioned JSON document a `FlowSpec` class becomes. Stored with each run; read by everybody.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use spinloom_diagnostics::{Error, ResultExt as _, codes};

use crate::{StepName, exact};

/// Version of the document. Readers accept any document of the same major version.
pub const FLOW_GRAPH_VERSION: u32 = 1;

/// A flow as its author wrote it, nothing judged yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowGraph {
    /// [`FLOW_GRAPH_VERSION`] of the writer.
    pub version: u32,
    /// Class name.
    pub name: String,
    /// Absolute path of the flow file.
    pub file: String,
    /// Docstring of the class.
    #[serde(default)]
    pub doc: String,
    /// Line of the class statement.
    #[serde(default)]
    pub line: u32,
    /// Steps, in definition order (bases first).
    pub steps: Vec<StepDoc>,
    /// Parameters, in definition order.
    #[serde(default)]
    pub parameters: Vec<ParameterDoc>,
    /// Names of class constants, in definition order.
    #[serde(default)]
    pub constants: Vec<String>,
    /// Flow decorators, outermost first.
    #[serde(default)]
    pub decorators: Vec<DecoratorDoc>,
}

impl FlowGraph {
    /// The flow decorator of this name, the nearest if there are several.
    pub fn decorator(&self, name: &str) -> Option<&DecoratorDoc> {
        self.decorators.iter().find(|decorator| decorator.name == name)
    }

    /// Parameters that nobody gives to the runs of a schedule: required ones, of a flow with `@schedule` (PA-06).
    pub fn unscheduled(&self) -> impl Iterator<Item = &ParameterDoc> {
        let scheduled = self.decorator("schedule").is_some();
        self.parameters
            .iter()
            .filter(move |doc| scheduled && doc.required && doc.default_kind == DefaultKind::None)
    }

    /// Reads the document from the JSON Python wrote; defaults keep every digit (see [`exact`]).
    ///
    /// # Errors
    /// `SL0402` if a newer Spinloom wrote it, `SL0403` if it is no such document.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let broken = || "the description of the flow cannot be read".to_owned();
        let value = exact::parse(text).or_error(codes::STORE_CORRUPT, broken)?;
        if let Some(version) = value.get("version").and_then(Value::as_u64)
            && version > u64::from(FLOW_GRAPH_VERSION)
        {
            let message =
                format!("the description of the flow has version {version}, made by a newer Spinloom");
            return Err(Error::new(codes::STORE_FORMAT, message).hint("upgrade Spinloom"));
        }
        serde_json::from_value(value).or_error(codes::STORE_CORRUPT, broken)
    }

    /// The step runs of the flow end with: the one marked so, else the one called `end`, else the only one.
    ///
    /// Reads no more of the document than names and marks, as a list of runs asks this for each graph in it.
    ///
    /// # Errors
    /// `SL0403` if it is no such document.
    pub fn end_step(text: &str) -> Result<StepName, Error> {
        #[derive(Deserialize)]
        struct Document {
            #[serde(default)]
            steps: Vec<Step>,
        }
        #[derive(Deserialize)]
        struct Step {
            name: StepName,
            #[serde(default)]
            end: bool,
        }
        let Document { mut steps } = serde_json::from_str(text)
            .or_error(codes::STORE_CORRUPT, || "the description of the flow cannot be read".to_owned())?;
        if let Some(marked) = steps.iter().position(|step| step.end) {
            return Ok(steps.swap_remove(marked).name);
        }
        match steps.pop() {
            Some(only) if steps.is_empty() => Ok(only.name),
            _ => StepName::new("end"),
        }
    }

    /// Writes the document as JSON for Python, and for [`Self::from_json`].
    ///
    /// # Errors
    /// `SL0901` if the document cannot be JSON, which cannot be.
    pub fn to_json(&self) -> Result<String, Error> {
        let value = serde_json::to_value(self)
            .or_error(codes::INTERNAL, || "the description of the flow cannot be written".to_owned())?;
        Ok(exact::print(&value))
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepDoc {
    /// Method name.
    pub name: String,
    /// File it is defined in (a base class may live elsewhere).
    pub file: String,
    /// Line of `def`.
    pub line: u32,
    /// Docstring.
    #[serde(default)]
    pub doc: String,
    /// Number of positional arguments, `self` included: 2 for a join.
    pub args: u32,
    /// The last statement.
    pub tail: Tail,
    /// Step decorators, outermost first.
    #[serde(default)]
    pub decorators: Vec<DecoratorDoc>,
    /// `@step(start=True)`.
    #[serde(default)]
    pub start: bool,
    /// `@step(end=True)`.
    #[serde(default)]
    pub end: bool,
    /// `@step(node_info={…})`.
    #[serde(default)]
    pub node_info: Value,
}

/// The last statement of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tail {
    /// No `self.next(…)` at the end.
    None,
    /// A `self.next(…)` that can be read.
    Next(Next),
    /// A `self.next(…)` that cannot be read: dynamic arguments and the like.
    Invalid {
        /// Line of the call.
        line: u32,
        /// Why, as a sentence.
        reason: String,
    },
}

/// A transition, read from the source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Next {
    /// Line of the call.
    pub line: u32,
    /// Target steps in the order written.
    pub targets: Vec<String>,
    /// Name of the artifact to fan out over.
    pub foreach: Option<String>,
    /// `num_parallel=` is there.
    pub num_parallel: bool,
    /// Name of the artifact a switch looks at.
    pub condition: Option<String>,
    /// Cases of a switch, `[key, step]`, in the order written.
    pub cases: Vec<(Value, String)>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterDoc {
    /// Name on the command line.
    pub name: String,
    /// Attribute of the class.
    pub attribute: String,
    /// Type of the value.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Default, if it is a plain value. For JSON parameters: the value, not its text.
    #[serde(default)]
    pub default: Value,
    /// What `default` is.
    #[serde(default)]
    pub default_kind: DefaultKind,
    /// Must be given.
    #[serde(default)]
    pub required: bool,
    /// Help text.
    #[serde(default)]
    pub help: String,
    /// Shows the default in `--help`.
    #[serde(default = "yes")]
    pub show_default: bool,
    /// Splits a string into a list.
    #[serde(default)]
    pub separator: Option<String>,
    /// The only values there may be, if that is said; of an enum, the names of its members. Of a list, what its items may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Value>,
    /// What else the members of an enum may be called: text to name.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub synonyms: serde_json::Map<String, Value>,
    /// The least value there may be; null if any. Of a list, of its items.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub min: Value,
    /// The greatest value there may be; null if any.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub max: Value,
    /// Type of a list's items; none if they are any JSON values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ParameterType>,
    /// The class of an enum or a model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// File it is defined in.
    #[serde(default)]
    pub file: String,
    /// Line it is defined at.
    #[serde(default)]
    pub line: u32,
}

fn yes() -> bool {
    true
}

/// Type of a parameter's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Text.
    Str,
    /// Whole number.
    Int,
    /// Floating-point number.
    Float,
    /// `true` or `false`.
    Bool,
    /// Any JSON value.
    Json,
    /// The path of a file, whose content the flow gets.
    File,
    /// A date and time, with or without an offset from UTC; kept as ISO 8601 has it.
    Datetime,
    /// A date.
    Date,
    /// A path, which need not exist.
    Path,
    /// A member of an enum, by its name.
    Enum,
    /// A list.
    List,
    /// An object of a class that checks it itself, such as a pydantic model; known here as JSON.
    Model,
}

/// What a parameter's default is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultKind {
    /// There is none: the value is `None`.
    #[default]
    None,
    /// A value.
    Value,
    /// A function of the flow's, called once when the run starts.
    Function,
}

/// A decorator as a record: its behaviour lives where it happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecoratorDoc {
    /// Such as `retry`.
    pub name: String,
    /// Effective attributes, defaults included.
    #[serde(default)]
    pub attributes: serde_json::Map<String, Value>,
    /// Written in the file, as against added by `--with` or the environment.
    #[serde(default = "yes")]
    pub statically_defined: bool,
    /// File it is written in; empty if added.
    #[serde(default)]
    pub file: String,
    /// Line it is written at; 0 if added.
    #[serde(default)]
    pub line: u32,
    /// The user wrote it: what it does is Python's alone, and its name says where it lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub custom: bool,
    /// The mutator that put it there, by its full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_by: Option<String>,
}

impl DecoratorDoc {
    /// The name a reader knows it by: that of a custom one without its module.
    pub fn short(&self) -> &str {
        match self.name.rsplit_once('.') {
            Some((_, short)) if self.custom => short,
            _ => &self.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_and_written_without_loss() {
        let text = r#"{"version": 1, "name": "F", "file": "/x/f.py", "steps": [
            {"name": "start", "file": "/x/f.py", "line": 3, "args": 1, "tail": {"kind": "none"}}],
            "parameters": [{"name": "n", "attribute": "n", "type": "int", "default_kind": "value",
                "default": 1000000000000000000000000000000}]}"#;
        let flow = FlowGraph::from_json(text).unwrap();
        assert_eq!(flow.steps[0].tail, Tail::None);
        assert_eq!(
            flow.parameters[0].default,
            serde_json::json!({"$int": "1000000000000000000000000000000"})
        );
        assert!(flow.parameters[0].show_default);
        let written = flow.to_json().unwrap();
        assert!(written.contains(r#""default": 1000000000000000000000000000000,"#), "{written}");
        assert_eq!(FlowGraph::from_json(&written).unwrap(), flow);
    }

    #[test]
    fn tails_are_told_apart_by_kind() {
        let next = r#"{"kind": "next", "line": 4, "targets": ["a", "b"], "condition": "c", "cases": [["x", "a"], [1, "b"]]}"#;
        let Tail::Next(next) = serde_json::from_str(next).unwrap() else { panic!("no `Next`") };
        assert_eq!(next.cases, [("x".into(), "a".to_owned()), (1.into(), "b".to_owned())]);
        let invalid = r#"{"kind": "invalid", "line": 4, "reason": "it is dynamic"}"#;
        assert_eq!(
            serde_json::from_str::<Tail>(invalid).unwrap(),
            Tail::Invalid { line: 4, reason: "it is dynamic".to_owned() }
        );
    }

    #[test]
    fn the_end_step_is_the_marked_one_or_end_or_the_only_one() {
        for (steps, end) in [
            (r#"{"name": "start"}, {"name": "end"}, {"name": "last", "end": true}"#, "last"),
            (r#"{"name": "start"}, {"name": "end", "end": false}"#, "end"),
            (r#"{"name": "only", "more": [1]}"#, "only"),
            ("", "end"),
        ] {
            let text = format!(r#"{{"version": 1, "steps": [{steps}]}}"#);
            assert_eq!(FlowGraph::end_step(&text).unwrap().as_str(), end, "{text}");
        }
        assert_eq!(FlowGraph::end_step("{").unwrap_err().code(), codes::STORE_CORRUPT);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for (text, code) in [
            ("{", codes::STORE_CORRUPT),
            ("{}", codes::STORE_CORRUPT),
            (r#"{"version": 2}"#, codes::STORE_FORMAT),
        ] {
            assert_eq!(FlowGraph::from_json(text).unwrap_err().code(), code, "{text}");
        }
    }
}
