//! Spins that were kept beside the store.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spinloom_datastore::package::{self, Contents};
use spinloom_datastore::{AttemptId, AttemptWriter, Datastore};
use spinloom_flow::event::{Failure, LogStream, Usage};
use spinloom_flow::{RunId, RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider as _, SqliteProvider};
use spinloom_testkit::now;

use super::setup::{FLOW, run};
use super::world::{World, flow, number, of, text};

/// A run whose step `end` saved `x` and `old`, and the store of spins beside it.
struct Desk {
    world: World,
    provider: SqliteProvider,
    store: Datastore,
}

/// What a spin makes.
struct Make<'a> {
    id: &'a str,
    ok: bool,
    set: Value,
    artifacts: &'a [(&'a str, &'a [u8])],
    source: &'a str,
}

const MAKE: Make<'_> = Make { id: "1000", ok: true, set: Value::Null, artifacts: &[], source: FLOW };

impl Desk {
    fn new() -> Self {
        let mut world = World::new();
        let made = run(&mut world, FLOW, 5, json!({"script": "flow.py"}));
        world.start(&made, "start", 1, &[0]);
        world.end(&made, "start", 1, &[("x", &number(1))]);
        world.start(&made, "end", 2, &[1]);
        world.end(&made, "end", 2, &[("x", &number(1)), ("old", &number(1)), ("y", &number(1))]);
        let root = world.store.root().parent().unwrap().join(".spinloom_spin");
        let (store, provider) =
            (Datastore::open(&root).unwrap(), SqliteProvider::open(&root.join("metadata.db")).unwrap());
        Self { world, provider, store }
    }

    /// As `spinloom spin end --persist` does.
    fn keep(&mut self, make: &Make<'_>) {
        let id = RunId::new(make.id).unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("flow.py"), make.source).unwrap();
        let package = package::build(dir.path(), &Contents::default()).unwrap();
        self.store.put_package((&flow(), &id), &package).unwrap();
        let set = if make.set.is_null() { json!({}) } else { make.set.clone() };
        let spin = json!({"run": "1", "step": "end", "task": 2, "inputs": [{"step": "start", "task": 1}],
            "input_count": 1, "set": set, "module": null});
        let info = json!({"spin": spin, "script": "flow.py", "file": "/code/flow.py",
            "code_package": package.record(&Contents::default())});
        let new = NewRun {
            id: Some(id.clone()),
            origin: Some(RunId::new("1").unwrap()),
            info: info.as_object().unwrap().clone(),
            at: id.as_str().parse().unwrap(),
            ..spinloom_testkit::new_run("F")
        };
        self.provider.create_run(&new).unwrap();
        let attempt = AttemptId {
            flow: flow(),
            run: id.clone(),
            step: StepName::new("end").unwrap(),
            task: TaskId(1),
            attempt: 0,
        };
        let mut writer = AttemptWriter::new(self.store.clone(), attempt, None);
        for (name, pickle) in make.artifacts {
            writer.save(*name, "object", *pickle, &[]).unwrap();
        }
        let at = self.store.pack(&flow(), &id).unwrap().append(&writer.finish().unwrap()).unwrap();
        let mut log = self.store.log_writer(&flow(), &id, TaskId(1), 0);
        log.append(LogStream::Stdout, 7, format!("spin {id}\n").as_bytes()).unwrap();
        let failure = Failure { kind: "ValueError".into(), message: "no".into(), ..Failure::default() };
        let changes = [
            Change::TaskStarted {
                task: of("end", 1),
                attempt: 0,
                pid: 7,
                parents: vec![TaskId(0)],
                at: new.at,
            },
            Change::AttemptFinished {
                task: of("end", 1),
                attempt: 0,
                status: if make.ok { TaskStatus::Done } else { TaskStatus::Failed },
                retrying: false,
                transition: None,
                manifest: Some(at.to_string()),
                failure: (!make.ok).then_some(failure),
                usage: Usage { starting_us: 3, saving_us: 4, ..Usage::default() },
                at: new.at + 20,
            },
            Change::RunFinished {
                status: if make.ok { RunStatus::Done } else { RunStatus::Failed },
                at: new.at + 20,
            },
        ];
        self.provider.write(&flow(), &id, &changes).unwrap();
    }
}

