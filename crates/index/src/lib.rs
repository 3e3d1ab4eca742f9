//! "I have a million runs, which of them …?" All runs of a store in memory, in columns, asked in milliseconds.
//!
//! Main type: [`Index`]. It is fed from the change feed ([`Index::update`]), and a clock ([`Index::advance`], as runs get lost without a word).
//! Pure: no files, no clock of its own. Names are kept once and numbered; who has a name is a bitmap; what is sorted often is kept
//! sorted. What a query means is in `spinloom-query`; that this index answers the same as asking each run is tested.

mod arena;
mod columns;
mod count;
mod dense;
mod facts;
mod offer;
mod order;
mod page;
mod row;
mod select;
mod sparse;
mod update;
mod values;

use std::collections::{BTreeSet, HashMap};

use hashbrown::HashTable;
use roaring::RoaringBitmap;
use spinloom_query::ValueOf;

use self::arena::{Arena, Names};
use self::columns::Columns;
use self::order::{Key, Order};
use self::values::{Most, Values};

pub use count::{Bucket, Facets, GroupBy, Named};
pub use facts::RowFacts;
pub use offer::Offer;
pub use page::{Cursor, Page, Sort, SortKey};
pub use row::Row;
pub use select::Selection;

/// Which run, inside of one index.
pub type RowId = u32;

/// What is kept of artifacts: 36 MB of values.
const MOST_ARTIFACTS: Most = Most { values: 3_000_000, names: 10_000, texts: 200_000 };

/// All runs of a store.
pub struct Index {
    columns: Columns,
    flows: Names,
    /// Ids of runs, also those of origins.
    ids: Names,
    users: Names,
    tags: Names,
    steps: Names,
    /// Sets of tags: a tag's number twice, plus one if it is the system's.
    tag_sets: Arena<u32>,
    /// How many runs have a set.
    set_runs: Vec<u32>,
    /// Rows by flow and id.
    rows: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
    alive: RoaringBitmap,
    free: Vec<u32>,
    by_flow: Vec<RoaringBitmap>,
    by_user: Vec<RoaringBitmap>,
    by_tag: Vec<RoaringBitmap>,
    by_status: [RoaringBitmap; 5],
    /// What a run resumes; most resume nothing.
    origins: HashMap<u32, u32>,
    /// Graphs of the store by their numbers there.
    graphs: HashMap<u64, u32>,
    by_graph: Vec<RoaringBitmap>,
    graph_steps: Vec<Option<Vec<u32>>>,
    parameters: Values,
    /// Scalars that runs ended with.
    artifacts: Values,
    started: Order,
    finished: Order,
    duration: Order,
    /// Running rows by the last sign of life of their drivers.
    beats: BTreeSet<(i64, u32)>,
    /// Rows that were found lost and not asked for yet.
    lost: Vec<RowId>,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// Without runs.
    pub fn new() -> Self {
        Self {
            columns: Columns::default(),
            flows: Names::default(),
            ids: Names::default(),
            users: Names::default(),
            tags: Names::default(),
            steps: Names::default(),
            tag_sets: Arena::default(),
            set_runs: Vec::new(),
            rows: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            alive: RoaringBitmap::new(),
            free: Vec::new(),
            by_flow: Vec::new(),
            by_user: Vec::new(),
            by_tag: Vec::new(),
            by_status: Default::default(),
            origins: HashMap::new(),
            graphs: HashMap::new(),
            by_graph: Vec::new(),
            graph_steps: Vec::new(),
            parameters: Values::new(Most::NO_BOUNDS),
            artifacts: Values::new(MOST_ARTIFACTS),
            started: Order::new(Key::Started),
            finished: Order::new(Key::Finished),
            duration: Order::new(Key::Duration),
            beats: BTreeSet::new(),
            lost: Vec::new(),
        }
    }

    /// How many runs there are.
    pub fn len(&self) -> u64 {
        self.alive.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.alive.is_empty()
    }

    fn values_of(&self, of: ValueOf) -> &Values {
        match of {
            ValueOf::Parameter => &self.parameters,
            ValueOf::Artifact => &self.artifacts,
        }
    }

    fn order(&self, key: Key) -> &Order {
        match key {
            Key::Started => &self.started,
            Key::Finished => &self.finished,
            Key::Duration => &self.duration,
        }
    }
}
