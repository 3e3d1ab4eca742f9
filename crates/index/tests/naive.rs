//! The index answers as if each run was looked at.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use spinloom_flow::{FlowName, RunId, RunStatus};
use spinloom_index::{Bucket, GroupBy, Index, Named, Sort, SortKey};
use spinloom_metadata::{RunChange, RunFate, RunRecord, SCALARS, is_lost};
use spinloom_query::{Clock, Facts, Field, Filter, Query, Scalar, ValueOf};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
/// 2026-01-01T12:00:00Z
const NOON: i64 = 1_767_268_800 * SECOND;
const STEPS: [&[&str]; 2] = [&["start", "end"], &["start", "train", "end"]];

/// A run, looked at by itself.
struct Known {
    record: RunRecord,
    steps: &'static [&'static str],
    status: RunStatus,
}

impl Known {
    fn new(record: &RunRecord, graph: u64, now: i64) -> Self {
        let mut status = record.status;
        if matches!(status, RunStatus::Running | RunStatus::Lost) && record.finished_at.is_none() {
            status = if is_lost(record.heartbeat_at, now) { RunStatus::Lost } else { RunStatus::Running };
        }
        Self { record: record.clone(), steps: STEPS[graph as usize], status }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.record.flow, self.record.run)
    }

    fn tagged(&self, prefix: &str) -> Vec<String> {
        let tags = self.record.system_tags.iter().filter_map(|tag| tag.strip_prefix(prefix));
        tags.map(str::to_owned).collect()
    }
}

impl Facts for Known {
    fn flow(&self) -> &str {
        self.record.flow.as_str()
    }
    fn run(&self) -> &str {
        self.record.run.as_str()
    }
    fn user(&self) -> &str {
        &self.record.user
    }
    fn tags(&self) -> impl Iterator<Item = &str> {
        self.record.tags.iter().chain(&self.record.system_tags).map(String::as_str)
    }
    fn status(&self) -> RunStatus {
        self.status
    }
    fn origin(&self) -> Option<&str> {
        self.record.origin.as_ref().map(RunId::as_str)
    }
    fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().copied()
    }
    fn started_at(&self) -> i64 {
        self.record.created_at
    }
    fn finished_at(&self) -> Option<i64> {
        self.record.finished_at
    }
    fn heartbeat_at(&self) -> i64 {
        self.record.heartbeat_at
    }
    fn value(&self, of: ValueOf, name: &str) -> Option<Scalar> {
        let key = if of == ValueOf::Parameter { "parameters" } else { SCALARS };
        Scalar::of(self.record.info.get(key)?.get(name)?)
    }
}

fn pick<T: Clone + std::fmt::Debug + 'static>(from: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(from.to_vec())
}