#[test]
fn where_nothing_was_kept_there_is_nothing_and_nothing_is_made() {
    let world = World::new();
    let found = world.json("/spins");
    assert_eq!((&found["seq"], &found["total"], &found["sessions"]), (&json!(0), &json!(0), &json!([])));
    let folder = found["folder"].as_str().unwrap();
    assert!(folder.ends_with(".spinloom_spin") && !fs::exists(folder).unwrap(), "{folder}");
    assert_eq!(world.json("/spins/F/end")["spins"], json!([]));
    assert_eq!(world.get("/spins/F/end/7").status, 404);
    assert_eq!(world.get("/spins/F/end/7/log").status, 404);
}

#[test]
fn sessions_are_spins_that_follow_each_other() {
    let mut desk = Desk::new();
    desk.keep(&Make { ok: false, ..MAKE });
    desk.keep(&Make { id: "2000", ..MAKE });
    desk.keep(&Make { id: "9000000000", ..MAKE });
    let found = desk.world.json("/spins?limit=1");
    let session = &found["sessions"][0];
    assert_eq!((&found["total"], &session["latest"]), (&json!(2), &json!("9000000000")));
    let after = found["next"].as_str().unwrap();
    let page = desk.world.json(&format!("/spins?limit=1&after={after}"));
    assert_eq!(page["next"], Value::Null);
    let session = &page["sessions"][0];
    assert_eq!((&session["first"], &session["latest"]), (&json!("1000"), &json!("2000")));
    assert_eq!((&session["outcomes"], &session["failed"]), (&json!(["failed", "done"]), &json!(1)));
    assert_eq!((&session["durations_us"], &session["from"]), (&json!([20, 20]), &json!(["F/1/end/2"])),);
}

#[test]
fn the_spins_of_a_step_say_what_they_were_given_and_what_became_of_it() {
    let mut desk = Desk::new();
    desk.keep(&Make { ok: false, set: json!({"alpha": 0.5}), ..MAKE });
    let artifacts: [(&str, &[u8]); 3] = [("x", &number(1)), ("y", &number(2)), ("z", &number(3))];
    desk.keep(&Make { id: "2000", artifacts: &artifacts, ..MAKE });
    let found = desk.world.json("/spins/F/end");
    assert_eq!(found["total"], 2);
    let (latest, first) = (&found["spins"][0], &found["spins"][1]);
    assert_eq!(latest["changes"], json!({"new": 1, "changed": 1, "same": 1, "gone": 1}));
    assert_eq!((&latest["session"], &latest["origin"]), (&json!("1000"), &json!("F/1/end/2")));
    assert_eq!((&latest["starting_us"], &latest["saving_us"]), (&json!(3), &json!(4)));
    assert_eq!((&first["status"], &first["failure"]["kind"]), (&json!("failed"), &json!("ValueError")));
    assert_eq!((&first["set"], &first["inputs"]), (&json!({"alpha": 0.5}), &json!(["F/1/start/1"])));
    assert_eq!(first["changes"]["gone"], 0, "of a step that failed nobody knows what it would have made");
    let page = desk.world.json("/spins/F/end?limit=1&after=2000");
    assert_eq!((&page["spins"][0]["spin"], &page["next"]), (&json!("1000"), &Value::Null));
    assert_eq!(desk.world.json("/spins/F/start")["total"], 0);
}

