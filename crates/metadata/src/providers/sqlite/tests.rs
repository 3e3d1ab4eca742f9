//! What can only be seen from inside: a full disk, and how statements are carried out.

use rusqlite::types::Value;
use serde_json::json;
use spinloom_diagnostics::codes;
use spinloom_flow::event::TaskRef;

use super::*;

fn provider() -> (tempfile::TempDir, SqliteProvider) {
    let dir = tempfile::tempdir().unwrap();
    let provider = SqliteProvider::open(&dir.path().join("metadata.db")).unwrap();
    (dir, provider)
}

fn new_run() -> NewRun {
    NewRun {
        flow: FlowName::new("F").unwrap(),
        id: None,
        user: "ann".to_owned(),
        tags: vec!["a".to_owned(), "b".to_owned()],
        system_tags: vec!["user:ann".to_owned()],
        origin: None,
        graph: "{}".to_owned(),
        info: serde_json::Map::new(),
        at: 1,
    }
}

fn started(n: u64) -> Change {
    let task = TaskRef { step: StepName::new("train").unwrap(), task: TaskId(n), indices: vec![n] };
    Change::TaskStarted { task, attempt: 0, pid: 1, parents: vec![TaskId(1)], at: 1 }
}

#[test]
fn a_full_disk_leaves_nothing_of_the_batch_and_is_told() {
    let (_dir, mut p) = provider();
    let run = p.create_run(&new_run()).unwrap();
    p.write(&run.flow, &run.run, &[started(0)]).unwrap();
    let pages: i64 = p.conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    p.conn.pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(())).unwrap();
    let batch: Vec<Change> = (1..5000).map(started).collect();
    let error = p.write(&run.flow, &run.run, &batch).unwrap_err();
    assert_eq!(error.code(), codes::DISK_FULL);
    assert!(error.message().contains("metadata.db") && !error.hints().is_empty(), "{error:?}");
    assert_eq!(p.tasks(&run.flow, &run.run, None, None, 0).unwrap().len(), 1);
    p.conn.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
    p.write(&run.flow, &run.run, &batch).unwrap();
    assert_eq!(p.steps(&run.flow, &run.run).unwrap()[0].tasks, 5000);
}

#[test]
fn damaged_values_are_told() {
    let (_dir, mut p) = provider();
    let run = p.create_run(&new_run()).unwrap();
    p.write(&run.flow, &run.run, &[started(1)]).unwrap();
    for damage in
        ["UPDATE tasks SET parents = '9-1'", "UPDATE tasks SET status = 'odd'", "UPDATE runs SET info = '{'"]
    {
        p.conn.execute_batch("SAVEPOINT clean").unwrap();
        p.conn.execute(damage, []).unwrap();
        let task = p.task(&run.flow, &run.run, TaskId(1)).map(drop);
        let run = p.run(&run.flow, &run.run).map(drop);
        let error = task.and(run).unwrap_err();
        assert_eq!(error.code(), codes::STORE_CORRUPT, "{damage}: {error:?}");
        p.conn.execute_batch("ROLLBACK TO clean; RELEASE clean").unwrap();
    }
}

