//! FL-20.

use super::*;

fn structure(text: &str) -> Value {
    raw(&graph(text))["graph_structure"].clone()
}

/// The shapes real Metaflow gives; where a switch's branches meet before the end, we go on after them.
#[test]
fn structure_is_nested() {
    for (text, expected) in [
        ("start: a\na: end\nend:", json!(["start", "a", "end"])),
        ("only[start][end]:", json!(["only"])),
        (
            "start: a b\na: a1\na1: j\nb: b1\nb1: j\nj(2): end\nend:",
            json!(["start", [["a", "a1"], ["b", "b1"]], "j", "end"]),
        ),
        (
            "start: a b\na: foreach xs body\nbody: switch c q=p r=r\np: j\nr: j\nj(2): k\nb: k\nk(2): end\nend:",
            json!(["start", [["a", [["body", [["p"], ["r"]]]], "j"], ["b"]], "k", "end"]),
        ),
        ("start: switch c x=c y=d\nc: end\nd: end\nend:", json!(["start", [["c"], ["d"]], "end"])),
        ("start: switch c x=c y=c z=end\nc: end\nend:", json!(["start", [["c"], ["c"], []], "end"])),
        ("start: s\ns: switch c x=s y=end\nend:", json!(["start", "s", [[]], "end"])),
        (
            "start: switch c x=c y=d\nc: switch c x=f y=g\nf: m\ng: end\nd: m\nm: end\nend:",
            json!(["start", [["c", [["f", "m"], ["g"]]], ["d", "m"]], "end"]),
        ),
        (
            "start: switch c x=a y=b\na: foreach xs c\nb: foreach ys c\nc: j\nj(2): end\nend:",
            json!(["start", [["a", [["c"]]], ["b", [["c"]]]], "j", "end"]),
        ),
        (
            "start: foreach xs s\ns: switch c x=c y=d\nc: j\nd: k\nj(2): end\nk(2): end\nend:",
            json!(["start", [["s", [["c", "j"], ["d", "k"]]]], "end"]),
        ),
        ("start: switch c x=c y=d\nc: m\nd: m\nm: end\nend:", json!(["start", [["c"], ["d"]], "m", "end"])),
    ] {
        assert_eq!(structure(text), expected, "{text}");
    }
}

/// CD-05, CD-08: a decorator of a user's is shown by its short name, and the graph keeps who has put it there.
#[test]
fn custom_decorators_say_where_they_are_from() {
    let mut flow = flow("start: end\nend:");
    flow.steps[0].decorators = serde_json::from_value(json!([
        {"name": "team.tracing.timed", "attributes": {"_args": [], "digits": 3}, "custom": true,
         "inserted_by": "team.policy"},
        {"name": "retry", "attributes": {"times": 3}},
    ]))
    .unwrap();
    let graph = Graph::compile(&flow).unwrap();
    assert_eq!(show(&graph).steps[0].decorators, ["timed", "retry"]);
    assert_eq!(
        graph_info(&graph)["steps"]["start"]["decorators"],
        json!([
            {"name": "retry", "attributes": {"times": 3}, "statically_defined": true, "inserted_by": null},
            {"name": "team.tracing.timed", "attributes": {"_args": [], "digits": 3}, "statically_defined": true,
             "inserted_by": ["team.policy"]},
        ])
    );
}

/// Sixty switches one after another: each step appears once.
#[test]
fn structure_stays_small() {
    let mut text = "start: s0\n".to_owned();
    for i in 0..60 {
        text += &format!("s{i}: switch c x=a{i} y=b{i}\na{i}: s{}\nb{i}: s{}\n", i + 1, i + 1);
    }
    text += "s60: end\nend:";
    assert!(structure(&text).to_string().len() < 3000);
}

fn documented() -> Graph {
    let mut flow = flow(
        "start: a b1\na: foreach xs body\nbody: switch c q=p 1=r\np: j\nr: j\nj(2): k\nb1: k\nk(2): end\nend:",
    );
    flow.doc = "Doc of F\n    second line".to_owned();
    flow.parameters = serde_json::from_value(json!([
        {"name": "j-s", "attribute": "js", "type": "json"}, {"name": "alpha", "attribute": "alpha", "type": "float"}]))
    .unwrap();
    flow.constants = vec!["const_".to_owned()];
    let decorators = json!([
        {"name": "schedule", "attributes": {"cron": null, "daily": true}, "line": 2},
        {"name": "project", "attributes": {"name": "pp"}, "statically_defined": false}]);
    flow.decorators = serde_json::from_value(decorators).unwrap();
    flow.steps[0].doc = "start doc".to_owned();
    flow.steps[6].node_info = json!({"z": 1});
    Graph::compile(&flow).unwrap()
}

