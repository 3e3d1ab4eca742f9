//! What could be meant: completions, and runs that are named by half.

use spinloom_query::{Field, Scalar, ValueOf, Wanted};

use crate::columns;
use crate::{Index, RowId};

/// Something that could be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What.
    pub text: String,
    /// How many runs have it.
    pub count: u64,
}

/// How many runs are looked through for one whose id begins so, and how many values of one name.
const LOOKED_AT: usize = 50_000;

impl Index {
    /// What begins with `typed`, or else has it within: what most runs have first.
    pub fn offers(&self, wanted: &Wanted, typed: &str, most: usize) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Vec::new();
        let mut offer = |text: &str, count: u64| {
            if count > 0 {
                offers.push(Offer { text: text.to_owned(), count });
            }
        };
        let lower = typed.to_lowercase();
        let fits = |name: &str| name.to_lowercase().contains(&lower);
        let len = |postings: &[roaring::RoaringBitmap], code: u32| {
            postings.get(code as usize).map_or(0, roaring::RoaringBitmap::len)
        };
        match wanted {
            Wanted::Value(field) => match field {
                Field::Tag => self
                    .tags
                    .iter()
                    .filter(|(_, n)| fits(n))
                    .for_each(|(c, n)| offer(n, len(&self.by_tag, c))),
                Field::User => {
                    self.users
                        .iter()
                        .filter(|(_, n)| fits(n))
                        .for_each(|(c, n)| offer(n, len(&self.by_user, c)));
                }
                Field::Flow => {
                    self.flows
                        .iter()
                        .filter(|(_, n)| fits(n))
                        .for_each(|(c, n)| offer(n, len(&self.by_flow, c)));
                }
                Field::Project | Field::Branch => {
                    let prefix = field.tag_prefix().unwrap_or_default();
                    for (code, tag) in self.tags.iter() {
                        if let Some(name) = tag.strip_prefix(prefix).filter(|name| fits(name)) {
                            offer(name, len(&self.by_tag, code));
                        }
                    }
                }
                Field::Step => {
                    for (step, name) in self.steps.iter().filter(|(_, name)| fits(name)) {
                        let has = |steps: &Option<Vec<u32>>| {
                            steps.as_ref().is_some_and(|steps| steps.contains(&step))
                        };
                        let graphs =
                            self.by_graph.iter().zip(&self.graph_steps).filter(|(_, steps)| has(steps));
                        offer(name, graphs.map(|(rows, _)| rows.len()).sum());
                    }
                }
                Field::Run | Field::Origin => {
                    let newest = self.started.rows().iter().rev().take(LOOKED_AT);
                    let ids = newest.map(|row| self.ids.get(self.columns.id[*row as usize]));
                    ids.filter(|id| id.starts_with(typed)).take(most).for_each(|id| offer(id, 1));
                }
            },
            Wanted::Name(of) => {
                let found = self.values_of(*of).names().filter(|(name, _)| fits(name));
                found.for_each(|(name, column)| offer(name, column.len() as u64));
            }
            Wanted::ValueOf(of, name) => {
                for (text, count) in self.newest_values(*of, name) {
                    if fits(&text) {
                        offer(&text, count);
                    }
                }
            }
            Wanted::Key | Wanted::Status | Wanted::Quantity => {}
        }
        let rank = |offer: &Offer| (!offer.text.starts_with(typed), std::cmp::Reverse(offer.count));
        offers.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.text.cmp(&b.text)));
        offers.dedup_by(|a, b| a.text == b.text);
        offers.truncate(most);
        offers
    }

    /// Values of a parameter or an artifact in the newest runs.
    fn newest_values(&self, of: ValueOf, name: &str) -> std::collections::HashMap<String, u64> {
        let values = self.values_of(of);
        let mut counts = std::collections::HashMap::new();
        for (_, packed) in
            values.column(name).into_iter().flat_map(|column| column.iter().rev().take(LOOKED_AT))
        {
            *counts.entry(packed).or_insert(0) += 1;
        }
        let text = |packed: u64| match values.unpack(packed) {
            Scalar::Text(text) => text,
            Scalar::Flag(flag) => flag.to_string(),
            Scalar::Number(number) => number.to_string(),
        };
        counts.into_iter().map(|(packed, count)| (text(packed), count)).collect()
    }

    /// Names of flows.
    pub fn flows(&self) -> impl Iterator<Item = &str> {
        let has_runs = |code: u32| self.by_flow.get(code as usize).is_some_and(|rows| !rows.is_empty());
        self.flows.iter().filter(move |(code, _)| has_runs(*code)).map(|(_, flow)| flow)
    }

    /// The runs of an id, of any flow, newest first.
    pub fn with_id(&self, run: &str) -> Vec<RowId> {
        let mut rows: Vec<RowId> = self.flows.iter().filter_map(|(_, flow)| self.find(flow, run)).collect();
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((self.columns.started[*row as usize], *row)));
        rows
    }

    /// The newest run of a flow, of a state if one is given.
    pub fn latest(&self, flow: &str, status: Option<spinloom_flow::RunStatus>) -> Option<RowId> {
        let runs = self.by_flow.get(self.flows.find(flow)? as usize)?;
        let rows = match status {
            None => self.newest(runs, 1),
            Some(status) => self.newest(&(runs & &self.by_status[usize::from(columns::code(status))]), 1),
        };
        rows.first().copied()
    }
}
