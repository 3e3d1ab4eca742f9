//! FL-18: flows that must be refused, with the line and the message; flows that must not.

use super::*;

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    assert_eq!(problems(&flow(text)), expected, "{text}");
}

#[track_caller]
fn accepted(text: &str) {
    assert_eq!(problems(&flow(text)), [""; 0], "{text}");
}

/// FL-04 … FL-06, FL-13, FL-14: the forms real Metaflow accepts.
#[test]
fn valid_flows_are_accepted() {
    for text in [
        "start: end\nend:",
        "only[start][end]:",
        "start[end]:",
        "end[start]:",
        "begin[start]: fin\nfin[end]:",
        "begin[start]: end\nend:",
        "start[start]: end\nend:",
        "end:\nj(2): end\na: j\nb: j\nstart: a b",
        "start: foreach xs a\na: j\nj(2): end\nend:",
        "start: foreach xs a\na: foreach ys b\nb: k\nk(2): l\nl: j\nj(2): end\nend:",
        "start: switch c x=b y=d\nb: end\nd: end\nend:",
        "start: switch c x=b y=b\nb: end\nend:",
        "start: s\ns: switch c x=s y=end\nend:",
        // A switch inside a branch, and inside a foreach.
        "start: s b\ns: switch c x=c y=d\nb: j\nc: j\nd: j\nj(2): end\nend:",
        "start: foreach xs s\ns: switch c x=c y=d\nc: j\nd: j\nj(2): end\nend:",
        // One case of a switch splits, another does not.
        "start: switch c x=a y=e\na: c d\nc: j\nd: j\nj(2): e\ne: end\nend:",
        // A switch chooses which join closes the split.
        "start: foreach xs s\ns: switch c x=c y=d\nc: j\nd: k\nj(2): end\nk(2): end\nend:",
        "start: a b\na: switch c x=c y=d\nb: switch c x=e y=f\nc: j\ne: j\nd: k\nf: k\nj(2): end\nk(2): end\nend:",
        // Two foreachs a switch chooses between share their body.
        "start: switch c x=a y=b\na: foreach xs c\nb: foreach ys c\nc: j\nj(2): end\nend:",
        "start: run\nrun: x__y\nx__y: foo_\nfoo_: end\nend:",
    ] {
        accepted(text);
    }
}

#[test]
fn names_of_steps() {
    refused("start: input\ninput: end\nend:", &["20: step `input` has a reserved name"]);
    refused(
        "start: foreach_stack\nforeach_stack: end\nend:",
        &["20: step `foreach_stack` has a reserved name"],
    );
    for name in ["_x", "Foo", "é", "_parameters", "1x"] {
        refused(
            &format!("start: {name}\n{name}: end\nend:"),
            &[&format!("20: step `{name}` has an invalid name")],
        );
    }
    refused("start: a\na: end\na: end\nend:", &["30: step `a` is defined twice"]);
}

#[test]
fn arguments_of_steps() {
    refused("start(3): end\nend:", &["10: step `start` takes 3 arguments"]);
    refused("start(0): end\nend:", &["10: step `start` lacks the argument `self`"]);
}

/// FL-02: exactly one first and one last step.
#[test]
fn first_and_last_step() {
    refused("a: end\nend:", &["3: flow `F` has no start step"]);
    refused("start: a\na:", &["3: flow `F` has no end step", "20: step `a` does not end with `self.next`"]);
    refused("", &["3: flow `F` has no steps"]);
    refused(
        "begin[start]: start\nstart: end\nend:",
        &["10: step `begin` is marked with `@step(start=True)`, but there is a step `start` too"],
    );
    refused(
        "start: a\na[end]:\nend:",
        &[
            "20: step `a` is marked with `@step(end=True)`, but there is a step `end` too",
            "30: step `end` does not end with `self.next`",
        ],
    );
    refused(
        "a[start]: end\nb[start]: end\nend:",
        &["10: steps `a` and `b` are all marked with `@step(start=True)`"],
    );
    refused("start: a\na: start\nend:", &["25: step `a` leads back to the start step `start`"]);
    refused("start(2): end\nend:", &["10: the join `start` has no split before it"]);
    refused(
        "start: end\nend: start",
        &[
            "25: step `end` leads back to the start step `start`",
            "25: the end step `end` goes on with `self.next`",
        ],
    );
    refused("start: a b\na: end\nb: end\nend(2):", &["40: the end step `end` is a join: it takes `inputs`"]);
    refused("only[start][end](2):", &["10: the end step `only` is a join: it takes `inputs`"]);
}

