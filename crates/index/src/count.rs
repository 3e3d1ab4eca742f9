//! Counts: of facets, and of groups.

use std::cell::{Cell, OnceCell};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use roaring::RoaringBitmap;
use spinloom_query::{Clock, Field};

use crate::arena::Names;
use crate::select::Facet;
use crate::{Index, RowId, Selection, dense};

/// A name and how many runs have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// What selected runs have, each with how many; the most first. What is asked of a facet itself does not narrow its counts: they say what
/// there would be if another value was chosen. Tags narrow, since a run has many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// States.
    pub status: Vec<Named>,
    /// Flows.
    pub flow: Vec<Named>,
    /// Users.
    pub user: Vec<Named>,
    /// Projects.
    pub project: Vec<Named>,
    /// Branches of projects.
    pub branch: Vec<Named>,
    /// Tags of users.
    pub tag: Vec<Named>,
}

/// What runs are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// Their flows.
    Flow,
    /// Who started them.
    User,
    /// Tags of users; a run is in as many groups as it has.
    Tag,
    /// Their states.
    Status,
    /// Their projects.
    Project,
    /// The branches of their projects.
    Branch,
    /// The days they were made.
    Day,
}

impl GroupBy {
    /// Which tags groups are of, if they are of tags.
    fn tags(self) -> Option<Field> {
        match self {
            Self::Tag => Some(Field::Tag),
            Self::Project => Some(Field::Project),
            Self::Branch => Some(Field::Branch),
            Self::Flow | Self::User | Self::Status | Self::Day => None,
        }
    }
}

/// A group of runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// What they have in common; a day is `2026-01-31`.
    pub name: String,
    /// How many.
    pub count: u64,
    /// How many running, done, failed, stopped, lost.
    pub by_status: [u64; 5],
    /// The newest, newest first.
    pub newest: Vec<RowId>,
}

/// How many runs have each value of a column, by its number.
struct Tally {
    flow: Vec<u32>,
    user: Vec<u32>,
    sets: Vec<u32>,
    /// Of tags, by their numbers in sets; found when it is asked for.
    tags: OnceCell<Vec<u64>>,
}

/// Counts by number, then by state.
type Counts = Vec<(u32, [u64; 5])>;

/// The newest of groups are looked for among so many runs together, then for each that has not enough by itself.
const PATIENCE: usize = 65_536;
/// The number of the state that most runs are in.
const DONE: usize = 1;

/// At most so much is told apart by days, µs: thirty years.
const MOST_DAYS: i64 = 30 * 366 * 86_400_000_000;

impl Index {
    /// Counts of what selected runs have: at most `most` values of each facet.
    pub fn facets(&self, selection: &Selection<'_>, most: usize) -> Facets {
        // What does not narrow itself is counted together, in one pass over the runs.
        let shared = OnceCell::new();
        let of = |facet: Facet| {
            let narrowed = selection.terms.iter().any(|(_, of, _)| *of == Some(facet));
            let own = narrowed.then(|| self.all_of(&selection.terms, Some(facet)));
            let rows = own.as_ref().unwrap_or(&selection.rows);
            let own = own.as_ref().filter(|_| facet != Facet::Status).map(|rows| self.tally(rows));
            let tally = || own.as_ref().unwrap_or_else(|| shared.get_or_init(|| self.tally(&selection.rows)));
            let counts = match facet {
                Facet::Status => {
                    (0..).zip(self.by_status.iter().map(|set| rows.intersection_len(set))).collect()
                }
                Facet::Flow => numbered(&tally().flow),
                Facet::User => numbered(&tally().user),
                Facet::Tag => self.tags_of(tally(), Field::Tag),
                Facet::Project => self.tags_of(tally(), Field::Project),
                Facet::Branch => self.tags_of(tally(), Field::Branch),
            };
            let name = |code: u32| match facet {
                Facet::Status => crate::columns::STATUSES[code as usize].as_str(),
                Facet::Flow => self.flows.get(code),
                Facet::User => self.users.get(code),
                Facet::Tag => self.tags.get(code),
                Facet::Project => after_prefix(&self.tags, code, Field::Project),
                Facet::Branch => after_prefix(&self.tags, code, Field::Branch),
            };
            top(counts, most, name)
        };
        Facets {
            status: of(Facet::Status),
            flow: of(Facet::Flow),
            user: of(Facet::User),
            project: of(Facet::Project),
            branch: of(Facet::Branch),
            tag: of(Facet::Tag),
        }
    }

