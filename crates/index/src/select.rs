//! Which runs a query asks for.

use std::borrow::Cow;

use roaring::RoaringBitmap;
use spinloom_query::{Clock, Field, Filter, Op, Pattern, Query, TimeField};

use crate::arena::Names;
use crate::{Index, RowId, columns, dense};

type Rows<'a> = Cow<'a, RoaringBitmap>;

/// The runs a query asks for, and each of its terms, for counts that leave some out.
pub struct Selection<'a> {
    pub(crate) rows: Rows<'a>,
    pub(crate) terms: Vec<(bool, Option<Facet>, Rows<'a>)>,
    pub(crate) now: i64,
}

/// What counts are offered of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facet {
    Status,
    Flow,
    User,
    Project,
    Branch,
    Tag,
}

impl Selection<'_> {
    /// How many.
    pub fn total(&self) -> u64 {
        self.rows.len()
    }

    /// They, in no order that means anything; at most `most`, evenly out of all.
    pub fn sample(&self, most: usize) -> Vec<RowId> {
        let step = (self.rows.len() as usize).div_ceil(most.max(1)).max(1);
        self.rows.iter().step_by(step).collect()
    }
}

impl Index {
    /// The runs a query asks for.
    pub fn select(&self, query: &Query, clock: &Clock) -> Selection<'_> {
        let terms: Vec<_> = query
            .terms
            .iter()
            .map(|term| (term.negated, facet(&term.filter), self.rows_of(&term.filter, clock)))
            .collect();
        let rows = self.all_of(&terms, None);
        Selection { rows, terms, now: clock.now }
    }

    /// The runs for which all terms hold, but those of a facet.
    pub(crate) fn all_of<'a>(
        &'a self,
        terms: &[(bool, Option<Facet>, Rows<'a>)],
        but: Option<Facet>,
    ) -> Rows<'a> {
        let counted = || terms.iter().filter(|(_, facet, _)| but.is_none() || *facet != but);
        let mut wanted: Vec<&Rows<'a>> =
            counted().filter(|(negated, ..)| !negated).map(|(.., rows)| rows).collect();
        wanted.sort_by_key(|rows| rows.len());
        let mut rows = match wanted.as_slice() {
            [] => Cow::Borrowed(&self.alive),
            [Cow::Borrowed(one)] => Cow::Borrowed(*one),
            [one] => Cow::Owned((***one).clone()),
            [one, two, more @ ..] => {
                let mut both = &***one & &***two;
                more.iter().for_each(|rows| both &= &***rows);
                Cow::Owned(both)
            }
        };
        for (.., unwanted) in counted().filter(|(negated, ..)| *negated) {
            rows = Cow::Owned(&*rows - &**unwanted);
        }
        rows
    }

    fn rows_of(&self, filter: &Filter, clock: &Clock) -> Rows<'_> {
        match filter {
            Filter::Text(words) => Cow::Owned(self.with_text(words)),
            Filter::Field { field, values } => self.with_field(*field, values),
            Filter::Status(wanted) => union(
                wanted.iter().filter_map(|status| self.by_status.get(usize::from(columns::code(*status)))),
            ),
            Filter::Duration { op, us } => Cow::Owned(self.lasting(*op, *us, clock.now)),
            Filter::Time { field, op, moment } => {
                let (from, to) = op.range(moment.range(clock));
                Cow::Owned(self.between(*field, from, to))
            }
            Filter::Value { of, name, test } => {
                Cow::Owned(self.values_of(*of).rows(name, test, self.columns.len()))
            }
        }
    }

    fn with_field(&self, field: Field, values: &[Pattern]) -> Rows<'_> {
        match field {
            Field::Tag => named(&self.tags, &self.by_tag, values),
            Field::User => named(&self.users, &self.by_user, values),
            Field::Flow => named(&self.flows, &self.by_flow, values),
            Field::Project | Field::Branch => {
                let prefix = field.tag_prefix().unwrap_or_default();
                let with =
                    |value: &Pattern| Pattern { text: format!("{prefix}{}", value.text), open: value.open };
                let tags: Vec<Pattern> = values.iter().map(with).collect();
                named(&self.tags, &self.by_tag, &tags)
            }
            Field::Run => Cow::Owned(self.with_ids(values)),
            Field::Origin => {
                let fits = |id: u32| values.iter().any(|value| value.fits(self.ids.get(id)));
                let rows = self.origins.iter().filter(|(_, id)| fits(**id)).map(|(row, _)| *row);
                Cow::Owned(dense::collect(self.columns.len(), rows))
            }
            Field::Step => {
                let fits: Vec<bool> =
                    self.steps.iter().map(|(_, step)| values.iter().any(|value| value.fits(step))).collect();
                let has = |steps: &Option<Vec<u32>>| {
                    steps.as_ref().is_some_and(|steps| steps.iter().any(|step| fits[*step as usize]))
                };
                union(
                    self.by_graph
                        .iter()
                        .zip(&self.graph_steps)
                        .filter(|(_, steps)| has(steps))
                        .map(|(rows, _)| rows),
                )
            }
        }
    }

    fn with_ids(&self, values: &[Pattern]) -> RoaringBitmap {
        if values.iter().all(|value| !value.open) {
            let flows = || self.flows.iter().map(|(_, flow)| flow);
            return values
                .iter()
                .flat_map(|value| flows().filter_map(|flow| self.find(flow, &value.text)))
                .collect();
        }
        let mut wanted = vec![false; self.ids.len()];
        for (code, id) in self.ids.iter() {
            wanted[code as usize] = values.iter().any(|value| value.fits(id));
        }
        self.scan(|row| wanted.get(self.columns.id[row] as usize).copied().unwrap_or(false))
    }

    fn with_text(&self, words: &[String]) -> RoaringBitmap {
        let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let within = |name: &str| {
            let name = name.to_lowercase();
            words.iter().any(|word| name.contains(word.as_str()))
        };
        let mut rows = RoaringBitmap::new();
        for (names, postings) in
            [(&self.flows, &self.by_flow), (&self.users, &self.by_user), (&self.tags, &self.by_tag)]
        {
            let found = names.iter().filter(|(_, name)| within(name));
            found.filter_map(|(code, _)| postings.get(code as usize)).for_each(|posting| rows |= posting);
        }
        let mut ids = vec![false; self.ids.len()];
        let mut any = false;
        for word in &words {
            self.ids.ascii_with(word, |code| {
                ids[code as usize] = true;
                any = true;
            });
        }
        if any {
            rows |= self.scan(|row| ids.get(self.columns.id[row] as usize).copied().unwrap_or(false));
        }
        rows
    }

    /// The rows of a time: a stretch of those that are kept in its order.
    fn between(&self, field: TimeField, from: i64, to: i64) -> RoaringBitmap {
        let order = match field {
            TimeField::Started => &self.started,
            TimeField::Finished => &self.finished,
        };
        let place = |at: i64| order.before(&self.columns, at, 0);
        let rows = order.rows().get(place(from)..place(to)).unwrap_or_default();
        dense::collect(self.columns.len(), rows.iter().copied())
    }

    /// The rows that took so long: a stretch of those that are kept in that order, and some of those that still run.
    fn lasting(&self, op: Op, us: i64, now: i64) -> RoaringBitmap {
        let (from, to) = match op {
            Op::Is => (us, us.saturating_add(1)),
            Op::Less => (i64::MIN, us),
            Op::AtMost => (i64::MIN, us.saturating_add(1)),
            Op::More => (us.saturating_add(1), i64::MAX),
            Op::AtLeast => (us, i64::MAX),
        };
        let place = |at: i64| self.duration.before(&self.columns, at, 0);
        let ended = self.duration.rows().get(place(from)..place(to)).unwrap_or_default();
        let fits = |row: &u32| {
            self.columns.is_growing(*row) && (from..to).contains(&self.columns.duration(*row, now))
        };
        let running = self.by_status[usize::from(columns::RUNNING)].iter().filter(fits);
        dense::collect(self.columns.len(), ended.iter().copied().chain(running))
    }

    /// Looks at each row; those of deleted runs have nothing.
    fn scan(&self, holds: impl Fn(usize) -> bool) -> RoaringBitmap {
        let mut rows = dense::scan(self.columns.len(), holds);
        if !self.free.is_empty() {
            rows &= &self.alive;
        }
        rows
    }
}

