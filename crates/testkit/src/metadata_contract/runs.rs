//! Runs: made, numbered, listed, lost.

use serde_json::{Map, Value, json};
use spinloom_diagnostics::codes;
use spinloom_flow::{FlowName, RunStatus, TaskId};
use spinloom_metadata::{Change, HEARTBEAT_CUTOFF_SECONDS, NewRun, Provider, RunQuery, RunRecord};

use super::{code, id, new_run, now, text};

const SECOND: i64 = 1_000_000;

pub(super) fn an_empty_provider_knows_nothing(p: &mut dyn Provider) {
    let (flow, run) = (FlowName::new("F").unwrap(), id("1"));
    assert_eq!(p.flows().unwrap(), []);
    assert_eq!(p.runs(&flow, &RunQuery::default()).unwrap(), []);
    for known_flow in [false, true] {
        if known_flow {
            p.create_run(&NewRun { id: Some(id("other")), ..new_run("F") }).unwrap();
        }
        assert_eq!(p.run(&flow, &run).unwrap(), None);
        assert_eq!(p.graph(&flow, &run).unwrap(), None);
        assert_eq!(p.steps(&flow, &run).unwrap(), []);
        assert_eq!(p.tasks(&flow, &run, None, None, 0).unwrap(), []);
        assert_eq!(p.task(&flow, &run, TaskId(1)).unwrap(), None);
        assert_eq!(p.attempts(&flow, &run, TaskId(1)).unwrap(), []);
        assert_eq!(code(p.write(&flow, &run, &[Change::Heartbeat { at: now() }])), codes::NOT_FOUND.id());
        assert_eq!(code(p.mutate_tags(&flow, &run, &text(&["a"]), &[])), codes::NOT_FOUND.id());
    }
    let query = RunQuery { before: Some(run), ..RunQuery::default() };
    assert_eq!(code(p.runs(&flow, &query)), codes::NOT_FOUND.id());
}

pub(super) fn runs_are_numbered_within_their_flow(p: &mut dyn Provider) {
    for expected in ["1", "2", "3"] {
        assert_eq!(p.create_run(&new_run("F")).unwrap().run.as_str(), expected);
    }
    assert_eq!(p.create_run(&new_run("G")).unwrap().run.as_str(), "1");
    for (chosen, next) in [("10", "11"), ("4", "12"), ("x-99", "13"), ("0020", "14")] {
        p.create_run(&NewRun { id: Some(id(chosen)), ..new_run("F") }).unwrap();
        assert_eq!(p.create_run(&new_run("F")).unwrap().run.as_str(), next, "after `{chosen}`");
    }
    // A number too large to count on from is only a name.
    p.create_run(&NewRun { id: Some(id("99999999999999999999")), ..new_run("F") }).unwrap();
    assert_eq!(p.create_run(&new_run("F")).unwrap().run.as_str(), "15");
    let flows: Vec<String> = p.flows().unwrap().into_iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(flows, ["G", "F"]);
}

pub(super) fn a_chosen_id_is_taken_once(p: &mut dyn Provider) {
    p.create_run(&new_run("F")).unwrap();
    for chosen in ["1", "mine"] {
        let new = NewRun { id: Some(id(chosen)), ..new_run("F") };
        if chosen == "mine" {
            p.create_run(&new).unwrap();
        }
        assert_eq!(code(p.create_run(&new)), codes::CANNOT_RESUME.id());
        p.create_run(&NewRun { flow: FlowName::new("G").unwrap(), ..new }).unwrap();
    }
    assert_eq!(p.runs(&FlowName::new("F").unwrap(), &RunQuery::default()).unwrap().len(), 2);
}

pub(super) fn a_run_reads_as_it_was_made(p: &mut dyn Provider) {
    let mut info = Map::new();
    info.insert("zeta".to_owned(), json!({"nested": [1, "é\u{0}\n"]}));
    info.insert("alpha".to_owned(), Value::Null);
    let new = NewRun {
        id: Some(id("mine")),
        tags: text(&["b", "a", "a", "user:ann"]),
        system_tags: text(&["user:ann", "runtime:dev"]),
        origin: Some(id("7")),
        graph: r#"{"name":"F","doc":"ü"}"#.to_owned(),
        info: info.clone(),
        ..new_run("F")
    };
    let made = p.create_run(&new).unwrap();
    assert_eq!(p.run(&new.flow, &made.run).unwrap().as_ref(), Some(&made));
    assert_eq!(p.runs(&new.flow, &RunQuery::default()).unwrap().first(), Some(&made));
    let expected = RunRecord {
        flow: new.flow.clone(),
        run: id("mine"),
        status: RunStatus::Running,
        user: "ann".to_owned(),
        tags: text(&["a", "b"]),
        system_tags: text(&["runtime:dev", "user:ann"]),
        origin: Some(id("7")),
        created_at: new.at,
        finished_at: None,
        heartbeat_at: new.at,
        info,
    };
    assert_eq!(made, expected);
    assert_eq!(made.info.keys().collect::<Vec<_>>(), ["zeta", "alpha"], "info keeps its order");
    assert_eq!(p.graph(&new.flow, &made.run).unwrap().unwrap(), new.graph);

    let end = new.at + SECOND;
    p.write(&new.flow, &made.run, &[Change::RunFinished { status: RunStatus::Stopped, at: end }]).unwrap();
    let ended = p.run(&new.flow, &made.run).unwrap().unwrap();
    assert_eq!((ended.status, ended.finished_at, ended.heartbeat_at), (RunStatus::Stopped, Some(end), end));
    assert_eq!(p.flows().unwrap(), [(new.flow, new.at)]);
}

