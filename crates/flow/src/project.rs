//! `@project` (FD-01): which project a flow belongs to, and which branch of it a run is of.

use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, Result, codes};

use crate::graph::DecoratorDoc;

/// Longest name of a project or a branch, characters.
const LONGEST: usize = 128;

/// What was said about the branch where the run was started, and where it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The branch: the option or variable, and its value.
    pub branch: Option<(String, String)>,
    /// `--production`.
    pub production: bool,
}

/// The project and branch of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Name of the project.
    pub name: String,
    /// `user.<user>`, `test.<branch>`, `prod` or `prod.<branch>`.
    pub branch: String,
    /// `<project>.<branch>.<flow>`: what the flow is called where it is deployed.
    pub flow_name: String,
    /// Nobody named a branch: it is the user's own.
    pub is_user_branch: bool,
    /// It is production's.
    pub is_production: bool,
}

impl Project {
    /// The project that `decorator`, a flow's `@project`, and the command line agree on.
    ///
    /// # Errors
    /// `SL0104` for a name or branch in the file that is not allowed, `SL0001` for a branch given that is not, or that is in
    /// the file too.
    pub fn resolve(decorator: &DecoratorDoc, flow: &str, user: &str, given: &Given) -> Result<Self> {
        let name = project_name(decorator)?;
        let in_file = branch_in_file(decorator)?;
        let branch = match (&given.branch, in_file) {
            (Some((source, _)), Some(written)) => {
                let message =
                    format!("`{source}` names a branch, and `@project` names the branch `{written}` already");
                return Err(Error::new(codes::USAGE, message).hint("leave one of them out"));
            }
            (Some((source, branch)), None) => Some(checked(branch).map_err(|why| {
                Error::new(codes::USAGE, format!("`{source}` cannot be `{}`", shortened(branch))).cause(why)
            })?),
            (None, in_file) => in_file,
        };
        let is_production = given.production || decorator.attributes.get("production").is_some_and(is_true);
        let is_user_branch = branch.is_none() && !is_production;
        let branch = match (is_production, branch) {
            (true, Some(branch)) => format!("prod.{branch}"),
            (true, None) => "prod".to_owned(),
            (false, Some(branch)) => format!("test.{branch}"),
            (false, None) => format!("user.{user}"),
        };
        let flow_name = format!("{name}.{branch}.{flow}");
        Ok(Self { name: name.to_owned(), branch, flow_name, is_user_branch, is_production })
    }

    /// The system tags of its runs.
    pub fn tags(&self) -> [String; 2] {
        [format!("project:{}", self.name), format!("project_branch:{}", self.branch)]
    }

    /// What its tasks find in `current`.
    pub fn current(&self) -> Map<String, Value> {
        let facts = [
            ("project_name", json!(self.name)),
            ("branch_name", json!(self.branch)),
            ("project_flow_name", json!(self.flow_name)),
            ("is_user_branch", json!(self.is_user_branch)),
            ("is_production", json!(self.is_production)),
        ];
        facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// What a `@project` says by itself.
///
/// # Errors
/// `SL0104` for a name or a branch that is not allowed.
pub fn check(decorator: &DecoratorDoc) -> Result<()> {
    project_name(decorator)?;
    branch_in_file(decorator).map(|_| ())
}

fn branch_in_file(decorator: &DecoratorDoc) -> Result<Option<&str>> {
    let Some(branch) = attribute(decorator, "branch")? else { return Ok(None) };
    let bad_branch = || bad(decorator, format!("`@project` has a bad branch `{}`", shortened(branch)));
    checked(branch).map(Some).map_err(|why| bad_branch().cause(why))
}

fn project_name(decorator: &DecoratorDoc) -> Result<&str> {
    match attribute(decorator, "name")? {
        Some(name) if !name.is_empty() => checked(name).map_err(|why| {
            bad(decorator, format!("`@project` has a bad name `{}`", shortened(name))).cause(why)
        }),
        _ => Err(bad(decorator, "`@project` needs a name").hint("write `@project(name=\"my_project\")`")),
    }
}

fn attribute<'a>(decorator: &'a DecoratorDoc, key: &str) -> Result<Option<&'a str>> {
    match decorator.attributes.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(decorator, format!("`@project` needs text for `{key}`"))),
    }
}

