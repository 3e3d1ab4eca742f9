use serde_json::json;

use super::*;

fn doc(kind: ParameterType) -> ParameterDoc {
    let doc = json!({"name": "al-pha", "attribute": "alpha", "type": kind, "file": "flow.py", "line": 4});
    serde_json::from_value(doc).unwrap()
}

fn with_default(kind: ParameterType, default: Value) -> ParameterDoc {
    ParameterDoc { default, default_kind: DefaultKind::Value, ..doc(kind) }
}

fn option(text: &str) -> Given {
    BTreeMap::from([("al-pha".to_owned(), (text.into(), Source::Option("--al-pha".to_owned())))])
}

fn given(doc: &ParameterDoc, text: &str) -> Result<Value, Error> {
    let values = resolve(std::slice::from_ref(doc), &option(text), &Map::new())?;
    Ok(values["al-pha"].clone())
}

fn absent(doc: &ParameterDoc) -> Result<Value, Error> {
    Ok(resolve(std::slice::from_ref(doc), &BTreeMap::new(), &Map::new())?["al-pha"].clone())
}

fn function(kind: ParameterType, value: Value) -> Result<Value, Error> {
    let doc = ParameterDoc { default_kind: DefaultKind::Function, ..doc(kind) };
    let functions = Map::from_iter([("al-pha".to_owned(), value)]);
    Ok(resolve(&[doc], &BTreeMap::new(), &functions)?["al-pha"].clone())
}

/// PA-02: each type from text, as Metaflow reads it.
#[test]
fn texts_become_values() {
    use ParameterType::{Bool, Float, Int, Json, Str};
    for (kind, text, value) in [
        (Str, "", json!("")),
        (Str, "5", json!("5")),
        (Int, " 1_000 ", json!(1000)),
        (Int, "99999999999999999999999", json!({"$int": "99999999999999999999999"})),
        (Float, "5", json!(5.0)),
        (Float, "nan", json!({"$float": "nan"})),
        (Float, "1e400", json!({"$float": "inf"})),
        (Bool, "True", json!(true)),
        (Bool, "Y", json!(true)),
        (Bool, "1", json!(true)),
        (Bool, "no", json!(false)),
        (Bool, "F", json!(false)),
        (Json, "null", json!(null)),
        (
            Json,
            "{\"a\": [1, 99999999999999999999999]}",
            json!({"a": [1, {"$int": "99999999999999999999999"}]}),
        ),
    ] {
        assert_eq!(given(&doc(kind), text).unwrap(), value, "{kind:?} {text}");
    }
}

/// PA-02: errors name the parameter, the value, where it came from and what is expected.
#[test]
fn bad_texts_are_refused() {
    use ParameterType::{Bool, Float, Int, Json};
    for (kind, text, cause) in [
        (Int, "0x10", "a whole number is expected"),
        (Int, "", "a whole number is expected"),
        (Float, "x", "a number is expected"),
        (Bool, "on", "`true` or `false` is expected"),
        (Bool, " true ", "`true` or `false` is expected"),
        (Json, "[1,2", "JSON is expected: line 1, column 5: `,` or `]` is expected"),
    ] {
        let error = given(&doc(kind), text).unwrap_err();
        assert_eq!(error.code(), codes::BAD_PARAMETER);
        assert_eq!(
            error.message(),
            format!("parameter `al-pha` has the bad value `{text}` (from `--al-pha`)")
        );
        assert_eq!(error.causes(), [cause]);
        assert_eq!(error.hints().len(), 1);
    }
}

/// PA-05: the message of a value from the environment names the variable.
#[test]
fn the_environment_is_named() {
    let source = Source::Environment("METAFLOW_RUN_AL_PHA".to_owned());
    let given = BTreeMap::from([("al-pha".to_owned(), ("q".into(), source))]);
    let error = resolve(&[doc(ParameterType::Int)], &given, &Map::new()).unwrap_err();
    assert_eq!(error.message(), "parameter `al-pha` has the bad value `q` (from `METAFLOW_RUN_AL_PHA`)");
    assert_eq!(error.hints(), ["write `METAFLOW_RUN_AL_PHA=3`"]);
}