/// FL-03: the last statement must be a `self.next` that can be read.
#[test]
fn transitions_that_cannot_be_read() {
    refused("start:\nend:", &["10: step `start` does not end with `self.next`"]);
    refused("start: !it is dynamic\nend:", &["15: the `self.next` of step `start` cannot be read"]);
    let invalid = super::super::lint(&flow("start: !it is dynamic\nend:"));
    assert_eq!(invalid[0].causes(), ["it is dynamic"]);
    let empty = "{\"kind\": \"next\", \"line\": 15}";
    let mut flow = flow("start: end\nend:");
    flow.steps[0].tail = serde_json::from_str(empty).unwrap();
    assert_eq!(problems(&flow), ["10: step `start` does not end with `self.next`"]);
}

#[test]
fn targets_that_do_not_exist() {
    let flow = flow("start: trian\ntrain: end\nend:");
    assert_eq!(problems(&flow), ["15: step `start` goes to `trian`, which is not a step"]);
    assert_eq!(
        super::super::lint(&flow)[0].hints(),
        ["did you mean `train`?", "define `trian` and mark it with `@step`"]
    );
    refused("start: a a\na: j\nj(2): end\nend:", &["15: step `start` goes to `a` twice"]);
}

#[test]
fn circles_and_leftovers() {
    refused(
        "start: a\na: b\nb: a\nend:",
        &[
            "35: the steps `b` and `a` go in a circle: a → b → a",
            "40: step `end` cannot be reached from `start`",
        ],
    );
    refused(
        "start: a\na: a\nend:",
        &["25: step `a` goes to itself", "30: step `end` cannot be reached from `start`"],
    );
    refused(
        "start: a\na: foreach xs a\nend:",
        &["25: step `a` goes to itself", "30: step `end` cannot be reached from `start`"],
    );
    // A switch may repeat itself, but not lead back further.
    refused(
        "start: a\na: b\nb: switch c x=a y=end\nend:",
        &["35: the steps `b` and `a` go in a circle: a → b → a"],
    );
    // Only what nothing leads to is told; of a circle, its first step.
    refused("start: end\na: b\nb: end\nend:", &["20: step `a` cannot be reached from `start`"]);
    refused(
        "start: end\na: b\nb: a\nend:",
        &[
            "20: step `a` cannot be reached from `start`",
            "35: the steps `b` and `a` go in a circle: a → b → a",
        ],
    );
    refused("only[start][end]:\nb: only", &["25: step `b` leads back to the start step `only`"]);
}

