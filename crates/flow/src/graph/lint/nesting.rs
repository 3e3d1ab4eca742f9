//! How splits and joins are nested: each split closed by one join that all its branches reach.
//!
//! A step is looked at after all that lead to it. Of each is known how many splits are open round it (its depth), and the
//! innermost of them with the branch it is on. A switch may lead to it out of several splits, so that is a set; the splits
//! further out are found through those splits, which keeps it small however deep the nesting.
//!
//! One thing is refused that Metaflow lets pass in some orders of definition: a switch that leads out of its branch into
//! another branch of the same split. The join would wait for a branch that came twice, or not at all.

use std::collections::BTreeSet;

use super::super::outline::{Outline, Shape};
use super::{Problems, list};

/// A split, and the first step of one of its branches.
type Branch = (usize, usize);

/// What is known of one step.
#[derive(Debug, Clone, Default)]
struct Place {
    /// Innermost open branches on entry, the one a join closes included.
    inside: BTreeSet<Branch>,
    /// How many splits are open on entry.
    depth: usize,
    /// The same as `inside` after the join has closed its split.
    after: BTreeSet<Branch>,
}

/// How the splits of a flow are nested.
#[derive(Debug)]
pub(in super::super) struct Nesting {
    places: Vec<Option<Place>>,
    /// For each split, the first defined of the joins that close it.
    pub(in super::super) joins: Vec<Option<usize>>,
}

impl Nesting {
    /// The splits open round a step, outermost first.
    pub(in super::super) fn stack(&self, i: usize) -> Vec<usize> {
        let mut stack = Vec::new();
        let mut at = i;
        // The first look is at the step's own entry, the next ones at where each split itself stands.
        while let Some((split, _)) = self.places[at].as_ref().and_then(|p| p.inside.first().copied()) {
            stack.push(split);
            at = split;
        }
        stack.reverse();
        stack
    }
}

/// Finds the nesting and tells what is wrong with it. What comes after a wrong step is not looked at.
pub(super) fn examine(outline: &Outline<'_>, problems: &mut Problems<'_>) -> Nesting {
    let count = outline.flow.steps.len();
    let mut nesting = Nesting { places: vec![None; count], joins: vec![None; count] };
    for i in outline.sorted() {
        let place = place(outline, &nesting, i, problems);
        if let Some(place) = &place
            && outline.is_join(i)
        {
            for (split, _) in &place.inside {
                let join = nesting.joins[*split].get_or_insert(i);
                *join = i.min(*join);
            }
        }
        nesting.places[i] = place;
    }
    nesting
}

fn place(outline: &Outline<'_>, nesting: &Nesting, i: usize, problems: &mut Problems<'_>) -> Option<Place> {
    let mut place = Place::default();
    let mut depths: Vec<(usize, usize)> = Vec::new();
    for &from in outline.parents[i].iter().filter(|&&p| !outline.repeats(p, i)) {
        let parent = nesting.places[from].as_ref()?;
        let closed = usize::from(outline.is_join(from));
        if outline.shapes[from].opens() {
            place.inside.insert((from, i));
            depths.push((from, parent.depth - closed + 1));
        } else {
            place.inside.extend(&parent.after);
            depths.push((from, parent.depth - closed));
        }
    }
    place.depth = depths.first().map_or(0, |(_, depth)| *depth);
    let deepest = depths.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    if let Some((flat, _)) = depths.iter().find(|(_, depth)| *depth < deepest)
        && let Some((deep, _)) = depths.iter().find(|(_, depth)| *depth == deepest)
    {
        crossing(outline, i, (*deep, *flat), problems);
        return None;
    }
    if outline.is_join(i) {
        join(outline, nesting, i, place, problems)
    } else {
        plain(outline, i, place, problems)
    }
}

/// Two steps lead here out of different numbers of splits.
fn crossing(outline: &Outline<'_>, i: usize, (deep, flat): (usize, usize), problems: &mut Problems<'_>) {
    let (name, deep, flat) = (outline.name(i), outline.name(deep), outline.name(flat));
    let message = if outline.is_join(i) {
        format!("the join `{name}` takes `{deep}` and `{flat}`, which are not in the same split")
    } else {
        format!("step `{name}` comes after `{deep}` and `{flat}`, which are not in the same split")
    };
    problems.step(outline, i, message, format!("join the inner split before `{name}`, in a join of its own"));
}

