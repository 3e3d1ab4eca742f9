//! Which tasks a task got its inputs from: Metaflow does not write it down, but the graph and the foreach items tell.

use std::collections::HashMap;

use spinloom_flow::graph::{Next, StepDoc, Tail};
use spinloom_flow::{FlowGraph, TaskId};

use crate::attempts::Row;
use crate::task_ids::PARAMETERS;

/// Tasks of a run, by step and place.
pub(crate) struct Lineage<'a> {
    rows: &'a [Row],
    steps: HashMap<&'a str, &'a StepDoc>,
    /// Steps before each, in the order written.
    before: HashMap<&'a str, Vec<&'a str>>,
    /// Tasks of a step at exactly this place.
    at: HashMap<(&'a str, &'a [u64]), Vec<usize>>,
    /// Tasks of a step one foreach deeper than this place.
    below: HashMap<(&'a str, &'a [u64]), Vec<usize>>,
}

impl<'a> Lineage<'a> {
    pub(crate) fn new(graph: &'a FlowGraph, rows: &'a [Row]) -> Self {
        let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
        for step in &graph.steps {
            for target in targets(step) {
                let before = before.entry(target).or_default();
                if !before.contains(&step.name.as_str()) {
                    before.push(&step.name);
                }
            }
        }
        let (mut at, mut below) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (place, row) in rows.iter().enumerate() {
            let step = row.step.as_str();
            at.entry((step, row.indices.as_slice())).or_default().push(place);
            if let Some((_, outer)) = row.indices.split_last() {
                below.entry((step, outer)).or_default().push(place);
            }
        }
        for places in below.values_mut() {
            places.sort_by_key(|place| rows[*place].indices.last().copied());
        }
        Self { rows, steps: graph.steps.iter().map(|s| (s.name.as_str(), s)).collect(), before, at, below }
    }

    /// The tasks a task got its inputs from, as a join sees them.
    pub(crate) fn parents(&self, row: &Row) -> Vec<TaskId> {
        let step = row.step.as_str();
        if step == PARAMETERS {
            return Vec::new();
        }
        let Some(before) = self.before.get(step) else { return vec![TaskId(0)] };
        // A step that repeats itself was entered from outside once only.
        let again = row.iteration.filter(|iteration| *iteration > 0 && before.contains(&step));
        if let Some(iteration) = again {
            let same = self.found(&self.at, step, &row.indices);
            return same
                .filter(|other| other.iteration == Some(iteration - 1))
                .map(|other| other.id)
                .collect();
        }
        let mut parents = Vec::new();
        for from in before.iter().filter(|from| **from != step) {
            parents.extend(self.from(from, row).filter(|other| leads_to(other, step)).map(|other| other.id));
        }
        if parents.is_empty() && before.iter().all(|from| *from == step) { vec![TaskId(0)] } else { parents }
    }

    fn from(&self, from: &str, row: &Row) -> impl Iterator<Item = &'a Row> {
        let fans_out = self.steps.get(from).is_some_and(|step| is_fan(step));
        let joins = self.steps.get(row.step.as_str()).is_some_and(|step| step.args > 1);
        let (map, place): (_, &[u64]) = if fans_out {
            (&self.at, row.indices.split_last().map_or(&[], |(_, outer)| outer))
        } else if joins && !self.at.contains_key(&(from, row.indices.as_slice())) {
            (&self.below, &row.indices)
        } else {
            (&self.at, &row.indices)
        };
        self.found(map, from, place)
    }

    fn found(
        &self,
        map: &HashMap<(&'a str, &'a [u64]), Vec<usize>>,
        step: &str,
        place: &[u64],
    ) -> impl Iterator<Item = &'a Row> {
        let places = map.get(&(step, place)).cloned().unwrap_or_default();
        let rows = self.rows;
        places.into_iter().map(move |place| &rows[place])
    }
}

fn leads_to(row: &Row, step: &str) -> bool {
    row.went.as_ref().is_some_and(|went| went.steps.iter().any(|to| to == step))
}

fn next_of(step: &StepDoc) -> Option<&Next> {
    if let Tail::Next(next) = &step.tail { Some(next) } else { None }
}

fn is_fan(step: &StepDoc) -> bool {
    next_of(step).is_some_and(|next| next.foreach.is_some() || next.num_parallel)
}

fn targets(step: &StepDoc) -> impl Iterator<Item = &str> {
    next_of(step).into_iter().flat_map(|next| {
        next.targets.iter().map(String::as_str).chain(next.cases.iter().map(|(_, to)| to.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use spinloom_flow::StepName;
    use spinloom_metaflow::facts::Went;
    use spinloom_metaflow::graph::{Seen, of_tasks};

    use super::*;

    fn row(id: u64, step: &str, indices: &[u64], iteration: Option<u64>, to: &[&str]) -> Row {
        let went = Went { steps: to.iter().map(|step| (*step).to_owned()).collect(), foreach: None };
        Row {
            id: TaskId(id),
            step: StepName::new(step).unwrap(),
            created_at: 0,
            indices: indices.to_vec(),
            iteration,
            went: Some(went),
            transition: None,
            attempts: Vec::new(),
            origin: None,
        }
    }

    fn seen(next: &[&str], foreach: bool, joins: bool) -> Seen {
        let next = next.iter().map(|step| (*step).to_owned()).collect();
        Seen { next, foreach: foreach.then(|| "xs".to_owned()), joins }
    }

    fn parents(graph: &FlowGraph, rows: &[Row]) -> Vec<Vec<u64>> {
        let lineage = Lineage::new(graph, rows);
        rows.iter().map(|row| lineage.parents(row).into_iter().map(|id| id.0).collect()).collect()
    }

    #[test]
    fn a_foreach_fans_out_and_comes_together() {
        let graph = of_tasks(
            "F",
            &[
                ("start".into(), seen(&["body"], true, false)),
                ("body".into(), seen(&["join"], false, false)),
                ("join".into(), seen(&["end"], false, true)),
                ("end".into(), seen(&[], false, false)),
            ],
        );
        let rows = [
            row(1, "start", &[], None, &["body"]),
            row(5, "body", &[1], None, &["join"]),
            row(7, "body", &[0], None, &["join"]),
            row(8, "join", &[], None, &["end"]),
            row(9, "end", &[], None, &[]),
        ];
        assert_eq!(parents(&graph, &rows), [vec![0], vec![1], vec![1], vec![7, 5], vec![8]]);
    }

    #[test]
    fn branches_meet_and_a_step_repeats_itself() {
        let graph = of_tasks(
            "F",
            &[
                ("start".into(), seen(&["a", "b"], false, false)),
                ("a".into(), seen(&["a", "meet"], false, false)),
                ("b".into(), seen(&["meet"], false, false)),
                ("meet".into(), seen(&[], false, true)),
            ],
        );
        let rows = [
            row(1, "start", &[], None, &["a", "b"]),
            row(4, "a", &[], Some(0), &["a"]),
            row(2, "a", &[], Some(1), &["meet"]),
            row(3, "b", &[], None, &["meet"]),
            row(5, "meet", &[], None, &[]),
        ];
        assert_eq!(parents(&graph, &rows), [vec![0], vec![1], vec![4], vec![1], vec![2, 3]]);
    }
}