#[test]
fn a_spin_is_told_against_where_it_came_from_and_against_the_one_before() {
    let mut desk = Desk::new();
    let before: [(&str, &[u8]); 2] = [("x", &number(1)), ("y", &text("two"))];
    desk.keep(&Make { artifacts: &before, source: &FLOW.replace("pass", "print()"), ..MAKE });
    let now: [(&str, &[u8]); 2] = [("x", &number(1)), ("y", &number(3))];
    desk.keep(&Make { id: "2000", artifacts: &now, source: &FLOW.replace("pass", "print(1)"), ..MAKE });
    let found = desk.world.json("/spins/F/end/2000");
    assert_eq!((&found["against"], &found["before"]), (&json!("F/1/end/2"), &json!("1000")));
    let artifacts = found["artifacts"].as_array().unwrap();
    let changes: Vec<&str> = artifacts.iter().map(|one| one["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["changed", "gone", "same"]);
    assert_eq!(artifacts[0]["now"]["preview"]["value"], 3);
    assert_eq!(
        (&artifacts[0]["was"]["preview"]["value"], &artifacts[1]["was"]["name"]),
        (&json!(1), &json!("old"))
    );
    let diff = |found: &Value| found["code"]["files"][0]["diff"].as_str().unwrap().to_owned();
    assert!(diff(&found).contains("-        pass\n+        print(1)\n"), "{found}");
    let found = desk.world.json("/spins/F/end/2000?against=1000");
    assert_eq!((&found["against"], &found["code"]["from"]), (&json!("1000"), &json!("1000")));
    assert!(diff(&found).contains("-        print()\n+        print(1)\n"), "{found}");
    assert_eq!(found["artifacts"][0]["was"]["preview"]["text"], "two");
    assert_eq!(desk.world.json("/spins/F/end/2000/log")["lines"][0]["text"], "spin 2000");
    assert_eq!(desk.world.get("/spins/F/end/2000?against=7").status, 404);
    assert_eq!(desk.world.get("/spins/F/start/2000").status, 404);
    assert_eq!(desk.world.get("/spins/F/start/2000/log").status, 404);
}

#[test]
fn a_spin_says_how_to_repeat_it_and_how_to_make_it_count() {
    let mut desk = Desk::new();
    desk.keep(&Make { set: json!({"alpha": 4, "name": "it's", "x": [1]}), ..MAKE });
    let found = desk.world.json("/spins/F/end/1000");
    let commands = found["commands"].as_array().unwrap();
    let of = |name: &str| commands.iter().find(|one| one["name"] == name).unwrap()["text"].as_str().unwrap();
    assert_eq!(
        of("spin"),
        r"spinloom spin flow.py 1/end/2 --set alpha=4 --set 'name=it'\''s' --set 'x=[1]' --persist"
    );
    assert_eq!(
        of("promote"),
        r"spinloom resume flow.py end --origin-run-id 1 --param alpha=4 --param 'name=it'\''s'"
    );
    assert!(of("python").contains("task = Task(\"F/1000/end/1\")"), "{}", of("python"));
    assert_eq!(found["left_out"], json!(["x"]));
}

#[test]
fn who_waits_hears_of_a_spin_as_soon_as_it_is_kept() {
    let mut desk = Desk::new();
    desk.keep(&MAKE);
    let seen = desk.world.json("/spins")["seq"].as_u64().unwrap();
    let at = desk.world.at;
    let asked = Instant::now();
    let waiting =
        std::thread::spawn(move || super::world::json_at(at, &format!("/spins/F/end?seen={seen}&wait=30")));
    desk.keep(&Make { id: "2000", ..MAKE });
    let found = waiting.join().unwrap();
    // It may have been told of the spin while that was under way.
    assert!(found["seq"].as_u64().unwrap() > seen && found["total"] == 2, "{found}");
    assert!(asked.elapsed() < Duration::from_secs(30), "nobody waits to the end");
    let found = desk.world.json(&format!("/spins?seen={}&wait=0.01", desk.world.json("/spins")["seq"]));
    assert_eq!(found["sessions"][0]["spins"], 2);
}

#[test]
fn a_spin_whose_process_died_is_lost() {
    let mut desk = Desk::new();
    let info = json!({"spin": {"run": "1", "step": "end", "task": 2}});
    let new = NewRun {
        id: Some(RunId::new("3000").unwrap()),
        info: info.as_object().unwrap().clone(),
        at: now(),
        ..spinloom_testkit::new_run("F")
    };
    desk.provider.create_run(&new).unwrap();
    let found = desk.world.json("/spins/F/end");
    assert_eq!((&found["spins"][0]["status"], &found["spins"][0]["changes"]), (&json!("lost"), &Value::Null));
    assert_eq!(desk.world.json("/spins/F/end/3000")["artifacts"], Value::Null);
}

#[test]
fn the_folder_may_be_removed_and_made_again() {
    let mut desk = Desk::new();
    desk.keep(&MAKE);
    assert_eq!(desk.world.json("/spins")["total"], 1);
    fs::remove_dir_all(desk.store.root()).unwrap();
    assert_eq!(desk.world.json("/spins")["total"], 0);
    let root = desk.store.root().to_owned();
    desk.store = Datastore::open(&root).unwrap();
    desk.provider = SqliteProvider::open(&root.join("metadata.db")).unwrap();
    desk.keep(&Make { id: "4000", ..MAKE });
    assert_eq!(desk.world.json("/spins")["sessions"][0]["latest"], "4000");
}