#[test]
fn graph_info_has_the_keys_metaflow_has() {
    let info = graph_info(&documented());
    let keys: Vec<&str> = info.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "file",
            "start_step",
            "end_step",
            "parameters",
            "constants",
            "steps",
            "graph_structure",
            "doc",
            "decorators",
            "extensions"
        ]
    );
    assert_eq!(
        (&info["file"], &info["start_step"], &info["end_step"]),
        (&json!("flow.py"), &json!("start"), &json!("end"))
    );
    assert_eq!(
        info["parameters"],
        json!([{"name": "alpha", "type": "Parameter"}, {"name": "js", "type": "Parameter"}])
    );
    assert_eq!(info["constants"], json!([{"name": "const_"}]));
    assert_eq!(info["doc"], json!("Doc of F\n    second line"));
    assert_eq!(info["extensions"], json!({"installed": {}}));
    assert_eq!(
        info["decorators"],
        json!([
            {"name": "project", "attributes": {"name": "pp"}, "statically_defined": false, "inserted_by": null},
            {"name": "schedule", "attributes": {"cron": "None", "daily": true}, "statically_defined": true, "inserted_by": null},
        ])
    );
}

#[test]
fn steps_are_described() {
    let info = graph_info(&documented());
    let steps = &info["steps"];
    let order: Vec<&str> = steps.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(order, ["start", "a", "body", "p", "r", "j", "b1", "k", "end"]);
    assert_eq!(
        steps["start"],
        json!({"name": "start", "type": "split-static", "line": 10, "source_file": "/x/flow.py",
        "doc": "start doc", "decorators": [], "next": ["a", "b1"], "node_info": {}, "matching_join": "k"})
    );
    assert_eq!(
        steps["a"],
        json!({"name": "a", "type": "split-foreach", "line": 20, "source_file": "/x/flow.py", "doc": "",
        "decorators": [], "next": ["body"], "node_info": {}, "foreach_artifact": "xs", "matching_join": "j"})
    );
    assert_eq!(
        steps["body"],
        json!({"name": "body", "type": "split-switch", "line": 30, "source_file": "/x/flow.py",
        "doc": "", "decorators": [], "next": ["p", "r"], "node_info": {}, "condition": "c",
        "switch_cases": {"q": "p", "1": "r"}})
    );
    let types: Vec<&str> = order.iter().map(|name| steps[name]["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "split-static",
            "split-foreach",
            "split-switch",
            "linear",
            "linear",
            "join",
            "linear",
            "join",
            "end"
        ]
    );
    assert_eq!(steps["b1"]["node_info"], json!({"z": 1}));
    assert_eq!(graph_info(&graph("start: end\nend:"))["steps"]["start"]["type"], json!("start"));
    assert_eq!(graph_info(&graph("start[end]:"))["steps"]["start"]["type"], json!("end"));
    assert_eq!(raw(&documented())["graph"], *steps);
}

#[test]
fn show_tells_what_people_read() {
    let shown = show(&documented());
    assert_eq!((shown.name.as_str(), shown.doc.as_str()), ("F", "Doc of F\nsecond line"));
    let last = shown.steps.last().unwrap();
    assert_eq!((last.name.as_str(), last.next.len()), ("end", 0));
    assert_eq!(
        shown.steps[2],
        ShownStep {
            name: "body".to_owned(),
            doc: String::new(),
            decorators: Vec::new(),
            remote: None,
            next: vec!["p".to_owned(), "r".to_owned()],
        }
    );
}

#[test]
fn dot_is_graphviz() {
    let text = dot(&graph("start: switch a<b x\"=c y=d\nc: end\nd: end\nend:"));
    assert_eq!(
        text,
        r#"digraph F {
"c"[ label = <<b>c</b> | <font point-size="10">linear</font>>   fontname = "Helvetica"   shape = "record" ];
"d"[ label = <<b>d</b> | <font point-size="10">linear</font>>   fontname = "Helvetica"   shape = "record" ];
"end"[ label = <<b>end</b> | <font point-size="10">end</font>>   fontname = "Helvetica"   shape = "record" ];
"start" [ label = <<b>start</b><br/><font point-size="9">switch: a&lt;b</font>>   fontname = "Helvetica"   shape = "hexagon"   style = "filled" fillcolor = "lightgreen" ];
c -> end;
d -> end;
start -> c [label="x\"" color="blue" fontcolor="blue"];
start -> d [label="y" color="blue" fontcolor="blue"];
}
"#
    );
    let text = dot(&graph("start: foreach xs a\na: j\nj(2): end\nend:"));
    assert!(
        text.contains(r#""start"[ label = <<b>start</b> | <font point-size="10">foreach</font>>"#),
        "{text}"
    );
    assert!(dot(&graph("start: end\nend:")).contains(r#"<font point-size="10">start</font>"#));
}