#[test]
fn a_separator_splits() {
    let separated = ParameterDoc { separator: Some(",".to_owned()), ..doc(ParameterType::Str) };
    assert_eq!(given(&separated, "a,b , c,").unwrap(), json!(["a", "b ", " c", ""]));
    assert_eq!(given(&separated, "").unwrap(), json!(""));
    assert_eq!(absent(&separated).unwrap(), json!(null));
    let defaulted = ParameterDoc { default: json!("a,b"), default_kind: DefaultKind::Value, ..separated };
    assert_eq!(absent(&defaulted).unwrap(), json!(["a", "b"]));
}

/// PA-01: a required parameter must be given unless it has a default.
#[test]
fn required_parameters_must_be_given() {
    let required = ParameterDoc { required: true, ..doc(ParameterType::Int) };
    let error = absent(&required).unwrap_err();
    assert_eq!(error.message(), "parameter `al-pha` must be given");
    assert_eq!(error.hints(), ["add `--al-pha …`"]);
    assert_eq!(error.location().and_then(|l| l.line), Some(4));
    assert_eq!(given(&required, "3").unwrap(), json!(3));
    let defaulted = ParameterDoc { required: true, ..with_default(ParameterType::Int, json!(7)) };
    assert_eq!(absent(&defaulted).unwrap(), json!(7));
}

/// Static defaults are converted where Metaflow converts them.
#[test]
fn static_defaults() {
    use ParameterType::{Bool, Float, Int, Json, Str};
    for (kind, default, value) in [
        (Int, json!("5"), json!(5)),
        (Int, json!(1.5), json!(1)),
        (Int, json!(-1e30), json!({"$int": "-1000000000000000019884624838656"})),
        (Int, json!(true), json!(1)),
        (Int, json!({"$int": "99999999999999999999999"}), json!({"$int": "99999999999999999999999"})),
        (Float, json!(1), json!(1.0)),
        (Float, json!({"$float": "nan"}), json!({"$float": "nan"})),
        (Bool, json!("yes"), json!(true)),
        (Bool, json!(0), json!(false)),
        (Str, json!(1), json!(1)),
        (Str, json!([1]), json!([1])),
        (Json, json!("text"), json!("text")),
        (Json, json!({"a": 1}), json!({"a": 1})),
    ] {
        assert_eq!(absent(&with_default(kind, default.clone())).unwrap(), value, "{kind:?} {default}");
    }
    for (kind, default, message) in [
        (Int, json!("q"), "the default `\"q\"` of parameter `al-pha` is not a whole number"),
        (Int, json!([1]), "the default `[1]` of parameter `al-pha` is not a whole number"),
        (Int, json!({"$float": "nan"}), "the default `NaN` of parameter `al-pha` is not a whole number"),
        (Bool, json!(2), "the default `2` of parameter `al-pha` is not `True` or `False`"),
    ] {
        let error = absent(&with_default(kind, default)).unwrap_err();
        assert_eq!(error.message(), message);
        assert_eq!(error.location().map(|l| l.file.as_str()), Some("flow.py"));
    }
}

/// PA-03: what a function returns is type-checked; a JSON parameter's function may return the text.
#[test]
fn function_defaults_are_checked() {
    use ParameterType::{Bool, Float, Int, Json, Str};
    assert_eq!(function(Int, json!(5)).unwrap(), json!(5));
    assert_eq!(function(Float, json!(5)).unwrap(), json!(5.0));
    assert_eq!(function(Json, json!("{\"a\": 1}")).unwrap(), json!({"a": 1}));
    assert_eq!(function(Json, json!([1])).unwrap(), json!([1]));
    for (kind, value) in [
        (Int, json!("5")),
        (Int, json!(5.5)),
        (Int, json!(true)),
        (Int, json!(null)),
        (Str, json!(5)),
        (Bool, json!(1)),
        (Bool, json!("true")),
        (Float, json!("1")),
        (Json, json!("{bad")),
    ] {
        let error = function(kind, value.clone()).unwrap_err();
        assert!(
            error.message().starts_with("the default function of parameter `al-pha` must return"),
            "{value}: {error}"
        );
        assert_eq!(error.causes().len(), 1);
    }
}