/// FL-04: what is split is joined, all of it, at once.
#[test]
fn splits_and_joins() {
    refused(
        "start: a b\na: end\nb: end\nend:",
        &["40: the end step `end` comes before the split of `start` is joined"],
    );
    refused(
        "start: foreach xs a\na: end\nend:",
        &["30: the end step `end` comes before the split of `start` is joined"],
    );
    refused("start: j\nj(2): end\nend:", &["20: the join `j` has no split before it"]);
    refused(
        "start: a b c\na: j\nb: j\nc: k\nj(2): k\nk(2): end\nend:",
        &["50: the join `j` misses the branch `c` of the split `start`"],
    );
    refused(
        "start: a b\na: c d\nb: j\nc: j\nd: j\nj(2): k\nk(2): end\nend:",
        &["60: the join `j` takes `c` and `b`, which are not in the same split"],
    );
    refused(
        "start: a b\na: c d\nb: e f\nc: j\nd: k\ne: j\nf: k\nj(2): l\nk(2): l\nl(2): end\nend:",
        &[
            "80: the join `j` closes several splits at once: `a` and `b`",
            "90: the join `k` closes several splits at once: `a` and `b`",
        ],
    );
    refused(
        "start: switch c x=a y=b\na: foreach xs c\nb: foreach ys d\nc: j\nd: j\nj(2): end\nend:",
        &["60: the join `j` closes several splits at once: `a` and `b`"],
    );
    refused(
        "start: a b\na: c\nb: c\nc: j\nj(2): end\nend:",
        &["40: the branches `a` and `b` of `start` meet in step `c`, which is not a join"],
    );
    refused(
        "start: switch c x=a y=c\na: c d\nc: j\nd: j\nj(2): end\nend:",
        &["30: step `c` comes after `a` and `start`, which are not in the same split"],
    );
    refused(
        "start: a b\na: switch c x=c y=e\nc: j\nb: j\nj(2): e\ne: end\nend:",
        &["60: step `e` comes after `a` and `j`, which are not in the same split"],
    );
    refused(
        "start: foreach xs s\ns: switch c x=c y=end\nc: j\nj(2): end\nend:",
        &["50: step `end` comes after `s` and `j`, which are not in the same split"],
    );
    // Both branches of `a` and `b` share a body, so one join would gather for two.
    refused(
        "start: a b\na: foreach xs c\nb: foreach xs c\nc: j\nj(2): k\nk(2): end\nend:",
        &["50: the branches `a` and `b` of `start` meet in the join `j`, which closes another split"],
    );
}

#[test]
fn joins_by_themselves() {
    refused(
        "start: a b\na: j\nb: j\nj(2): c d\nc: k\nd: k\nk(2): end\nend:",
        &["40: step `j` is both a join and a split"],
    );
    refused(
        "start: a b\na: j\nb: j\nj(2): switch c x=c y=d\nc: end\nd: end\nend:",
        &["40: step `j` is both a join and a switch"],
    );
    refused(
        "start: foreach xs j\nj(2): end\nend:",
        &["15: step `start` fans out straight into the join `j`"],
    );
    refused("start: a j\na: j\nj(2): end\nend:", &["15: step `start` splits straight into the join `j`"]);
    refused(
        "start: foreach xs s\ns: switch c x=c y=j\nc: j\nj(2): end\nend:",
        &["25: step `s` chooses straight into the join `j`"],
    );
}

/// FL-05, FL-13, FL-15.
#[test]
fn forms_of_transitions() {
    refused(
        "start: foreach xs a b\na: j\nb: j\nj(2): end\nend:",
        &["15: step `start` goes to `a` and `b` with `foreach`"],
    );
    refused("start: switch c x=end\nend:", &["15: step `start` is a switch with one case"]);
    refused("start: switch c 1=end true=end\nend:", &["15: step `start` is a switch with one case"]);
    refused(
        "start: parallel a b\na: j\nb: j\nj(2): end\nend:",
        &["15: step `start` goes to `a` and `b` with `num_parallel`"],
    );
    refused(
        "start: parallel a\na: b\nb: j\nj(2): end\nend:",
        &[
            "20: step `start` starts `a` with `num_parallel`, but `a` is not parallel",
            "20: the parallel step `a` does not go straight to a join",
        ],
    );
    let mut both = flow("start: switch c x=a y=b\na: end\nb: end\nend:");
    if let Tail::Next(next) = &mut both.steps[0].tail {
        next.foreach = Some("xs".to_owned());
    }
    assert_eq!(problems(&both), ["15: step `start` has both `condition` and `foreach` in its `self.next`"]);
    if let Tail::Next(next) = &mut both.steps[0].tail {
        next.foreach = None;
        next.condition = None;
    }
    assert_eq!(problems(&both), ["15: step `start` is a switch without a `condition`"]);
    let mut uncased = flow("start: end\nend:");
    if let Tail::Next(next) = &mut uncased.steps[0].tail {
        next.condition = Some("c".to_owned());
    }
    assert_eq!(problems(&uncased), ["15: step `start` has a `condition` but no cases"]);
}

