//! The graph as a whole: no way round in circles, no step left over.

use super::super::outline::Outline;
use super::{Problems, list};

/// Whether the graph is one piece without circles, so that its nesting can be looked at.
pub(super) fn check(outline: &Outline<'_>, problems: &mut Problems<'_>) -> bool {
    let before = problems.found.len();
    let start = outline.starts.first().copied().unwrap_or(0);
    if !outline.parents[start].is_empty() {
        // Told with the steps, and the reason of any circle round it.
        return false;
    }
    let reached = outline.reachable(start);
    for i in (0..reached.len()).filter(|&i| !reached[i]) {
        orphan(outline, i, &reached, problems);
    }
    for cycle in cycles(outline) {
        circle(outline, &cycle, problems);
    }
    problems.found.len() == before
}

/// Only steps nothing leads to are told; what only they lead to is their fault.
fn orphan(outline: &Outline<'_>, i: usize, reached: &[bool], problems: &mut Problems<'_>) {
    let name = outline.name(i);
    let leads_here = |p: usize| p != i && !reached[p];
    if outline.parents[i].iter().any(|&p| leads_here(p)) && !closes_circle(outline, i) {
        return;
    }
    let start = outline.starts.first().map_or("start", |&s| outline.name(s));
    let message = format!("step `{name}` cannot be reached from `{start}`");
    problems.step(outline, i, message, format!("go to `self.{name}` from another step, or remove it"));
}

/// Whether `i` is the first step of a circle nothing outside leads into.
fn closes_circle(outline: &Outline<'_>, i: usize) -> bool {
    let from_here = outline.reachable(i);
    let before: Vec<usize> = (0..from_here.len()).filter(|&p| outline.reachable(p)[i]).collect();
    before.iter().all(|&p| from_here[p] && p >= i)
}

/// One circle of each knot: strongly connected steps, found by walking back from what a topological sort leaves over.
fn cycles(outline: &Outline<'_>) -> Vec<Vec<usize>> {
    let count = outline.flow.steps.len();
    let mut left = vec![true; count];
    for i in outline.sorted() {
        left[i] = false;
    }
    let mut cycles = Vec::new();
    let mut done = vec![false; count];
    for i in 0..count {
        if !left[i] || done[i] {
            continue;
        }
        if let Some(cycle) = way_back(outline, i) {
            // One circle tells a knot: its other steps lead here and are led to from here.
            let from_here = outline.reachable(i);
            for other in 0..count {
                if from_here[other] && outline.reachable(other)[i] {
                    done[other] = true;
                }
            }
            cycles.push(cycle);
        }
    }
    cycles
}

/// The shortest way from a step back to itself.
fn way_back(outline: &Outline<'_>, start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; outline.flow.steps.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(i) = queue.pop_front() {
        for &to in outline.targets[i].iter().filter(|&&to| !outline.repeats(i, to)) {
            if to == start {
                let mut way = vec![start, i];
                while let Some(&last) = way.last()
                    && last != start
                {
                    way.push(came_from[last]?);
                }
                if i == start {
                    return Some(vec![start, start]);
                }
                way.reverse();
                return Some(way);
            }
            if came_from[to].is_none() {
                came_from[to] = Some(i);
                queue.push_back(to);
            }
        }
    }
    None
}

fn circle(outline: &Outline<'_>, cycle: &[usize], problems: &mut Problems<'_>) {
    let Some((&first, rest)) = cycle.split_first() else { return };
    let way = cycle.iter().map(|&i| outline.name(i)).collect::<Vec<_>>().join(" → ");
    let last = rest.iter().rev().nth(1).copied().unwrap_or(first);
    let message = format!("the steps {} go in a circle: {way}", list(rest.iter().map(|&i| outline.name(i))));
    let message =
        if rest.len() == 1 { format!("step `{}` goes to itself", outline.name(first)) } else { message };
    let hint = "only a switch may repeat, and only itself: `self.next({True: self.again, False: self.done}, condition=\"more\")`";
    problems.transition(outline, last, message, hint);
}