/// PA-05: what is given wins, so its function need not be called.
#[test]
fn given_values_win() {
    let doc = ParameterDoc { default_kind: DefaultKind::Function, ..doc(ParameterType::Int) };
    assert_eq!(given(&doc, "3").unwrap(), json!(3));
    assert_eq!(absent(&doc).unwrap_err().code(), codes::INTERNAL);
}

#[test]
fn an_unknown_parameter_is_refused() {
    let given = BTreeMap::from([("al-phb".to_owned(), ("1".into(), Source::Option("--al-phb".to_owned())))]);
    let error = resolve(&[doc(ParameterType::Int)], &given, &Map::new()).unwrap_err();
    assert_eq!(error.message(), "there is no parameter `al-phb` (from `--al-phb`)");
    assert_eq!(error.hints(), ["did you mean `al-pha`?"]);
}

#[test]
fn long_values_are_cut_in_messages() {
    let error = given(&doc(ParameterType::Int), &"é".repeat(500)).unwrap_err();
    assert!(error.message().chars().count() < 160);
}

/// Parameters beyond Metaflow's: each type from text, as it is kept.
#[test]
fn texts_become_values_of_more_types() {
    use ParameterType::{Date, Datetime, Int, List, Model, Path};
    for (doc, text, value) in [
        (doc(Datetime), "2026-03-01T12:30", json!("2026-03-01T12:30:00")),
        (doc(Datetime), "2026-03-01 12:30:05.25+02:00", json!("2026-03-01T12:30:05.25+02:00")),
        (doc(Datetime), "2026-03-01T12:30Z", json!("2026-03-01T12:30:00+00:00")),
        (doc(Datetime), "2026-03-01", json!("2026-03-01T00:00:00")),
        (doc(Date), "2026-03-01", json!("2026-03-01")),
        (doc(Path), "a/b", json!("a/b")),
        (doc(List), "", json!([])),
        (doc(List), "a, b", json!(["a", "b"])),
        (doc(List), "[1, \"a\", null]", json!([1, "a", null])),
        (items(Int), "1,2", json!([1, 2])),
        (items(Int), "[1, 2]", json!([1, 2])),
        (items(Date), "[\"2026-03-01\"]", json!(["2026-03-01"])),
        (ParameterDoc { separator: Some(";".to_owned()), ..items(Int) }, "1; 2", json!([1, 2])),
        (colour(), "RED", json!("RED")),
        (colour(), "dark blue", json!("BLUE")),
        (doc(Model), "{\"a\": 1}", json!({"a": 1})),
    ] {
        assert_eq!(given(&doc, text).unwrap(), value, "{text}");
    }
}

fn items(item: ParameterType) -> ParameterDoc {
    ParameterDoc { item: Some(item), ..doc(ParameterType::List) }
}

fn colour() -> ParameterDoc {
    let synonyms = Map::from_iter([("dark blue".to_owned(), json!("BLUE"))]);
    ParameterDoc { choices: vec![json!("RED"), json!("BLUE")], synonyms, ..doc(ParameterType::Enum) }
}

fn between(kind: ParameterType, min: Value, max: Value) -> ParameterDoc {
    ParameterDoc { min, max, ..doc(kind) }
}