fn values() -> impl Strategy<Value = Map<String, Value>> {
    let value = pick(&[
        json!(0.1),
        json!(-2),
        json!(0.01),
        json!("adam"),
        json!("sgd"),
        json!(true),
        json!([1]),
        json!(0),
    ]);
    prop::collection::btree_map(pick(&["lr", "kind"]), value, 0..3)
        .prop_map(|values| values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A change; its number is given later.
fn change() -> impl Strategy<Value = RunChange> {
    let who =
        (pick(&["F", "Train", "Trainer"]), pick(&["1", "2", "10", "12", "aB-7"]), pick(&["ann", "bob"]));
    let tags = prop::collection::btree_set(pick(&["prod", "test", "x y", "p*"]), 0..3);
    let system = prop::collection::btree_set(
        pick(&["project:fraud", "project:spam", "project_branch:prod", "project_branch:test.x"]),
        0..3,
    );
    let status =
        pick(&[RunStatus::Running, RunStatus::Lost, RunStatus::Done, RunStatus::Failed, RunStatus::Stopped]);
    let times = (0..48i64, 0..3i64, 0..100i64, any::<bool>());
    let more = (prop::option::of(pick(&["1", "2"])), (values(), values()), 0..2u64, 0..10);
    (who, tags, system, status, times, more).prop_map(|(who, tags, system, status, times, more)| {
        let ((flow, run, user), (start, length, silent, ends)) = (who, times);
        let (origin, (parameters, scalars), graph, deleted) = more;
        let (flow, run) = (FlowName::new(flow).unwrap(), RunId::new(run).unwrap());
        let created_at = NOON - start * HOUR;
        let open = matches!(status, RunStatus::Running | RunStatus::Lost);
        let mut system_tags: Vec<String> = system.into_iter().map(str::to_owned).collect();
        system_tags.push(format!("user:{user}"));
        let record = RunRecord {
            flow: flow.clone(),
            run: run.clone(),
            status,
            user: user.to_owned(),
            tags: tags.into_iter().map(str::to_owned).collect(),
            system_tags,
            origin: origin.map(|id| RunId::new(id).unwrap()),
            created_at,
            finished_at: (!open && ends).then_some(created_at + length * HOUR),
            heartbeat_at: if open { NOON - silent * SECOND } else { created_at + length * HOUR },
            info: Map::from_iter([
                ("parameters".to_owned(), Value::Object(parameters)),
                (SCALARS.to_owned(), Value::Object(scalars)),
            ]),
        };
        let what = if deleted == 0 { RunFate::Deleted } else { RunFate::Changed(Box::new(record)) };
        RunChange { seq: 0, flow, run, graph, what }
    })
}

fn query() -> impl Strategy<Value = Query> {
    let term = pick(&[
        "tag:prod",
        "tag:p*",
        "tag:\"p*\"",
        "tag:\"x y\"|test",
        "user:ann",
        "user:*",
        "flow:Train*",
        "flow:F",
        "run:1*",
        "run:12|aB-7",
        "project:fraud",
        "project:*",
        "branch:p*",
        "origin:1",
        "step:train",
        "step:t*",
        "status:running",
        "status:lost|failed",
        "status:done",
        "dur>1h",
        "dur<=2h",
        "dur>=90s",
        "started>2026-01-01",
        "started:2025-12-31",
        "started<-6h",
        "finished>2025-12-31T20:00",
        "finished<2026-01-01",
        "param.lr<0.1",
        "param.lr>=-2",
        "param.kind:adam",
        "param.lr:0.1|true",
        "param.kind:*",
        "artifact.lr<=0.01",
        "artifact.kind:adam|true",
        "1",
        "ab",
        "TRAIN",
        "nn",
        "\"x y\"",
        "fraud|bob",
    ]);
    let term = (term, any::<bool>()).prop_map(|(term, negated)| {
        let mut terms = term.parse::<Query>().unwrap().terms;
        terms[0].negated = negated;
        terms.remove(0)
    });
    prop::collection::vec(term, 0..4).prop_map(|terms| Query { terms })
}

fn clock(now: i64) -> Clock {
    Clock { now, zone: TimeZone::fixed(Offset::constant(2)) }
}

fn sorts() -> Vec<Sort> {
    let keys = [
        SortKey::Started,
        SortKey::Finished,
        SortKey::Duration,
        SortKey::Flow,
        SortKey::User,
        SortKey::Status,
        SortKey::Value(ValueOf::Parameter, "lr".to_owned()),
        SortKey::Value(ValueOf::Parameter, "kind".to_owned()),
        SortKey::Value(ValueOf::Artifact, "kind".to_owned()),
    ];
    keys.into_iter()
        .flat_map(|key| [false, true].map(|descending| Sort { key: key.clone(), descending }))
        .collect()
}

/// By the key alone; runs without one come last.
fn compare(a: &Known, b: &Known, sort: &Sort, now: i64) -> Ordering {
    fn last<T>(a: Option<T>, b: Option<T>, both: impl Fn(T, T) -> Ordering, descending: bool) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if descending => both(b, a),
            (Some(a), Some(b)) => both(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
    let order = |status: RunStatus| status as u8;
    let descending = sort.descending;
    match &sort.key {
        SortKey::Started => last(Some(a.started_at()), Some(b.started_at()), |a, b| a.cmp(&b), descending),
        SortKey::Finished => last(a.finished_at(), b.finished_at(), |a, b| a.cmp(&b), descending),
        SortKey::Duration => last(Some(a.duration(now)), Some(b.duration(now)), |a, b| a.cmp(&b), descending),
        SortKey::Flow => last(Some(a.flow()), Some(b.flow()), |a, b| a.cmp(b), descending),
        SortKey::User => last(Some(a.user()), Some(b.user()), |a, b| a.cmp(b), descending),
        SortKey::Status => last(Some(order(a.status)), Some(order(b.status)), |a, b| a.cmp(&b), descending),
        SortKey::Value(of, name) => last(a.value(*of, name), b.value(*of, name), by_value, descending),
    }
}

fn by_value(a: Scalar, b: Scalar) -> Ordering {
    let kind = |value: &Scalar| match value {
        Scalar::Number(_) => 0,
        Scalar::Flag(_) => 1,
        Scalar::Text(_) => 2,
    };
    match (&a, &b) {
        (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b).unwrap(),
        (Scalar::Flag(a), Scalar::Flag(b)) => a.cmp(b),
        (Scalar::Text(a), Scalar::Text(b)) => a.cmp(b),
        _ => kind(&a).cmp(&kind(&b)),
    }
}

type Store = BTreeMap<(String, String), (RunRecord, u64)>;

fn apply(store: &mut Store, changes: &[RunChange]) {
    for change in changes {
        let key = (change.flow.to_string(), change.run.to_string());
        match &change.what {
            RunFate::Deleted => store.remove(&key),
            RunFate::Changed(record) => store.insert(key, ((**record).clone(), change.graph)),
        };
    }
}

/// What never changes of a run, by its names and when it was made.
type Fixed = BTreeMap<(String, String, i64), (RunRecord, u64)>;

/// What was said of a run when it was made is said of it later.
fn consistent(fixed: &mut Fixed, changes: &mut [RunChange]) {
    for change in changes {
        if let RunFate::Changed(record) = &mut change.what {
            let key = (change.flow.to_string(), change.run.to_string(), record.created_at);
            let (first, graph) = fixed.entry(key).or_insert_with(|| ((**record).clone(), change.graph));
            record.origin.clone_from(&first.origin);
            record.info.clone_from(&first.info);
            change.graph = *graph;
        }
    }
}

/// The runs of all pages, each page asked for by itself.
fn paged(index: &Index, query: &Query, sort: &Sort, limit: usize, now: i64) -> Vec<u32> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let selection = index.select(query, &clock(now));
        let page = index.page(&selection, sort, after.as_ref(), limit);
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

fn check(index: &Index, known: &[Known], query: &Query, now: i64) {
    let wanted: Vec<&Known> = known.iter().filter(|run| query.matches(*run, &clock(now))).collect();
    let selection = index.select(query, &clock(now));
    assert_eq!(selection.total(), wanted.len() as u64, "{query}");
    let by_name: BTreeMap<String, &Known> = known.iter().map(|run| (run.name(), run)).collect();
    for sort in sorts() {
        let rows = paged(index, query, &sort, 3, now);
        let name = |row: &u32| {
            let row = index.row(*row, now).unwrap();
            format!("{}/{}", row.flow, row.run)
        };
        let names: Vec<String> = rows.iter().map(name).collect();
        let set: BTreeSet<String> = names.iter().cloned().collect();
        assert_eq!(set, wanted.iter().map(|run| run.name()).collect(), "{query} {sort:?}");
        assert_eq!(names.len(), set.len(), "{query} {sort:?}: each once");
        for pair in names.windows(2) {
            let order = compare(by_name[&pair[0]], by_name[&pair[1]], &sort, now);
            assert_ne!(order, Ordering::Greater, "{query} {sort:?}: {pair:?}");
        }
    }
    check_facets(index, known, query, now);
    check_groups(index, &wanted, query, now);
}

fn check_facets(index: &Index, known: &[Known], query: &Query, now: i64) {
    let facets = index.facets(&index.select(query, &clock(now)), 100);
    let counted = |but: fn(&Filter) -> bool, values: &dyn Fn(&Known) -> Vec<String>| {
        let terms = query.terms.iter().filter(|term| !but(&term.filter)).cloned().collect();
        let query = Query { terms };
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for run in known.iter().filter(|run| query.matches(*run, &clock(now))) {
            values(run).into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
        }
        counts
    };
    let told = |facet: &[Named]| {
        facet.iter().map(|named| (named.name.clone(), named.count)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(
        told(&facets.status),
        counted(|f| matches!(f, Filter::Status(_)), &|run| vec![run.status.to_string()]),
        "{query}"
    );
    let flow = |f: &Filter| matches!(f, Filter::Field { field: Field::Flow, .. });
    assert_eq!(told(&facets.flow), counted(flow, &|run| vec![run.flow().to_owned()]), "{query}");
    let user = |f: &Filter| matches!(f, Filter::Field { field: Field::User, .. });
    assert_eq!(told(&facets.user), counted(user, &|run| vec![run.record.user.clone()]), "{query}");
    assert_eq!(told(&facets.tag), counted(|_| false, &|run| run.record.tags.clone()), "{query}");
    let project = |f: &Filter| matches!(f, Filter::Field { field: Field::Project, .. });
    assert_eq!(told(&facets.project), counted(project, &|run| run.tagged("project:")), "{query}");
    let branch = |f: &Filter| matches!(f, Filter::Field { field: Field::Branch, .. });
    assert_eq!(told(&facets.branch), counted(branch, &|run| run.tagged("project_branch:")), "{query}");
}

fn check_groups(index: &Index, wanted: &[&Known], query: &Query, now: i64) {
    let values = |run: &Known, by: GroupBy| match by {
        GroupBy::Flow => vec![run.flow().to_owned()],
        GroupBy::User => vec![run.record.user.clone()],
        GroupBy::Tag => run.record.tags.clone(),
        GroupBy::Status => vec![run.status.to_string()],
        GroupBy::Project => run.tagged("project:"),
        GroupBy::Branch => run.tagged("project_branch:"),
        GroupBy::Day => {
            let at = jiff::Timestamp::from_microsecond(run.started_at()).unwrap();
            vec![at.to_zoned(clock(now).zone).date().to_string()]
        }
    };
    let all = [
        GroupBy::Flow,
        GroupBy::User,
        GroupBy::Tag,
        GroupBy::Status,
        GroupBy::Project,
        GroupBy::Branch,
        GroupBy::Day,
    ];
    for by in all {
        let mut expected: BTreeMap<String, (u64, [u64; 5], Vec<i64>)> = BTreeMap::new();
        for run in wanted {
            for value in values(run, by) {
                let group = expected.entry(value).or_default();
                group.0 += 1;
                group.1[run.status as usize] += 1;
                group.2.push(run.started_at());
            }
        }
        let selection = index.select(query, &clock(now));
        let (first, total) = index.groups(&selection, by, (None, 2), 2, &clock(now));
        assert_eq!(total, expected.len(), "{query} {by:?}");
        let after = first.last().map(|group| group.name.clone());
        let mut groups: Vec<Bucket> = first;
        if let Some(after) = after {
            groups.extend(index.groups(&selection, by, (Some(&after), 100), 2, &clock(now)).0);
        }
        assert_eq!(groups.len(), expected.len(), "{query} {by:?}");
        for group in groups {
            let (count, by_status, mut started) = expected.remove(&group.name).unwrap();
            assert_eq!((group.count, group.by_status), (count, by_status), "{query} {by:?} {}", group.name);
            started.sort_by_key(|at| std::cmp::Reverse(*at));
            started.truncate(2);
            let newest = group.newest.iter().map(|row| index.row(*row, now).unwrap().started_at);
            assert_eq!(newest.collect::<Vec<_>>(), started, "{query} {by:?} {}", group.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn it_answers_as_if_each_run_was_looked_at(
        batches in prop::collection::vec((prop::collection::vec(change(), 0..25), 0..200i64), 1..5),
        queries in prop::collection::vec(query(), 1..6),
    ) {
        let (mut index, mut store, mut now, mut fixed) = (Index::new(), Store::new(), NOON, Fixed::new());
        for (mut changes, seconds) in batches {
            consistent(&mut fixed, &mut changes);
            apply(&mut store, &changes);
            index.update(&changes, now);
            for (graph, ..) in index.unknown_graphs() {
                index.learn_graph(graph, STEPS[graph as usize].iter().copied());
            }
            now += seconds * SECOND;
            index.advance(now);
            let known: Vec<Known> = store.values().map(|(record, graph)| Known::new(record, *graph, now)).collect();
            prop_assert_eq!(index.len(), known.len() as u64);
            for query in queries.iter().chain([&Query::default()]) {
                check(&index, &known, query, now);
            }
            let lost = index.take_lost();
            let all_lost = lost.iter().all(|(flow, run)| {
                known.iter().filter(|known| (known.flow(), known.run()) == (flow.as_str(), run.as_str())).all(|known| known.status == RunStatus::Lost)
            });
        prop_assert!(all_lost);
            for run in &known {
                let facts = index.facts(index.find(run.flow(), run.run()).unwrap()).unwrap();
                for query in &queries {
                    prop_assert_eq!(query.matches(&facts, &clock(now)), query.matches(run, &clock(now)), "{}", query);
                }
                let row = index.row(index.find(run.flow(), run.run()).unwrap(), now).unwrap();
                prop_assert_eq!((row.user, row.status, row.finished_at), (run.user(), run.status, run.finished_at()));
                prop_assert_eq!(row.tags, run.record.tags.iter().map(String::as_str).collect::<Vec<_>>());
                prop_assert_eq!(row.origin, run.origin());
                prop_assert_eq!(row.duration, run.duration(now));
            }
        }
    }
}
