//! Random flows: valid ones compile and hold together, broken ones are refused, nothing panics.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::outline::next_of;
use super::*;

/// See [`spinloom_testkit::flow_graph`]. The kit was built with this crate as others see it: what it makes comes as a document.
fn flow_graph(max_depth: u32) -> impl Strategy<Value = FlowGraph> {
    spinloom_testkit::flow_graph(max_depth).prop_map(|flow| {
        let document = serde_json::to_value(flow).unwrap();
        serde_json::from_value(document).unwrap()
    })
}

/// Runs a flow on paper, two items in each foreach, and says how often each step ran. Each split must be gathered whole.
fn walk(graph: &Graph, choose: &mut impl FnMut(usize) -> usize) -> Vec<usize> {
    let mut ran = vec![0; graph.len()];
    assert_eq!(until_join(graph, graph.start(), &mut ran, choose), None, "a join outside any split");
    ran
}

/// Runs a chain of tasks; gives the join it comes to, if it does not come to the end.
fn until_join(
    graph: &Graph,
    from: StepIndex,
    ran: &mut [usize],
    choose: &mut impl FnMut(usize) -> usize,
) -> Option<StepIndex> {
    let mut at = from;
    let mut repeated = 0;
    loop {
        ran[at.get()] += 1;
        let node = graph.node(at);
        let next = match &node.kind {
            NodeKind::End => return None,
            NodeKind::Linear | NodeKind::Join => node.targets[0],
            NodeKind::Switch { cases, .. } => {
                repeated += 1;
                let others: Vec<StepIndex> =
                    cases.iter().map(|(_, to)| *to).filter(|to| *to != at || repeated < 3).collect();
                others[choose(others.len())]
            }
            NodeKind::Split | NodeKind::Foreach { .. } | NodeKind::Parallel => {
                let fans = if node.kind == NodeKind::Split { 1 } else { 2 };
                let starts: Vec<StepIndex> = node.targets.iter().flat_map(|t| vec![*t; fans]).collect();
                let joins: HashSet<Option<StepIndex>> =
                    starts.into_iter().map(|start| until_join(graph, start, ran, choose)).collect();
                assert_eq!(joins, HashSet::from([node.matching_join]), "{} is not gathered whole", node.name);
                ran[node.matching_join.unwrap().get()] += 1;
                let join = graph.node(node.matching_join.unwrap());
                repeated = 0;
                at = join.index;
                join.targets[0]
            }
        };
        if graph.node(next).is_join {
            return Some(next);
        }
        if next != at {
            repeated = 0;
        }
        at = next;
    }
}

fn holds_together(graph: &Graph) {
    let mut place = vec![0; graph.len()];
    for (i, node) in graph.sorted().enumerate() {
        place[node.index.get()] = i;
    }
    for node in graph.nodes() {
        assert_eq!(graph.find(node.name.as_str()), Some(node.index));
        for to in &node.targets {
            assert!(*to == node.index || place[to.get()] > place[node.index.get()], "not sorted");
            assert!(graph.node(*to).parents.contains(&node.index));
        }
        assert_eq!(graph.descendants(graph.start()).len(), graph.len());
        assert!(graph.descendants(node.index).contains(&graph.end()));
    }
    let info = graph_info(graph);
    assert_eq!(info["steps"].as_object().unwrap().len(), graph.len());
    assert_eq!(show(graph).steps.len(), graph.len());
    assert_eq!(dot(graph).matches(" label = ").count(), graph.len());
}

/// Every problem says where it is and what to do.
fn is_told(problems: &[spinloom_diagnostics::Error]) {
    for problem in problems {
        assert!(problem.location().is_some() && !problem.hints().is_empty(), "{problem}");
        assert_ne!(problem.code(), spinloom_diagnostics::codes::INTERNAL);
    }
}

/// A valid flow with a step of some kind.
fn flow_with(wanted: fn(&StepDoc) -> bool) -> impl Strategy<Value = FlowGraph> {
    flow_graph(3).prop_filter("lacks the step", move |flow| flow.steps.iter().any(wanted))
}