/// Several mistakes are told together, in the order of the files; a base class's file comes after the flow's own.
#[test]
fn all_problems_are_told() {
    let mut flow = flow("Foo: nope\nstart: Foo\nb(5): end\nend:");
    flow.steps[0].file = "/a/base.py".to_owned();
    assert_eq!(
        problems(&flow),
        [
            "30: step `b` takes 5 arguments",
            "10: step `Foo` has an invalid name",
            "15: step `Foo` goes to `nope`, which is not a step",
        ]
    );
    assert_eq!(super::super::lint(&flow)[1].location().unwrap().file, "/a/base.py");
}

fn parameters(documents: Value) -> Vec<String> {
    let mut flow = flow("start: end\nend:");
    flow.parameters = serde_json::from_value(documents).unwrap();
    for (line, doc) in (4..).zip(&mut flow.parameters) {
        doc.line = line;
    }
    flow.constants = vec!["const_".to_owned()];
    problems(&flow)
}

/// PA-01, PA-04.
#[test]
fn names_of_parameters() {
    let one = |name: &str| parameters(json!([{"name": name, "attribute": "a", "type": "str"}]));
    for name in ["x", "name", "x-y", "é", "_x", "start", "metadata"] {
        assert_eq!(one(name), [""; 0], "{name}");
    }
    for name in ["tag", "run-id", "run_id", "Tags", "max-num-splits", "help"] {
        assert_eq!(one(name), [format!("4: parameter `{name}` has a reserved name")]);
    }
    for name in ["", "a b", "1x", "-x", "a.b", "a=b"] {
        assert_eq!(one(name), [format!("4: parameter `{name}` has an invalid name")]);
    }
    let two = |a: &str, b: &str| {
        parameters(
            json!([{"name": a, "attribute": "a", "type": "str"}, {"name": b, "attribute": "b", "type": "str"}]),
        )
    };
    assert_eq!(two("x", "y"), [""; 0]);
    assert_eq!(two("x", "x"), ["5: two parameters are called `x`"]);
    assert_eq!(two("x", "X"), ["5: the parameters `x` and `X` are the same on a command line"]);
    assert_eq!(two("x-y", "x_y"), ["5: the parameters `x-y` and `x_y` are the same on a command line"]);
}

#[test]
fn attributes_of_parameters() {
    let of = |attribute: &str| parameters(json!([{"name": "x", "attribute": attribute, "type": "str"}]));
    assert_eq!(of("end"), ["4: `end` is both a parameter and a step"]);
    assert_eq!(of("const_"), ["4: `const_` is both a parameter and a class constant"]);
    let same = json!([{"name": "x", "attribute": "a", "type": "str"}, {"name": "y", "attribute": "a", "type": "str"}]);
    assert_eq!(parameters(same), ["5: the parameters `x` and `y` are both `self.a`"]);
    let separated = |kind: &str, separator: &str| {
        parameters(json!([{"name": "x", "attribute": "a", "type": kind, "separator": separator}]))
    };
    assert_eq!(separated("str", ","), [""; 0]);
    assert_eq!(separated("str", ""), ["4: parameter `x` has an empty separator"]);
    assert_eq!(separated("int", ","), ["4: parameter `x` has a separator, but is not text"]);
    let mut flow = flow("start: end\nend:");
    flow.constants = vec!["end".to_owned()];
    assert_eq!(problems(&flow), ["20: `end` is both a step and a class constant"]);
}