/// Parameters beyond Metaflow's: the error names what is allowed, and what was meant.
#[test]
fn values_that_are_not_allowed() {
    use ParameterType::{Date, Datetime, Float, Int, List, Model, Str};
    let sizes = ParameterDoc { choices: vec![json!("small"), json!("large")], ..doc(Str) };
    let several = ParameterDoc { kind: List, item: Some(Str), ..sizes.clone() };
    let aware = between(Datetime, json!("2026-01-01T00:00:00+00:00"), Value::Null);
    let said: Vec<String> = [
        (sizes.clone(), "smal"),
        (sizes, "x"),
        (several.clone(), "small,huge"),
        (several, "[1]"),
        (ParameterDoc { choices: vec![json!(1), json!(2)], ..doc(Int) }, "3"),
        (colour(), "red"),
        (between(Int, json!(1), json!(10)), "0"),
        (between(Int, json!(1), Value::Null), "-99999999999999999999999999"),
        (between(Float, Value::Null, json!(1)), "1.5"),
        (between(Float, json!(0), json!(1)), "nan"),
        (between(Date, json!("2026-01-01"), Value::Null), "2025-12-31"),
        (aware.clone(), "2026-01-01T00:00:00+01:00"),
        (aware, "2026-01-01"),
        (doc(Datetime), "yesterday"),
        (doc(Datetime), "2026-03-01T12:00[Europe/Paris]"),
        (doc(Date), "2026-03-01T12:00"),
        (doc(Date), "2026-02-30"),
        (items(Int), "1,x"),
        (items(Int), "[1, 2"),
        (items(Int), "[1, 2.5]"),
        (doc(Model), "{"),
    ]
    .iter()
    .map(|(doc, text)| {
        let error = given(doc, text).unwrap_err();
        format!("{}\n    {} | {}", error.message(), error.causes().join("; "), error.hints().join(" | "))
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

/// Values of a file are of the parameter's type, or the text of such a value.
#[test]
fn values_of_files() {
    use ParameterType::{Bool, Date, Float, Int, Json, Str};
    let read = |doc: &ParameterDoc, value: Value| {
        let source = Source::File("params.yaml".to_owned(), Some(3));
        let given = BTreeMap::from([("al-pha".to_owned(), (Written::Value(value), source))]);
        resolve(std::slice::from_ref(doc), &given, &Map::new()).map(|values| values["al-pha"].clone())
    };
    for (doc, value, wanted) in [
        (doc(Int), json!(3), json!(3)),
        (doc(Int), json!("3"), json!(3)),
        (doc(Float), json!(3), json!(3.0)),
        (doc(Bool), json!(true), json!(true)),
        (doc(Json), json!("text"), json!("text")),
        (doc(Json), json!(null), json!(null)),
        (doc(Date), json!("2026-03-01"), json!("2026-03-01")),
        (items(Date), json!(["2026-03-01"]), json!(["2026-03-01"])),
        (items(Int), json!("1,2"), json!([1, 2])),
    ] {
        assert_eq!(read(&doc, value.clone()).unwrap(), wanted, "{value}");
    }
    let error = read(&doc(Str), json!(1.5)).unwrap_err();
    assert_eq!(error.message(), "parameter `al-pha` has the bad value `1.5` (from `params.yaml`)");
    assert_eq!(error.causes(), ["text is expected, in quotes"]);
    assert_eq!(error.location().map(|at| (at.file.as_str(), at.line)), Some(("params.yaml", Some(3))));
}

/// What declarations cannot mean is told with the flow.
#[test]
fn limits_that_make_no_sense() {
    use ParameterType::{Date, Int, Model, Str};
    let wrong = [
        between(Str, json!("a"), Value::Null),
        between(Int, json!(5), json!(1)),
        between(Int, json!("x"), Value::Null),
        between(Date, json!("soon"), Value::Null),
        ParameterDoc { choices: vec![json!(1), json!("x")], ..doc(Int) },
        ParameterDoc { choices: vec![json!(1)], ..doc(Model) },
        ParameterDoc { choices: vec![json!(1)], ..with_default(Int, json!(2)) },
        ParameterDoc { min: json!(3), ..with_default(Int, json!(2)) },
    ];
    let said: Vec<String> = wrong
        .iter()
        .map(|doc| declared(doc).map_or_else(String::new, |(what, hint)| format!("{what} | {hint}")))
        .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(declared(&ParameterDoc { min: json!(1), ..with_default(Int, json!(1)) }), None);
}

/// A deploy-time function is held to the same limits.
#[test]
fn functions_keep_to_the_limits() {
    let doc = ParameterDoc {
        default_kind: DefaultKind::Function,
        ..between(ParameterType::Int, json!(1), json!(3))
    };
    let functions = Map::from_iter([("al-pha".to_owned(), json!(4))]);
    let error = resolve(&[doc], &BTreeMap::new(), &functions).unwrap_err();
    assert_eq!(error.causes(), ["a value from 1 to 3 is expected"]);
}
