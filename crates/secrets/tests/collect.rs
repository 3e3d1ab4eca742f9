//! What a task gets of its sources (DE-07).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_secrets::{Source, Wanted, check, collect, fetch, no_others};

fn inline(variables: &Value) -> Value {
    json!({"type": "inline", "id": "x", "options": {"env_vars": variables}})
}

/// Names and values, or the error, of sources in an environment.
fn collected(sources: &Value, set: &[(&str, &str)], allow_override: bool) -> Result<String, Error> {
    let set: HashMap<&str, &str> = set.iter().copied().collect();
    let sources = sources.as_array().unwrap();
    let wanted = Wanted { sources, role: None, allow_override };
    let found = collect(wanted, &|name| set.get(name).map(|value| (*value).to_owned()), &no_others)?;
    Ok(found.iter().map(|one| format!("{}={}", one.name, one.value)).collect::<Vec<_>>().join(" "))
}

fn message(sources: &Value, set: &[(&str, &str)], allow_override: bool) -> String {
    let error = collected(sources, set, allow_override).unwrap_err();
    assert_eq!(error.code(), codes::SECRETS, "{error}");
    error.message().to_owned()
}

#[test]
fn secrets_of_all_sources_come_in_order() {
    let sources = json!([inline(&json!({"B": "1", "A": "2"})), "env.HOME,NEW=OLD", "inline.nothing"]);
    let set = [("HOME", "/h"), ("OLD", "old")];
    assert_eq!(collected(&sources, &set, false).unwrap(), "B=1 A=2 HOME=/h NEW=old");
}

#[test]
fn a_secret_is_in_one_source_only() {
    let twice = json!([inline(&json!({"A": "1"})), "env.A=OLD"]);
    for allow_override in [false, true] {
        let said = message(&twice, &[("OLD", "2")], allow_override);
        assert_eq!(said, "the secret `A` of `env.A=OLD` is in `inline.x` too");
    }
}

#[test]
fn what_is_set_is_kept_unless_that_is_allowed() {
    let sources = json!([inline(&json!({"A": "1"}))]);
    let said = message(&sources, &[("A", "0")], false);
    assert_eq!(said, "the secret `A` of `inline.x` is set in the environment already");
    assert_eq!(collected(&sources, &[("A", "0")], true).unwrap(), "A=1");
    let said = message(&json!(["env.A=B"]), &[("A", "0"), ("B", "1")], false);
    assert_eq!(said, "the secret `A` of `env.A=B` is set in the environment already");
}

#[test]
fn names_are_those_of_variables_and_not_ours() {
    for (name, why) in [
        ("1x", "is not a name for a variable"),
        ("a b", "is not a name for a variable"),
        ("", "is not a name for a variable"),
        ("é", "is not a name for a variable"),
        ("METAFLOW_X", "begins with `METAFLOW_`, which a secret may not"),
        ("SPINLOOM_USER", "begins with `SPINLOOM_`, which a secret may not"),
    ] {
        let mut variables = serde_json::Map::new();
        variables.insert(name.to_owned(), "value".into());
        let said = message(&json!([inline(&Value::Object(variables))]), &[], true);
        assert_eq!(said, format!("the secret `{name}` of `inline.x` {why}"));
    }
}

#[test]
fn files_are_dotenv_or_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("a.env"), "A=1\nexport B='two'\n").unwrap();
    std::fs::write(path("b.json"), r#"{"C": "c", "D": 3, "E": true}"#).unwrap();
    let sources = json!([format!("file.{}", path("a.env")), {"type": "file", "id": path("b.json")}]);
    assert_eq!(collected(&sources, &[], false).unwrap(), "A=1 B=two C=c D=3 E=true");
}

#[test]
fn a_file_that_cannot_be_read_is_told_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("a.env"), "A=1\nhunter2\n").unwrap();
    std::fs::write(path("b.json"), r#"{"C": ["hunter2"]}"#).unwrap();
    std::fs::write(path("c.json"), r#"{"C": hunter2}"#).unwrap();
    for (name, cause) in [
        ("a.env", "line 2 is not `NAME=value`"),
        ("b.json", "the value of `C` is neither text, a number nor a boolean"),
        ("c.json", "it is not a JSON object of names and values"),
        ("none.env", "No such file or directory (os error 2)"),
    ] {
        let error = collected(&json!([format!("file.{}", path(name))]), &[], false).unwrap_err();
        assert_eq!((error.code(), error.causes()), (codes::SECRETS, &[cause.to_owned()][..]));
        assert!(!format!("{error:?} {:?}", error.hints()).contains("hunter2"));
    }
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let error = collected(&json!(["env.GONE"]), &[], false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the secrets of `env.GONE` cannot be fetched: the variable `GONE` is not set"
    );
    assert_eq!(error.hints(), ["set `GONE` where the run is started"]);
}

#[test]
fn sources_are_checked_before_they_are_fetched() {
    let exist = "secrets can come from `inline`, `file`, `env`";
    for (source, message, hints) in [
        (json!("vault.x"), "there is no back-end `vault` for secrets", vec![exist]),
        (json!("flie.x"), "there is no back-end `flie` for secrets", vec!["did you mean `file`?", exist]),
        (
            json!("aws-secrets-manager.x"),
            "secrets of `aws-secrets-manager` are not in this version of Spinloom",
            vec![exist],
        ),
        (
            json!("token"),
            "the source `token` does not say which back-end it is of",
            vec!["write `type.id`, such as `env.token`"],
        ),
        (json!(3), "a source of secrets is `type.id` or a dictionary with `type` and `id`", vec![]),
        (json!({"id": "x"}), "a source of secrets needs a `type`", vec![exist]),
        (
            json!({"type": "file"}),
            "a `file` source names a file",
            vec!["write its path, such as `file.secrets.env`"],
        ),
        (
            json!({"type": "env", "ids": "x"}),
            "a source of secrets has no key `ids`",
            vec!["did you mean `id`?", "its keys are `type`, `id`, `options`, `role`"],
        ),
        (
            json!("env.A,,B"),
            "an `env` source names variables",
            vec!["write their names, such as `env.DATABASE_URL` or `env.URL=DATABASE_URL,TOKEN`"],
        ),
        (inline(&json!([1])), "the `env_vars` of an `inline` source are a dictionary", vec![]),
    ] {
        let error = check(&[source], &no_others).unwrap_err();
        assert_eq!((error.code(), error.message()), (codes::BAD_DECORATOR, message));
        assert_eq!(error.hints(), hints);
    }
}

#[test]
fn one_source_alone_may_hold_what_is_set_already() {
    let source = Source::parse(&json!("env.A=B"), &no_others).unwrap();
    let found = fetch(&source, None, &|name| Some(name.to_lowercase())).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].value.as_str()), ("A", "b"));
}

#[test]
fn what_is_secret_is_not_shown() {
    let source = Source::parse(&inline(&json!({"A": "hunter2"})), &no_others).unwrap();
    assert_eq!(format!("{source:?}"), "inline.x");
}