pub(super) fn a_silent_driver_is_lost(p: &mut dyn Provider) {
    let long_ago = now() - (HEARTBEAT_CUTOFF_SECONDS + 5) * SECOND;
    let run = p.create_run(&NewRun { at: long_ago, ..new_run("F") }).unwrap();
    let status = |p: &dyn Provider| p.run(&run.flow, &run.run).unwrap().unwrap().status;
    assert_eq!(run.status, RunStatus::Lost);
    p.write(&run.flow, &run.run, &[Change::Heartbeat { at: now() }]).unwrap();
    assert_eq!(status(p), RunStatus::Running);
    p.write(&run.flow, &run.run, &[Change::Heartbeat { at: long_ago }]).unwrap();
    assert_eq!(status(p), RunStatus::Running, "a late word does not undo a newer one");
    let old_end = NewRun { at: long_ago, ..new_run("F") };
    let ended = p.create_run(&old_end).unwrap();
    p.write(&ended.flow, &ended.run, &[Change::RunFinished { status: RunStatus::Done, at: long_ago }])
        .unwrap();
    assert_eq!(
        p.run(&ended.flow, &ended.run).unwrap().unwrap().status,
        RunStatus::Done,
        "only runs that run get lost"
    );
}

pub(super) fn runs_are_listed_newest_first_in_pages(p: &mut dyn Provider) {
    for chosen in [None, Some("b"), None, Some("a"), Some("0")] {
        p.create_run(&NewRun { id: chosen.map(id), ..new_run("F") }).unwrap();
        p.create_run(&new_run("Other")).unwrap();
    }
    let flow = FlowName::new("F").unwrap();
    let all = p.runs(&flow, &RunQuery::default()).unwrap();
    assert_eq!(names(&all), ["0", "a", "2", "b", "1"]);
    let mut paged = Vec::new();
    let mut query = RunQuery { limit: 2, ..RunQuery::default() };
    loop {
        let page = p.runs(&flow, &query).unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        query.before = Some(last.run.clone());
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

pub(super) fn runs_are_found_by_tag_and_status(p: &mut dyn Provider) {
    let long_ago = now() - 2 * HEARTBEAT_CUTOFF_SECONDS * SECOND;
    let make = |p: &mut dyn Provider, tags: &[&str], user: &str, at: i64| {
        let system_tags = vec![format!("user:{user}")];
        p.create_run(&NewRun { tags: text(tags), system_tags, at, ..new_run("F") }).unwrap().run
    };
    make(p, &["x"], "ann", now());
    make(p, &["x", "y"], "bob", now());
    make(p, &["y"], "ann", long_ago);
    let done = make(p, &["x", "y"], "ann", now());
    let flow = FlowName::new("F").unwrap();
    p.write(&flow, &done, &[Change::RunFinished { status: RunStatus::Done, at: now() }]).unwrap();
    let find = |tags: &[&str], status: Option<RunStatus>, limit: usize| {
        let found = p.runs(&flow, &RunQuery { tags: text(tags), status, before: None, limit }).unwrap();
        names(&found).join(" ")
    };
    assert_eq!(find(&["x"], None, 0), "4 2 1");
    assert_eq!(find(&["x", "y"], None, 0), "4 2");
    assert_eq!(find(&["user:ann", "x", "x"], None, 0), "4 1");
    assert_eq!(find(&["user:ann"], None, 2), "4 1");
    assert_eq!(find(&["none"], None, 0), "");
    assert_eq!(find(&["x", "none"], None, 0), "");
    assert_eq!(find(&[], Some(RunStatus::Running), 0), "2 1");
    assert_eq!(find(&[], Some(RunStatus::Lost), 0), "3");
    assert_eq!(find(&["user:ann"], Some(RunStatus::Done), 0), "4");
    assert_eq!(find(&["y"], Some(RunStatus::Failed), 0), "");
    let older = RunQuery { tags: text(&["x", "user:ann"]), before: Some(done), ..RunQuery::default() };
    assert_eq!(names(&p.runs(&flow, &older).unwrap()), ["1"]);
}

pub(super) fn info_is_set_key_by_key(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let set = |key: &str, value: Value| Change::Info { key: key.to_owned(), value };
    p.write(
        &run.flow,
        &run.run,
        &[set("b", json!([1])), set("a \"quoted\".key", json!("x")), set("b", json!(2))],
    )
    .unwrap();
    let info = p.run(&run.flow, &run.run).unwrap().unwrap().info;
    assert_eq!(Value::Object(info), json!({"b": 2, "a \"quoted\".key": "x"}));
}

fn names(runs: &[RunRecord]) -> Vec<&str> {
    runs.iter().map(|r| r.run.as_str()).collect()
}