fn facet(filter: &Filter) -> Option<Facet> {
    match filter {
        Filter::Status(_) => Some(Facet::Status),
        Filter::Field { field: Field::Flow, .. } => Some(Facet::Flow),
        Filter::Field { field: Field::User, .. } => Some(Facet::User),
        Filter::Field { field: Field::Project, .. } => Some(Facet::Project),
        Filter::Field { field: Field::Branch, .. } => Some(Facet::Branch),
        _ => None,
    }
}

/// The rows with a name that fits.
fn named<'a>(names: &Names, postings: &'a [RoaringBitmap], values: &[Pattern]) -> Rows<'a> {
    let exact = values.iter().filter(|value| !value.open).filter_map(|value| names.find(&value.text));
    let open: Vec<&Pattern> = values.iter().filter(|value| value.open).collect();
    let mut codes: Vec<u32> = exact.collect();
    if !open.is_empty() {
        codes.extend(
            names.iter().filter(|(_, name)| open.iter().any(|value| value.fits(name))).map(|(code, _)| code),
        );
    }
    union(codes.into_iter().filter_map(|code| postings.get(code as usize)))
}

fn union<'a>(mut sets: impl Iterator<Item = &'a RoaringBitmap>) -> Rows<'a> {
    let Some(first) = sets.next() else { return Cow::Owned(RoaringBitmap::new()) };
    let Some(second) = sets.next() else { return Cow::Borrowed(first) };
    let mut all = first | second;
    sets.for_each(|set| all |= set);
    Cow::Owned(all)
}
