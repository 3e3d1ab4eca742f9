use super::*;

const NESTED: &str = "
    start: a b
    a: foreach xs body
    body: switch c q=p r=r
    p: j
    r: j
    j(2): k
    b: k
    k(2): sw
    sw: switch n 1=sw 2=lp true=lp2
    lp: end
    lp2: end
    end:";

fn names(graph: &Graph, steps: impl IntoIterator<Item = StepIndex>) -> Vec<String> {
    steps.into_iter().map(|i| graph.node(i).name.to_string()).collect()
}

fn at(graph: &Graph, name: &str) -> StepIndex {
    graph.find(name).unwrap()
}

#[test]
fn steps_are_indexed() {
    let graph = graph(NESTED);
    assert_eq!(graph.len(), 12);
    assert_eq!((graph.start(), graph.end()), (StepIndex(0), StepIndex(11)));
    assert_eq!(graph.find("nope"), None);
    assert_eq!(names(&graph, graph.nodes().map(|n| n.index))[..3], ["start", "a", "body"]);
    let start = graph.node(graph.start());
    assert!(start.is_start && !start.is_join);
    assert_eq!(start.kind, NodeKind::Split);
    assert_eq!(names(&graph, start.targets.clone()), ["a", "b"]);
    assert_eq!(graph.node(at(&graph, "a")).kind, NodeKind::Foreach { var: "xs".to_owned() });
    assert_eq!(graph.node(at(&graph, "p")).kind, NodeKind::Linear);
    assert_eq!(graph.node(at(&graph, "j")).kind, NodeKind::Join);
    assert!(graph.node(at(&graph, "j")).is_join);
    assert_eq!(names(&graph, graph.node(at(&graph, "j")).parents.clone()), ["p", "r"]);
    assert_eq!(graph.node(graph.end()).kind, NodeKind::End);
    assert_eq!(graph.step(at(&graph, "b")).line, 70);
    assert_eq!(graph.flow().name, "F");
}

/// FL-13: of equal keys (1 and True) the last step and the first place count; a repeating switch is its own target.
#[test]
fn a_switch_keeps_its_cases() {
    let graph = graph(NESTED);
    let sw = graph.node(at(&graph, "sw"));
    let cases = vec![(json!(1), at(&graph, "lp2")), (json!(2), at(&graph, "lp"))];
    assert_eq!(sw.kind, NodeKind::Switch { condition: "n".to_owned(), cases });
    assert_eq!(names(&graph, sw.targets.clone()), ["lp2", "lp"]);

    let graph = super::graph("start: s\ns: switch n x=s y=end\nend:");
    let s = graph.node(at(&graph, "s"));
    assert_eq!(names(&graph, s.targets.clone()), ["s", "end"]);
    assert_eq!(names(&graph, s.parents.clone()), ["start", "s"]);
}

#[test]
fn splits_know_their_joins_and_steps_their_splits() {
    let graph = graph(NESTED);
    let join =
        |name: &str| graph.node(at(&graph, name)).matching_join.map(|j| graph.node(j).name.to_string());
    assert_eq!(join("start").as_deref(), Some("k"));
    assert_eq!(join("a").as_deref(), Some("j"));
    assert_eq!(join("body"), None);
    let splits = |name: &str| names(&graph, graph.node(at(&graph, name)).split_parents.clone());
    assert_eq!(splits("start"), [""; 0]);
    assert_eq!(splits("a"), ["start"]);
    assert_eq!(splits("p"), ["start", "a"]);
    assert_eq!(splits("j"), ["start", "a"]);
    assert_eq!(splits("k"), ["start"]);
    assert_eq!(splits("sw"), [""; 0]);
}

#[test]
fn order_descendants_and_branches() {
    let graph = graph("end:\nj(2): end\nb: j\na: j\nstart: a b");
    assert_eq!(names(&graph, graph.sorted().map(|n| n.index)), ["start", "b", "a", "j", "end"]);
    assert_eq!(names(&graph, graph.descendants(at(&graph, "a"))), ["end", "j", "a"]);
    let branch = |target: &str| graph.branch_index(graph.start(), at(&graph, target));
    assert_eq!((branch("a"), branch("b"), branch("end")), (0, 1, 2));
}

#[test]
fn a_flow_of_one_step_starts_where_it_ends() {
    let graph = graph("only[start][end]:");
    assert_eq!(graph.start(), graph.end());
    let only = graph.node(graph.start());
    assert!(only.is_start);
    assert_eq!(only.kind, NodeKind::End);
}

#[test]
fn retries_make_attempts() {
    for (times, attempts) in
        [(json!(3), 4), (json!("2"), 3), (json!(0), 1), (json!("x"), 1), (Value::Null, 1)]
    {
        let mut flow = flow("start: end\nend:");
        let retry = json!({"name": "retry", "attributes": {"times": times, "minutes_between_retries": "2"}});
        flow.steps[0].decorators = vec![serde_json::from_value(retry).unwrap()];
        let graph = Graph::compile(&flow).unwrap();
        assert_eq!(graph.node(graph.start()).max_attempts, attempts, "{times}");
        assert_eq!(graph.node(graph.end()).max_attempts, 1);
    }
}