/// Any steps at all, with names that often exist.
fn any_flow() -> impl Strategy<Value = FlowGraph> {
    let name =
        prop_oneof![Just("start"), Just("end"), Just("a"), Just("b"), Just("c"), Just("d"), Just("nope")];
    let words = proptest::collection::vec(name.clone(), 0..4);
    let next = (words, 0..6).prop_map(|(words, form)| match form {
        0 => format!("foreach xs {}", words.join(" ")),
        1 => format!(
            "switch c {}",
            words.iter().enumerate().map(|(i, w)| format!("{i}={w} ")).collect::<String>()
        ),
        2 => "!why".to_owned(),
        3 => words.first().map(|w| (*w).to_owned()).unwrap_or_default(),
        4 => format!("parallel {}", words.join(" ")),
        _ => words.join(" "),
    });
    let step = (name, 0..4_u32, next).prop_map(|(name, args, next)| format!("{name}({args}): {next}"));
    proptest::collection::vec(step, 0..8).prop_map(|steps| flow(&steps.join("\n")))
}

proptest! {
    #[test]
    fn valid_flows_compile_and_run(flow in flow_graph(4), choices: Vec<prop::sample::Index>) {
        let graph = Graph::compile(&flow).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        holds_together(&graph);
        let mut choices = choices.into_iter().cycle();
        let ran = walk(&graph, &mut |n| choices.next().map_or(0, |c| c.index(n)));
        prop_assert_eq!(ran[graph.start().get()], 1);
        prop_assert_eq!(ran[graph.end().get()], 1);
    }

    #[test]
    fn a_dropped_join_is_refused(flow in flow_with(|s| s.args == 2), which: prop::sample::Index) {
        let mut flow = flow;
        let joins: Vec<usize> = (0..flow.steps.len()).filter(|i| flow.steps[*i].args == 2).collect();
        flow.steps[*which.get(&joins)].args = 1;
        let problems = Graph::compile(&flow).unwrap_err();
        is_told(&problems);
        prop_assert!(!problems.is_empty());
    }

    #[test]
    fn a_made_up_join_is_refused(flow in flow_graph(3), which: prop::sample::Index) {
        let mut flow = flow;
        let others: Vec<usize> = (0..flow.steps.len()).filter(|i| flow.steps[*i].args == 1).collect();
        flow.steps[*which.get(&others)].args = 2;
        // A step of the only branch of a foreach may take over the join's part, but then that one closes nothing.
        is_told(&Graph::compile(&flow).unwrap_err());
    }

    #[test]
    fn a_lost_step_is_refused(flow in flow_graph(3), which: prop::sample::Index) {
        let mut flow = flow;
        let lost = which.index(flow.steps.len());
        flow.steps.remove(lost);
        is_told(&Graph::compile(&flow).unwrap_err());
    }

    #[test]
    fn cross_links_are_refused_or_sound(flow in flow_with(|s| next_of(s).is_some_and(|n| n.targets.len() == 1)), from: prop::sample::Index, to: prop::sample::Index) {
        let mut flow = flow;
        let target = flow.steps[to.index(flow.steps.len())].name.clone();
        let linear: Vec<usize> =
            (0..flow.steps.len()).filter(|i| next_of(&flow.steps[*i]).is_some_and(|n| n.targets.len() == 1)).collect();
        if let Tail::Next(next) = &mut flow.steps[*from.get(&linear)].tail {
            next.targets = vec![target];
        }
        match Graph::compile(&flow) {
            Ok(graph) => {
                holds_together(&graph);
                let mut count = 0;
                let ran = walk(&graph, &mut |n| { count += 1; count % n });
                prop_assert_eq!(ran[graph.end().get()], 1);
            }
            Err(problems) => is_told(&problems),
        }
    }

    #[test]
    fn no_flow_makes_it_panic(flow in any_flow()) {
        match Graph::compile(&flow) {
            Ok(graph) => holds_together(&graph),
            Err(problems) => is_told(&problems),
        }
    }
}