    /// How many of some rows have each flow, user and set of tags.
    fn tally(&self, rows: &RoaringBitmap) -> Tally {
        let mut tally = Tally {
            flow: vec![0; self.by_flow.len()],
            user: vec![0; self.by_user.len()],
            sets: vec![0; self.tag_sets.len()],
            tags: OnceCell::new(),
        };
        // Of most rows it is quicker to count the others.
        let others = rows.len() * 2 > self.alive.len();
        let counted = if others { &self.alive - rows } else { RoaringBitmap::new() };
        let counted = if others { &counted } else { rows };
        if let Some(stretch) = dense::stretch(counted) {
            let stretch = stretch.start as usize..stretch.end as usize;
            count_each(&mut tally.flow, &self.columns.flow[stretch.clone()]);
            count_each(&mut tally.user, &self.columns.user[stretch.clone()]);
            count_each(&mut tally.sets, &self.columns.tags[stretch]);
        } else {
            dense::each(counted, |row| {
                let row = row as usize;
                tally.flow[self.columns.flow[row] as usize] += 1;
                tally.user[self.columns.user[row] as usize] += 1;
                tally.sets[self.columns.tags[row] as usize] += 1;
            });
        }
        if others {
            let all = |set: &RoaringBitmap| u32::try_from(set.len()).unwrap_or(u32::MAX);
            tally.flow.iter_mut().zip(&self.by_flow).for_each(|(count, of)| *count = all(of) - *count);
            tally.user.iter_mut().zip(&self.by_user).for_each(|(count, of)| *count = all(of) - *count);
            tally.sets.iter_mut().zip(&self.set_runs).for_each(|(count, of)| *count = *of - *count);
        }
        tally
    }

    /// How many runs have each tag of a field.
    fn tags_of(&self, tally: &Tally, field: Field) -> Vec<(u32, u64)> {
        let counts = tally.tags.get_or_init(|| self.count_tags(&tally.sets));
        let wanted = self.wanted_tags(field);
        let of = |n: usize| if wanted[n] { counts[n] } else { 0 };
        (0..).zip((0..self.tags.len()).map(|code| of(code * 2) + of(code * 2 + 1))).collect()
    }

    /// How many runs have each tag, by its number in sets, from how many have each set.
    fn count_tags(&self, sets: &[u32]) -> Vec<u64> {
        let mut tags = vec![0; self.tags.len() * 2];
        for (set, count) in (0..).zip(sets).filter(|(_, count)| **count > 0) {
            self.tag_sets.get(set).iter().for_each(|tag| tags[*tag as usize] += u64::from(*count));
        }
        tags
    }

    /// Which tags count: those that a field is kept as, or those of users. By their numbers in sets.
    fn wanted_tags(&self, field: Field) -> Vec<bool> {
        let mut wanted = vec![false; self.tags.len() * 2];
        for (code, tag) in self.tags.iter() {
            let code = code as usize * 2;
            match field.tag_prefix() {
                Some(prefix) => wanted[code + 1] = tag.starts_with(prefix),
                None => wanted[code] = true,
            }
        }
        wanted
    }

