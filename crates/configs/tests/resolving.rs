//! From declarations and what was given to values and their origins; every error as it is shown.

mod support;

use serde_json::json;
use spinloom_configs::{Given, Resolved};

use support::{Flow, config, given, variable};

/// PA-09: what is given comes first, then the default file, then the default value.
#[test]
fn precedence() {
    let flow = Flow::new(&[
        config("c", json!({"default": {"kind": "value", "value": "c.json"}})),
        config("d", json!({"default_value": {"kind": "value", "value": {"from": "default"}}})),
        config("e", json!({"default_value": {"kind": "function"}})),
        config("n", json!({})),
    ]);
    flow.file("c.json", "{\n  \"from\": \"file\"\n}");
    flow.file("other.json", "{\"from\": \"other\"}");
    let variables = Given {
        file_variable: variable("METAFLOW_FLOW_CONFIG", r#"{"c": "other.json"}"#),
        value_variable: variable("METAFLOW_FLOW_CONFIG_VALUE", r#"{"d": {"from": "variable"}}"#),
        ..Given::default()
    };
    let typed = Given {
        files: vec![("d".into(), "other.json".into())],
        values: vec![("c".into(), r#"{"from": "typed"}"#.into())],
        ..variables.clone()
    };
    let shown: Vec<String> = [given(&[]), variables, typed].iter().map(|given| flow.show(given)).collect();
    insta::assert_snapshot!(shown.join("----\n"));
}

/// `--set` changes single keys, makes new ones, and says so if they look mistyped.
#[test]
fn single_keys_are_set() {
    let flow = Flow::new(&[
        config("c", json!({"default": {"kind": "value", "value": "c.json"}})),
        config("n", json!({})),
    ]);
    flow.file(
        "c.json",
        "{\n\"model\": {\n\"lr\": 0.5,\n\"layers\": [1,\n {\"units\": 2}]},\n\"name\": \"x\"}",
    );
    let sets =
        ["c.model.lr=0.1", "c.model.layers[1].units=64", "c.nmae=yes", "c.a.b={\"d\": [1]}", "n.x=a b"];
    insta::assert_snapshot!(flow.show(&given(&sets)));
}

/// PA-10, PA-11: without a parser it is JSON, which must be a mapping; a plain config is anything, its text if it has no parser.
#[test]
fn parsers_and_plain_configs() {
    let value = |value: serde_json::Value| json!({"kind": "value", "value": value});
    let flow = Flow::new(&[
        config("json", json!({"default_value": value(json!("{\"a\": 1}"))})),
        config("upper", json!({"default_value": value(json!("text")), "parser": "mine.upper"})),
        config("data", json!({"default_value": value(json!({"a": [1, 2]})), "parser": "mine.upper"})),
        config("plain", json!({"default_value": value(json!("[1]")), "plain": true})),
        config(
            "big",
            json!({"default_value": value(json!("{\"n\": 123456789012345678901234567890, \"f\": NaN}"))}),
        ),
    ]);
    insta::assert_snapshot!(flow.show(&given(&[])));
}

/// Where a parser does not say where it stopped, the format's own does.
#[test]
fn errors_of_files() {
    let file = |name: &str, parser: Option<&str>| {
        config("c", json!({"default": {"kind": "value", "value": name}, "parser": parser}))
    };
    let broken = [
        ("c.json", None, "{\n  \"a\": 1,\n  \"b\": }\n"),
        ("c.json", None, "[1]"),
        ("c.toml", Some("tomllib.loads"), "a = 1\nb = = 2\n"),
        ("c.yaml", Some("metaflow.plugins.parsers.yaml_parser"), "a: 1\nb: [1,\nc: 2\n"),
        ("c.txt", Some("mine.upper"), "raise"),
        ("c.txt", Some("mine.upper"), "raise here"),
        ("c.txt", Some("mine.list"), "x"),
    ];
    let shown = broken.iter().map(|(name, parser, text)| {
        let flow = Flow::new(&[file(name, *parser)]);
        flow.file(name, text);
        flow.show(&given(&[]))
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn errors_of_what_is_given() {
    let flow = Flow::new(&[
        config("config", json!({"default": {"kind": "value", "value": "absent.json"}})),
        config("required", json!({"required": true})),
    ]);
    flow.file("my.json", "{\"model\": {\"lr\": 1, \"layers\": [1]}}");
    std::fs::create_dir(flow.path("folder")).unwrap();
    std::fs::write(flow.path("latin.json"), b"{\"a\": \"\xfc\"}").unwrap();
    let files = |pairs: &[(&str, &str)]| Given {
        files: pairs.iter().map(|(name, path)| ((*name).into(), (*path).into())).collect(),
        ..Given::default()
    };
    let with = |given: Given, values: &[(&str, &str)], sets: &[&str]| Given {
        values: values.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect(),
        sets: sets.iter().map(|text| (*text).into()).collect(),
        ..given
    };
    let good = || files(&[("config", "my.json"), ("required", "my.json")]);
    let cases = [
        given(&[]),
        files(&[("config", "my.json")]),
        files(&[("confg", "my.json")]),
        files(&[("config", "my.jsn")]),
        files(&[("config", "folder")]),
        files(&[("config", "latin.json")]),
        files(&[("config", "my.json"), ("config", "my.json")]),
        with(Given::default(), &[("config", "{}"), ("config", "{}")], &[]),
        with(files(&[("config", "my.json")]), &[("config", "{}")], &[]),
        with(Given::default(), &[("config", "{\"a\": ")], &[]),
        with(Given::default(), &[("config", "[1]"), ("required", "{}")], &[]),
        Given { file_variable: variable("METAFLOW_FLOW_CONFIG", "{"), ..Given::default() },
        Given { file_variable: variable("METAFLOW_FLOW_CONFIG", "[]"), ..Given::default() },
        Given { file_variable: variable("METAFLOW_FLOW_CONFIG", "{\"config\": 1}"), ..Given::default() },
        Given {
            value_variable: variable("SPINLOOM_FLOW_CONFIG_VALUE", "{\"confi\": 1}"),
            ..Given::default()
        },
        Given {
            file_variable: variable("METAFLOW_FLOW_CONFIG", "{\"config\": \"my.json\"}"),
            value_variable: variable("METAFLOW_FLOW_CONFIG_VALUE", "{\"config\": {}}"),
            ..Given::default()
        },
        with(good(), &[], &["config.model.lr.x=1"]),
        with(good(), &[], &["config.model.layers[3]=1"]),
        with(good(), &[], &["config.model.layers.x=1"]),
        with(good(), &[], &["config=1"]),
        with(good(), &[], &["config.model"]),
        with(good(), &[], &["config.model[=1"]),
    ];
    let shown: Vec<String> = cases.iter().map(|given| flow.show(given)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn two_configs_of_one_name() {
    let mut second = config("c", json!({}));
    second.attribute = "other".to_owned();
    insta::assert_snapshot!(Flow::new(&[config("c", json!({})), second]).show(&given(&[])));
}

/// A resumed run keeps what its origin had; nothing is read again (PA-13).
#[test]
fn configs_of_an_earlier_run_are_kept() {
    let flow = Flow::new(&[
        config("c", json!({"default": {"kind": "value", "value": "c.json"}})),
        config("new", json!({"default_value": {"kind": "value", "value": {"a": 1}}})),
    ]);
    flow.file("c.json", "{\"a\": 1}");
    let kept = Resolved::recorded(&Resolved::record(&flow.resolve(&given(&[])).unwrap().configs[..1]));
    std::fs::remove_file(flow.path("c.json")).unwrap();
    let flow = flow.keeping(kept);
    let typed = Given { values: vec![("c".into(), "{}".into())], ..Given::default() };
    let shown = [given(&[]), typed, given(&["c.a=2"])].map(|given| flow.show(&given));
    insta::assert_snapshot!(shown.join("\n"));
}

/// What is wrong is told with the file and line it is from; missing keys get their defaults.
#[test]
fn schemas() {
    let schema = json!({
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": {
            "name": {"type": "string"},
            "model": {"type": "object", "properties": {"lr": {"type": "number", "maximum": 1}, "depth": {"type": "integer", "default": 3}}},
        },
    });
    let file = json!({"kind": "value", "value": "c.json"});
    let inline = json!({"kind": "json", "schema": schema, "name": null});
    let one =
        |schema: serde_json::Value| Flow::new(&[config("c", json!({"default": file, "schema": schema}))]);
    let good = "{\n\"name\": \"x\",\n\"model\": {\n\"lr\": 0.5}}";
    let bad = "{\n\"nmae\": \"x\",\n\"model\": {\n\"lr\": \"fast\"}}";
    let mut shown = Vec::new();
    for (schema, text, sets) in [
        (inline.clone(), good, &[][..]),
        (inline.clone(), bad, &[]),
        (inline, good, &["c.model.lr=5"]),
        (json!({"kind": "file", "path": "schema.json"}), bad, &[]),
        (json!({"kind": "file", "path": "absent.json"}), good, &[]),
        (json!({"kind": "file", "path": "c.json"}), good, &[]),
        (json!({"kind": "model", "name": "Settings"}), good, &[]),
        (json!({"kind": "model", "name": "Settings"}), bad, &[]),
        (json!({"kind": "json", "schema": {"type": "nothing"}, "name": null}), good, &[]),
    ] {
        let flow = one(schema.clone());
        flow.file("schema.json", &json!({"required": ["name"]}).to_string());
        flow.file("c.json", text);
        shown.push(flow.show(&given(sets)));
    }
    insta::assert_snapshot!(shown.join("----\n"));
}