fn plan(conn: &Connection, sql: &str, values: Vec<Value>) -> String {
    let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let rows = explain.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
    rows.map(|r| r.unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_listing_walks_an_index() {
    let (_dir, mut p) = provider();
    let run = p.create_run(&new_run()).unwrap();
    let tags = |n: usize| ["a", "b", "user:ann"][..n].iter().map(|&t| t.to_owned()).collect();
    for n in 0..=3 {
        for status in [None, Some(spinloom_flow::RunStatus::Lost)] {
            for before in [None, Some(run.run.clone())] {
                let query = RunQuery { tags: tags(n), status, before, limit: 5 };
                let (sql, values) = runs::listing(&p.conn, 1, &run.flow, &query).unwrap();
                let plan = plan(&p.conn, &sql, values);
                assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{query:?}\n{plan}");
            }
        }
    }
}

#[test]
fn tasks_are_read_along_an_index() {
    let (_dir, p) = provider();
    for filter in ["t.task > 5", "t.step = 1 AND t.task > 5", "t.task = 5"] {
        let sql = format!("{} WHERE t.run = 1 AND {filter} ORDER BY t.task LIMIT 9", read::SELECT_TASKS);
        let plan = plan(&p.conn, &sql, Vec::new());
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{filter}\n{plan}");
    }
}

#[test]
fn bars_of_a_whole_run_are_read_in_one_pass() {
    let (_dir, p) = provider();
    let whole = plan(&p.conn, &bars::select(0), vec![Value::from(1), Value::from(0)]);
    assert!(!whole.contains("SCAN") && !whole.contains("TEMP B-TREE"), "{whole}");
    let changed = plan(&p.conn, &bars::select(7), vec![Value::from(1), Value::from(7)]);
    assert!(changed.contains("tasks_by_seq") && !changed.contains("SCAN"), "{changed}");
}

#[test]
fn runs_of_an_unchanged_flow_share_its_graph() {
    let (_dir, mut p) = provider();
    for graph in ["{}", "{}", r#"{"a":1}"#] {
        let info = serde_json::Map::from_iter([("n".to_owned(), json!(1))]);
        p.create_run(&NewRun { graph: graph.to_owned(), info, ..new_run() }).unwrap();
    }
    let kept: i64 = p.conn.query_row("SELECT count(*) FROM graphs", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 2);
}

#[test]
fn the_feed_of_an_older_store_begins_with_its_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("metadata.db");
    let mut old = Connection::open(&path).unwrap();
    schema::migrate(&mut old, &schema::MIGRATIONS[..3]).unwrap();
    old.execute_batch(
        "INSERT INTO flows (id, name, created_at) VALUES (1, 'F', 1);
         INSERT INTO graphs (id, hash, body) VALUES (1, x'00', '{}');
         INSERT INTO runs (id, flow, name, number, status, user, created_at, heartbeat_at, graph, info)
         VALUES (30, 1, '2', 2, 'done', 'ann', 30, 30, 1, '{}'), (20, 1, '1', 1, 'done', 'ann', 20, 20, 1, '{}');
         INSERT INTO steps (id, run, name, created_at, tasks) VALUES (1, 30, 'train', 1, 2);
         INSERT INTO tasks (run, task, step, indices, status, attempt, created_at, parents)
         VALUES (30, 1, 1, '', 'running', 0, 1, ''), (30, 2, 1, '', 'running', 0, 1, '');",
    )
    .unwrap();
    drop(old);
    let mut p = SqliteProvider::open(&path).unwrap();
    let flow = FlowName::new("F").unwrap();
    let told = |p: &SqliteProvider, after: u64| -> Vec<(u64, String)> {
        p.changed_runs(after, 0).unwrap().iter().map(|c| (c.seq, c.run.to_string())).collect()
    };
    assert_eq!(told(&p, 0), [(1, "1".to_owned()), (2, "2".to_owned())]);
    assert_eq!(p.sequence().unwrap(), 2);
    assert_eq!(p.changed_tasks(&flow, &RunId::new("2").unwrap(), 0, 1).unwrap().len(), 2);
    p.mutate_tags(&flow, &RunId::new("1").unwrap(), &["x".to_owned()], &[]).unwrap();
    assert_eq!(told(&p, 2), [(3, "1".to_owned())]);
}

#[test]
fn the_feed_is_read_along_indexes() {
    let (_dir, p) = provider();
    let runs = format!("{} FROM runs r WHERE r.seq > 5 ORDER BY r.seq LIMIT 9", runs::select_runs_with_seq());
    let tasks =
        format!("{} WHERE t.run = 1 AND t.seq > 5 AND t.seq <= 9 ORDER BY t.seq, t.task", read::SELECT_TASKS);
    for sql in [runs, tasks] {
        let plan = plan(&p.conn, &sql, Vec::new());
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
