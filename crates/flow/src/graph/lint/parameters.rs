//! Parameters and constants: names that can be told apart on a command line and in the class (PA-01, PA-04).

use std::collections::HashMap;

use spinloom_diagnostics::{Error, codes};

use super::super::{ParameterDoc, ParameterType};
use super::Problems;
use crate::parameters::RESERVED;

pub(super) fn check(problems: &mut Problems<'_>) {
    let flow = problems.flow;
    let mut by_option: HashMap<String, &ParameterDoc> = HashMap::new();
    let mut by_attribute: HashMap<&str, &ParameterDoc> = HashMap::new();
    for doc in &flow.parameters {
        name(doc, problems);
        if let Some(other) = by_option.insert(option(&doc.name), doc) {
            let message = if other.name == doc.name {
                format!("two parameters are called `{}`", doc.name)
            } else {
                format!("the parameters `{}` and `{}` are the same on a command line", other.name, doc.name)
            };
            let hint = "give one of them another name: upper and lower case, `-` and `_` do not differ";
            parameter(doc, message, hint, problems);
        }
        if let Some(other) = by_attribute.insert(&doc.attribute, doc) {
            let message = format!(
                "the parameters `{}` and `{}` are both `self.{}`",
                other.name, doc.name, doc.attribute
            );
            parameter(doc, message, "assign one of them to another attribute", problems);
        }
        clashes(doc, problems);
        separator(doc, problems);
        if let Some((message, hint)) = crate::parameters::declared(doc) {
            parameter(doc, message, hint, problems);
        }
    }
    for constant in &flow.constants {
        if let Some(step) = flow.steps.iter().find(|s| s.name == *constant) {
            let message = format!("`{constant}` is both a step and a class constant");
            let error = Error::new(codes::INVALID_FLOW, message).hint("rename one of them");
            problems.add(error, &step.file, step.line);
        }
    }
}

/// How a name is compared: as an option or an environment variable is.
fn option(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

fn name(doc: &ParameterDoc, problems: &mut Problems<'_>) {
    let name = &doc.name;
    let as_option = option(name);
    if as_option == "help" || RESERVED.iter().any(|reserved| option(reserved) == as_option) {
        let message = format!("parameter `{name}` has a reserved name");
        parameter(
            doc,
            message,
            format!("`--{name}` means something already: call the parameter otherwise"),
            problems,
        );
        return;
    }
    let starts = name.starts_with(|c: char| c == '_' || c.is_alphabetic());
    if !starts || !name.chars().all(|c| c == '_' || c == '-' || c.is_alphanumeric()) {
        let message = format!("parameter `{name}` has an invalid name");
        parameter(
            doc,
            message,
            "use letters, digits, underscores and dashes, starting with a letter",
            problems,
        );
    }
}

fn clashes(doc: &ParameterDoc, problems: &mut Problems<'_>) {
    let flow = problems.flow;
    let attribute = &doc.attribute;
    let other = if flow.steps.iter().any(|s| s.name == *attribute) {
        "step"
    } else if flow.constants.contains(attribute) {
        "class constant"
    } else {
        return;
    };
    let message = format!("`{attribute}` is both a parameter and a {other}");
    parameter(doc, message, "rename one of them", problems);
}

fn separator(doc: &ParameterDoc, problems: &mut Problems<'_>) {
    let name = &doc.name;
    match &doc.separator {
        Some(_) if ![ParameterType::Str, ParameterType::List].contains(&doc.kind) => {
            let message = format!("parameter `{name}` has a separator, but is not text");
            parameter(
                doc,
                message,
                "remove `separator=`, or use `type=JSONType` for a list of other values",
                problems,
            );
        }
        Some(separator) if separator.is_empty() => {
            let message = format!("parameter `{name}` has an empty separator");
            parameter(doc, message, "write `separator=\",\"`", problems);
        }
        _ => {}
    }
}

fn parameter(doc: &ParameterDoc, message: String, hint: impl Into<String>, problems: &mut Problems<'_>) {
    let file = if doc.file.is_empty() { &problems.flow.file } else { &doc.file };
    problems.add(Error::new(codes::INVALID_FLOW, message).hint(hint), file, doc.line);
}