    /// Selected runs in groups, the largest first; days the latest first. `limit` of them, after the group of a name, each with its `newest` runs.
    /// How many groups there are comes with them.
    pub fn groups(
        &self,
        selection: &Selection<'_>,
        by: GroupBy,
        page: (Option<&str>, usize),
        newest: usize,
        clock: &Clock,
    ) -> (Vec<Bucket>, usize) {
        let days = (by == GroupBy::Day).then(|| self.days(clock));
        let mut groups: Vec<(u32, Bucket)> = self
            .group_counts(&selection.rows, by, days.as_deref())
            .into_iter()
            .map(|(code, by_status)| {
                let name = self.group_name(by, code, days.as_deref());
                (code, Bucket { name, count: 0, by_status, newest: Vec::new() })
            })
            .collect();
        for (code, group) in &mut groups {
            group.count = match by {
                GroupBy::Status => group.by_status.get(*code as usize).copied().unwrap_or(0),
                _ => group.by_status.iter().sum(),
            };
        }
        match by {
            GroupBy::Day => groups.sort_unstable_by(|a, b| b.1.name.cmp(&a.1.name)),
            _ => groups
                .sort_unstable_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.1.name.cmp(&b.1.name))),
        }
        let total = groups.len();
        let (after, limit) = page;
        let from = after
            .and_then(|name| groups.iter().position(|(_, group)| group.name == name))
            .map_or(0, |n| n + 1);
        let mut groups: Vec<(u32, Bucket)> = groups.into_iter().skip(from).take(limit).collect();
        self.newest_together(&selection.rows, by, &mut groups, newest);
        for (code, group) in &mut groups {
            if group.newest.len() < newest && (group.newest.len() as u64) < group.count {
                group.newest = self.newest_of(&selection.rows, by, *code, days.as_deref(), newest);
            }
        }
        (groups.into_iter().map(|(_, group)| group).collect(), total)
    }

    fn group_counts(&self, rows: &RoaringBitmap, by: GroupBy, days: Option<&[Day]>) -> Counts {
        let counts =
            match by {
                GroupBy::Status => (0..self.by_status.len())
                    .map(|n| {
                        let mut counts = [0; 5];
                        counts[n] = rows.intersection_len(&self.by_status[n]);
                        counts
                    })
                    .collect(),
                GroupBy::Day => self.day_counts(rows, days.unwrap_or_default()),
                GroupBy::Flow => self
                    .counts_by(rows, &sizes(&self.by_flow), |row| self.columns.flow[row as usize] as usize),
                GroupBy::User => self
                    .counts_by(rows, &sizes(&self.by_user), |row| self.columns.user[row as usize] as usize),
                GroupBy::Tag | GroupBy::Project | GroupBy::Branch => {
                    let totals: Vec<u64> = self.set_runs.iter().copied().map(u64::from).collect();
                    let sets = self.counts_by(rows, &totals, |row| self.columns.tags[row as usize] as usize);
                    self.tag_counts(&sets, by)
                }
            };
        (0..).zip(counts).filter(|(_, counts)| counts.iter().any(|count| *count > 0)).collect()
    }

    /// By a number of each row, below that of `totals`: how many of all rows have it.
    fn counts_by(
        &self,
        rows: &RoaringBitmap,
        totals: &[u64],
        number: impl Fn(u32) -> usize,
    ) -> Vec<[u64; 5]> {
        let mut counts = vec![[0; 5]; totals.len()];
        let count = |row: u32| {
            if let Some(counts) = counts.get_mut(number(row)) {
                counts[usize::from(self.columns.status(row))] += 1;
            }
        };
        if rows.len() < self.alive.len() {
            dense::each(rows, count);
            return counts;
        }
        // Most are done: of all runs it is quicker to count the others.
        dense::each(&(rows - &self.by_status[DONE]), count);
        for (counts, total) in counts.iter_mut().zip(totals) {
            counts[DONE] = total - counts.iter().sum::<u64>();
        }
        counts
    }

    /// By tags, from those of the sets that have them.
    fn tag_counts(&self, sets: &[[u64; 5]], by: GroupBy) -> Vec<[u64; 5]> {
        let wanted = self.wanted_tags(by.tags().unwrap_or(Field::Tag));
        let mut tags = vec![[0; 5]; self.tags.len()];
        for (set, counts) in (0..).zip(sets).filter(|(_, counts)| counts.iter().any(|count| *count > 0)) {
            for tag in self.tag_sets.get(set).iter().filter(|tag| wanted[**tag as usize]) {
                tags[*tag as usize / 2].iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        tags
    }

    /// By days.
    fn day_counts(&self, rows: &RoaringBitmap, days: &[Day]) -> Vec<[u64; 5]> {
        let totals: Vec<u64> = days.iter().map(|day| self.started_on(day).len() as u64).collect();
        // Rows mostly follow each other in time.
        let last = Cell::new(0);
        self.counts_by(rows, &totals, |row| {
            let at = self.columns.started[row as usize];
            if !days.get(last.get()).is_some_and(|day| (day.from..day.to).contains(&at)) {
                last.set(days.partition_point(|day| day.to <= at));
            }
            last.get()
        })
    }

    /// The runs of a day, the oldest first.
    fn started_on(&self, day: &Day) -> &[u32] {
        let place = |at: i64| self.started.before(&self.columns, at, 0);
        self.started.rows().get(place(day.from)..place(day.to)).unwrap_or_default()
    }

    fn group_name(&self, by: GroupBy, code: u32, days: Option<&[Day]>) -> String {
        match by {
            GroupBy::Flow => self.flows.get(code).to_owned(),
            GroupBy::User => self.users.get(code).to_owned(),
            GroupBy::Tag => self.tags.get(code).to_owned(),
            GroupBy::Project | GroupBy::Branch => {
                after_prefix(&self.tags, code, by.tags().unwrap_or(Field::Tag)).to_owned()
            }
            GroupBy::Status => crate::columns::STATUSES[code as usize].as_str().to_owned(),
            GroupBy::Day => days
                .and_then(|days| days.get(code as usize))
                .map(|day| day.date.to_string())
                .unwrap_or_default(),
        }
    }

    /// The newest of groups of flows, users or tags, as far as one walk from the newest run finds them.
    fn newest_together(
        &self,
        rows: &RoaringBitmap,
        by: GroupBy,
        groups: &mut [(u32, Bucket)],
        newest: usize,
    ) {
        let Some((column, names)) = self.column_of(by).filter(|_| newest > 0) else { return };
        let mut places = vec![usize::MAX; names];
        for (n, (code, _)) in groups.iter().enumerate() {
            places[*code as usize] = n;
        }
        let everything = rows.len() == self.alive.len();
        let mut open = groups.len();
        let mut give = |code: u32, row: u32| {
            let Some((_, group)) = places.get(code as usize).and_then(|n| groups.get_mut(*n)) else {
                return 0;
            };
            if group.newest.len() >= newest || group.newest.len() as u64 >= group.count {
                return 0;
            }
            group.newest.push(row);
            usize::from(group.newest.len() == newest || group.newest.len() as u64 == group.count)
        };
        for row in self.started.rows().iter().rev().take(PATIENCE) {
            if open == 0 {
                return;
            }
            if everything || rows.contains(*row) {
                let code = column[*row as usize];
                open -= match by.tags() {
                    Some(_) => self.tag_sets.get(code).iter().map(|tag| give(tag / 2, *row)).sum(),
                    None => give(code, *row),
                };
            }
        }
    }

    /// What says which group a run is in, and how many names groups can have; for tags it says which set of them.
    fn column_of(&self, by: GroupBy) -> Option<(&[u32], usize)> {
        match by {
            GroupBy::Flow => Some((&self.columns.flow, self.flows.len())),
            GroupBy::User => Some((&self.columns.user, self.users.len())),
            GroupBy::Tag | GroupBy::Project | GroupBy::Branch => Some((&self.columns.tags, self.tags.len())),
            GroupBy::Status | GroupBy::Day => None,
        }
    }

    fn newest_of(
        &self,
        rows: &RoaringBitmap,
        by: GroupBy,
        code: u32,
        days: Option<&[Day]>,
        newest: usize,
    ) -> Vec<RowId> {
        let members = match by {
            GroupBy::Flow => self.by_flow.get(code as usize),
            GroupBy::User => self.by_user.get(code as usize),
            GroupBy::Tag | GroupBy::Project | GroupBy::Branch => self.by_tag.get(code as usize),
            GroupBy::Status => self.by_status.get(code as usize),
            GroupBy::Day => {
                let Some(day) = days.and_then(|days| days.get(code as usize)) else { return Vec::new() };
                let started = self.started_on(day).iter().rev().copied();
                return started.filter(|row| rows.contains(*row)).take(newest).collect();
            }
        };
        let Some(members) = members else { return Vec::new() };
        if rows.len() == self.alive.len() {
            return self.newest(members, newest);
        }
        self.newest(&(rows & members), newest)
    }

    /// The days that have runs, the first ones first.
    fn days(&self, clock: &Clock) -> Vec<Day> {
        let rows = self.started.rows();
        let at = |row: Option<&u32>| row.map_or(clock.now, |row| self.columns.started[*row as usize]);
        days_between(at(rows.first()), at(rows.last()), &clock.zone)
    }
}

/// How many rows have each name.
fn sizes(postings: &[RoaringBitmap]) -> Vec<u64> {
    postings.iter().map(RoaringBitmap::len).collect()
}

/// Counts codes. Two in a row are often the same, and to add to a number that is being added to takes time: so there are two of each.
fn count_each(counts: &mut [u32], codes: &[u32]) {
    let mut other = vec![0; counts.len()];
    let (pairs, rest) = codes.as_chunks::<2>();
    for [a, b] in pairs {
        counts[*a as usize] += 1;
        other[*b as usize] += 1;
    }
    rest.iter().for_each(|code| counts[*code as usize] += 1);
    counts.iter_mut().zip(other).for_each(|(count, other)| *count += other);
}

fn numbered(counts: &[u32]) -> Vec<(u32, u64)> {
    (0..).zip(counts.iter().map(|count| u64::from(*count))).collect()
}

/// A tag without what says which field it is of.
fn after_prefix(tags: &Names, code: u32, field: Field) -> &str {
    let tag = tags.get(code);
    field.tag_prefix().and_then(|prefix| tag.strip_prefix(prefix)).unwrap_or(tag)
}

fn top<'a>(mut counts: Vec<(u32, u64)>, most: usize, name: impl Fn(u32) -> &'a str) -> Vec<Named> {
    counts.retain(|(_, count)| *count > 0);
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| name(a.0).cmp(name(b.0))));
    counts.truncate(most);
    counts.into_iter().map(|(code, count)| Named { name: name(code).to_owned(), count }).collect()
}

/// A day of a time zone, in µs since the epoch; what is older than the first is of it.
struct Day {
    date: Date,
    from: i64,
    to: i64,
}

/// The days from one time to another.
fn days_between(first: i64, last: i64, zone: &TimeZone) -> Vec<Day> {
    let mut days = Vec::new();
    let mut from = first.max(last - MOST_DAYS);
    while from <= last {
        let date =
            Timestamp::from_microsecond(from).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone()).date();
        let next = date.tomorrow().and_then(|next| next.to_zoned(zone.clone()));
        let to = next.map_or(i64::MAX, |next| next.timestamp().as_microsecond());
        days.push(Day { date, from: if days.is_empty() { i64::MIN } else { from }, to });
        from = to;
    }
    days
}