/// A step that is no join: its branches may not have met, and the last step may not be in a branch.
fn plain(outline: &Outline<'_>, i: usize, mut place: Place, problems: &mut Problems<'_>) -> Option<Place> {
    if outline.shapes[i] == Shape::Nowhere && place.depth > 0 {
        let splits: BTreeSet<usize> = place.inside.iter().map(|(split, _)| *split).collect();
        let (name, splits) = (outline.name(i), list(splits.into_iter().map(|s| outline.name(s))));
        let message = format!("the end step `{name}` comes before the split of {splits} is joined");
        problems.step(
            outline,
            i,
            message,
            format!("add a join before `{name}`: a step that takes `self` and `inputs`"),
        );
        return None;
    }
    if let Some((split, branches)) = met(&place.inside) {
        let (name, split, branches) = (outline.name(i), outline.name(split), names(outline, &branches));
        let message =
            format!("the branches {branches} of `{split}` meet in step `{name}`, which is not a join");
        problems.step(
            outline,
            i,
            message,
            format!("make it a join, `def {name}(self, inputs)`, or give each branch its own step"),
        );
        return None;
    }
    place.after.clone_from(&place.inside);
    Some(place)
}

fn join(
    outline: &Outline<'_>,
    nesting: &Nesting,
    i: usize,
    mut place: Place,
    problems: &mut Problems<'_>,
) -> Option<Place> {
    let name = outline.name(i);
    if place.depth == 0 && outline.shapes[i] == Shape::Nowhere {
        // The end step may not be a join at all: said elsewhere.
        return None;
    }
    if place.depth == 0 {
        let message = format!("the join `{name}` has no split before it");
        problems.step(outline, i, message, format!("write `def {name}(self)`, or split before it"));
        return None;
    }
    let arriving: BTreeSet<usize> = place.inside.iter().map(|(_, branch)| *branch).collect();
    let splits: BTreeSet<usize> = place.inside.iter().map(|(split, _)| *split).collect();
    for &split in &splits {
        let leaving: BTreeSet<usize> = outline.targets[split].iter().copied().collect();
        if leaving != arriving {
            unbalanced(outline, i, (split, &splits, &arriving), problems);
            return None;
        }
    }
    for split in splits {
        place.after.extend(nesting.places[split].iter().flat_map(|p| &p.after));
    }
    if let Some((split, branches)) = met(&place.after) {
        let (split, branches) = (outline.name(split), names(outline, &branches));
        let message = format!(
            "the branches {branches} of `{split}` meet in the join `{name}`, which closes another split"
        );
        problems.step(outline, i, message, "give each branch a join of its own");
        return None;
    }
    Some(place)
}

fn unbalanced(
    outline: &Outline<'_>,
    i: usize,
    (split, splits, arriving): (usize, &BTreeSet<usize>, &BTreeSet<usize>),
    problems: &mut Problems<'_>,
) {
    let name = outline.name(i);
    let missing: BTreeSet<usize> =
        outline.targets[split].iter().copied().filter(|t| !arriving.contains(t)).collect();
    if missing.is_empty() || splits.len() > 1 {
        let splits = list(splits.iter().map(|&s| outline.name(s)));
        let message = format!("the join `{name}` closes several splits at once: {splits}");
        problems.step(outline, i, message, "give each split a join of its own");
        return;
    }
    let (split, lost) = (outline.name(split), names(outline, &missing));
    let branch = if missing.len() == 1 { "branch" } else { "branches" };
    let message = format!("the join `{name}` misses the {branch} {lost} of the split `{split}`");
    problems.step(outline, i, message, format!("lead all branches of `{split}` to the same join, at once"));
}

/// Two or more branches of one split, if there are.
fn met(inside: &BTreeSet<Branch>) -> Option<(usize, BTreeSet<usize>)> {
    let twice = inside.iter().zip(inside.iter().skip(1)).find(|(a, b)| a.0 == b.0)?.0.0;
    Some((twice, inside.iter().filter(|(split, _)| *split == twice).map(|(_, branch)| *branch).collect()))
}

fn names(outline: &Outline<'_>, steps: &BTreeSet<usize>) -> String {
    list(steps.iter().map(|&i| outline.name(i)))
}