/// A name, if it is allowed: it becomes part of names in schedulers, which allow little.
fn checked(name: &str) -> Result<&str, String> {
    if name.chars().count() > LONGEST {
        return Err(format!("it is longer than {LONGEST} characters"));
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(fits) {
        return Err("it may consist of lower-case letters, digits and `_` only".to_owned());
    }
    Ok(name)
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 40 { name.to_owned() } else { name.chars().take(40).chain(['…']).collect() }
}

fn bad(decorator: &DecoratorDoc, message: impl Into<String>) -> Error {
    let error = Error::new(codes::BAD_DECORATOR, message);
    if decorator.file.is_empty() {
        error
    } else {
        error.at(&decorator.file, (decorator.line > 0).then_some(decorator.line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decorator(attributes: Value) -> DecoratorDoc {
        let doc = json!({"name": "project", "attributes": attributes, "file": "flow.py", "line": 3});
        serde_json::from_value(doc).unwrap()
    }

    fn resolved(attributes: Value, branch: Option<&str>, production: bool) -> Result<String> {
        let given = Given { branch: branch.map(|b| ("--branch".to_owned(), b.to_owned())), production };
        let project = Project::resolve(&decorator(attributes), "F", "ann", &given)?;
        Ok(format!("{} {} {}", project.flow_name, project.is_user_branch, project.is_production))
    }

    /// FD-01: what Metaflow calls the branch.
    #[test]
    fn branches_are_named_after_who_runs_what() {
        let none = json!({"name": "demo"});
        assert_eq!(resolved(none.clone(), None, false).unwrap(), "demo.user.ann.F true false");
        assert_eq!(resolved(none.clone(), Some("b_1"), false).unwrap(), "demo.test.b_1.F false false");
        assert_eq!(resolved(none.clone(), None, true).unwrap(), "demo.prod.F false true");
        assert_eq!(resolved(none, Some("b"), true).unwrap(), "demo.prod.b.F false true");
        let file = json!({"name": "demo", "branch": "b", "production": true});
        assert_eq!(resolved(file, None, false).unwrap(), "demo.prod.b.F false true");
        let production = json!({"name": "demo", "production": true});
        assert_eq!(resolved(production, Some("b"), true).unwrap(), "demo.prod.b.F false true");
    }

    #[test]
    fn names_are_checked_where_they_are_written() {
        for (attributes, branch, code, message) in [
            (json!({}), None, codes::BAD_DECORATOR, "`@project` needs a name"),
            (json!({"name": ""}), None, codes::BAD_DECORATOR, "`@project` needs a name"),
            (json!({"name": 3}), None, codes::BAD_DECORATOR, "`@project` needs text for `name`"),
            (json!({"name": "De-mo"}), None, codes::BAD_DECORATOR, "`@project` has a bad name `De-mo`"),
            (
                json!({"name": "d", "branch": "a b"}),
                None,
                codes::BAD_DECORATOR,
                "`@project` has a bad branch `a b`",
            ),
            (json!({"name": "d"}), Some("a.b"), codes::USAGE, "`--branch` cannot be `a.b`"),
            (
                json!({"name": "d", "branch": "x"}),
                Some("y"),
                codes::USAGE,
                "`--branch` names a branch, and `@project` names the branch `x` already",
            ),
        ] {
            let error = resolved(attributes, branch, false).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
            assert_eq!(error.location().is_some(), code == codes::BAD_DECORATOR);
        }
        let long = "d".repeat(LONGEST + 1);
        assert!(resolved(json!({"name": long}), None, false).is_err());
        assert!(resolved(json!({"name": "d".repeat(LONGEST)}), None, false).is_ok());
    }

    #[test]
    fn tags_and_facts_name_project_and_branch() {
        let project =
            Project::resolve(&decorator(json!({"name": "demo"})), "F", "ann", &Given::default()).unwrap();
        assert_eq!(project.tags(), ["project:demo", "project_branch:user.ann"]);
        assert_eq!(project.current()["project_flow_name"], "demo.user.ann.F");
        assert_eq!(project.current().len(), 5);
    }
}
