//! PostgreSQL keeps the contract of all providers, and what only a database that is elsewhere can get wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use spinloom_diagnostics::codes;
use spinloom_flow::{FlowName, TaskId, TaskStatus};
use spinloom_metadata::{Change, Location, NewRun, Provider, RunQuery};
use spinloom_settings::MetadataSettings;
use spinloom_testkit::{
    Postgres, finished, metadata_contract, new_run, now, readers_beside_a_writer, started, task,
};

fn settings() -> MetadataSettings {
    let (retry_time, timeout) = (Duration::from_secs(60), Duration::from_secs(30));
    MetadataSettings { retry_time, timeout, ..MetadataSettings::default() }
}

fn location(url: &str) -> Location {
    Location::named(url, Path::new("/nowhere"), &settings()).unwrap()
}

fn open(url: &str) -> Box<dyn Provider> {
    location(url).open().unwrap()
}

#[test]
fn postgres_keeps_the_contract() {
    metadata_contract(|| open(&Postgres::shared().database()));
}

#[test]
fn what_postgres_reads_beside_a_writer_is_whole() {
    let url = Postgres::shared().database();
    let writer = open(&url);
    readers_beside_a_writer(writer, open(&url).as_ref());
}

/// Everything that is recorded of a run, as text.
fn recorded(p: &dyn Provider, run: &spinloom_metadata::RunRecord) -> Vec<String> {
    let (flow, run) = (&run.flow, &run.run);
    let tasks = p.tasks(flow, run, None, None, 0).unwrap();
    let mut lines: Vec<String> = tasks.iter().map(|task| format!("{task:?}")).collect();
    lines.extend(
        tasks.iter().flat_map(|task| p.attempts(flow, run, task.task).unwrap()).map(|a| format!("{a:?}")),
    );
    lines.extend(p.steps(flow, run).unwrap().iter().map(|step| format!("{step:?}")));
    lines.extend(
        p.changed_tasks(flow, run, 0, 0).unwrap().iter().map(|(seq, task)| format!("{seq} {}", task.task)),
    );
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn batches_come_out_as_in_sqlite(
        batches in prop::collection::vec(prop::collection::vec(support::change(), 1..12), 1..10)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut here = Location::Local(folder.path().to_owned()).open().unwrap();
        let mut there = open(&Postgres::shared().database());
        let new = new_run("F");
        let (run, other) = (here.create_run(&new).unwrap(), there.create_run(&new).unwrap());
        for batch in &batches {
            let answers = [&mut here, &mut there].map(|p| p.write(&run.flow, &run.run, batch).map_err(|e| e.to_string()));
            prop_assert_eq!(&answers[0], &answers[1]);
            if answers[0].is_err() {
                for change in batch.iter().map(std::slice::from_ref) {
                    let _ = [&mut here, &mut there].map(|p| p.write(&run.flow, &run.run, change));
                }
            }
            prop_assert_eq!(recorded(here.as_ref(), &run), recorded(there.as_ref(), &other));
        }
    }
}

#[test]
fn many_processes_may_make_the_tables_at_once() {
    let url = Postgres::shared().database();
    let names: Vec<_> = thread::scope(|scope| {
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&url).store_name().unwrap())).collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect()
    });
    assert!(names[0].is_some() && names.iter().all(|name| *name == names[0]), "{names:?}");
}

#[test]
fn a_reader_finds_nothing_before_and_cannot_write_after() {
    let url = Postgres::shared().database();
    assert!(location(&url).open_read().unwrap().is_none());
    open(&url);
    let mut reader = location(&url).open_read().unwrap().unwrap();
    assert_eq!(reader.create_run(&new_run("F")).unwrap_err().code(), codes::METADATA_IO);
}

#[test]
fn tables_of_a_newer_spinloom_are_left_alone() {
    let url = Postgres::shared().database();
    open(&url);
    let database = url.rsplit('/').next().unwrap();
    Postgres::shared().sql("UPDATE spinloom.store SET minor = minor + 1", database);
    assert_eq!(location(&url).open().err().unwrap().code(), codes::STORE_FORMAT);
    assert!(location(&url).open_read().unwrap().is_some(), "a newer minor can be read");
    Postgres::shared().sql("UPDATE spinloom.store SET major = major + 1", database);
    assert_eq!(location(&url).open_read().err().unwrap().code(), codes::STORE_FORMAT);
}

#[test]
fn runs_made_at_once_have_numbers_of_their_own() {
    let url = Postgres::shared().database();
    open(&url);
    let mut made: Vec<u32> = thread::scope(|scope| {
        let make =
            || (0..10).map(|_| open(&url).create_run(&new_run("F")).unwrap().run.as_str().parse().unwrap());
        let makers: Vec<_> = (0..4).map(|_| scope.spawn(move || make().collect::<Vec<u32>>())).collect();
        makers.into_iter().flat_map(|maker| maker.join().unwrap()).collect()
    });
    made.sort_unstable();
    assert_eq!(made, (1..=40).collect::<Vec<_>>());
}

/// Numbers of writes are in the order in which writes can be seen: who asks for what came after the last one misses nothing.
#[test]
fn no_commit_is_missed_by_a_reader_of_the_feed() {
    let url = Postgres::shared().database();
    let (writers, writes) = (6, 40_u64);
    let runs: Vec<_> = (0..writers).map(|_| open(&url).create_run(&new_run("F")).unwrap()).collect();
    let reader = open(&url);
    let (mut after, mut seen) = (reader.sequence().unwrap(), BTreeMap::<String, (u64, u64)>::new());
    let mut poll = || {
        for change in reader.changed_runs(after, 0).unwrap() {
            let (last, count) = seen.entry(change.run.to_string()).or_default();
            let tasks = reader.changed_tasks(&change.flow, &change.run, *last, 0).unwrap();
            *count += tasks.len() as u64;
            *last = tasks.last().map_or(*last, |(seq, _)| *seq);
            after = change.seq;
        }
    };
    thread::scope(|scope| {
        let at_work: Vec<_> = runs
            .iter()
            .map(|run| {
                let url = &url;
                scope.spawn(move || {
                    let mut provider = open(url);
                    for n in 1..=writes {
                        provider.write(&run.flow, &run.run, &[started(task("a", n), 0, now())]).unwrap();
                    }
                })
            })
            .collect();
        while at_work.iter().any(|writer| !writer.is_finished()) {
            poll();
        }
    });
    poll();
    assert_eq!(seen.len(), runs.len());
    assert!(seen.values().all(|(_, count)| *count == writes), "{seen:?}");
    assert_eq!(reader.sequence().unwrap(), writers * (writes + 1));
}

#[test]
fn a_batch_is_two_round_trips_whatever_its_size() {
    let url = Postgres::shared().database();
    let mut provider = open(&url);
    let run = provider.create_run(&new_run("F")).unwrap();
    let at = now();
    let starts: Vec<_> = (1..=2000).map(|n| started(task("train", n), 0, at)).collect();
    let ends: Vec<_> = (1..=2000).map(|n| finished(task("train", n), 0, TaskStatus::Done, at)).collect();
    provider.write(&run.flow, &run.run, &starts).unwrap();
    provider.write(&run.flow, &run.run, &ends).unwrap();
    let step = &provider.steps(&run.flow, &run.run).unwrap()[0];
    assert_eq!((step.tasks, step.running, step.done), (2000, 0, 2000));
}

#[test]
fn a_restart_of_the_database_is_waited_for() {
    let server = Postgres::start(&[]);
    let url = server.database();
    let mut provider = open(&url);
    let reader = location(&url).open_read().unwrap().unwrap();
    let run = provider.create_run(&new_run("F")).unwrap();
    for (n, stop) in [(1, Postgres::kill as fn(&Postgres)), (2, Postgres::stop)] {
        stop(&server);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(300));
                server.run();
            });
            provider.write(&run.flow, &run.run, &[started(task("a", n), 0, now())]).unwrap();
        });
        assert_eq!(reader.tasks(&run.flow, &run.run, None, None, 0).unwrap().len() as u64, n);
    }
}

/// Connections are broken while batches are written, so that some were committed and not answered.
#[test]
fn what_is_asked_for_twice_is_written_once() {
    let url = Postgres::shared().database();
    let database = url.rsplit('/').next().unwrap();
    let mut provider = open(&url);
    let run = provider.create_run(&new_run("F")).unwrap();
    let writes = 150;
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 1..=writes {
                let change = Change::Info { key: format!("k{n}"), value: n.into() };
                provider.write(&run.flow, &run.run, &[change]).unwrap();
            }
        });
        while !writer.is_finished() {
            let others =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spinloom'
                 AND datname = current_database()";
            Postgres::shared().sql(others, database);
        }
    });
    let reader = open(&url);
    assert_eq!(reader.run(&run.flow, &run.run).unwrap().unwrap().info.len(), writes);
    assert_eq!(reader.sequence().unwrap(), writes as u64 + 1, "no write took two numbers");
}

#[test]
fn an_address_may_have_options_and_do_without_prepared_statements() {
    let url = Postgres::shared().database();
    let options = "options=-c%20statement_timeout%3D60s%20-c%20lock_timeout%3D60s&prepared_statements=false";
    let mut provider = open(&format!("{url}?{options}"));
    let run = provider.create_run(&new_run("F")).unwrap();
    for n in 1..=4 {
        provider.write(&run.flow, &run.run, &[started(task("a", n), 0, now())]).unwrap();
    }
    assert_eq!(provider.tasks(&run.flow, &run.run, None, None, 0).unwrap().len(), 4);
}

#[test]
fn a_word_of_an_address_that_is_misspelt_is_told() {
    let url = "postgres://ann@127.0.0.1/spinloom?prepared_statements=flase";
    let told = Location::named(url, Path::new("/nowhere"), &MetadataSettings::default()).unwrap_err();
    assert!(told.to_string().contains("no address of a PostgreSQL database"), "{told}");
    assert!(format!("{told:?}").contains("cannot be `flase`"), "{told:?}");
}

#[test]
fn a_read_is_stopped_from_another_thread() {
    let url = Postgres::shared().database();
    let mut provider = open(&url);
    let run = provider.create_run(&new_run("F")).unwrap();
    // Somebody holds the table, so that reading it waits.
    let database = url.rsplit('/').next().unwrap().to_owned();
    let held = database.clone();
    let holder = thread::spawn(move || {
        Postgres::shared().sql("BEGIN; LOCK TABLE spinloom.tasks; SELECT pg_sleep(20)", &held)
    });
    let locks = "SELECT count(*) FROM pg_locks
         WHERE relation = 'spinloom.tasks'::regclass AND mode = 'AccessExclusiveLock' AND granted";
    let began = Instant::now();
    while Postgres::shared().sql(locks, &database) == "0" {
        assert!(began.elapsed() < Duration::from_secs(15), "nobody locked the table");
    }
    let canceller = provider.canceller();
    canceller();
    let asked = thread::scope(|scope| {
        scope.spawn(|| {
            // Until the read has begun, stopping does nothing.
            while !holder.is_finished() {
                thread::sleep(Duration::from_millis(50));
                canceller();
            }
        });
        provider.tasks(&run.flow, &run.run, None, None, 0).map(drop)
    });
    assert_eq!(asked.unwrap_err().code(), codes::METADATA_IO);
    assert!(provider.flows().is_ok(), "the next read is none the worse");
    holder.join().unwrap();
}

#[test]
fn what_cannot_be_reached_or_entered_is_told() {
    let url = Postgres::shared().database();
    let quick = MetadataSettings { retry_time: Duration::ZERO, ..settings() };
    let open = |url: &str| Location::named(url, Path::new("/nowhere"), &quick).unwrap().open().err().unwrap();
    let missing = open(&url.replace("/test", "/none"));
    assert_eq!(missing.code(), codes::REMOTE_DENIED);
    assert!(missing.hints()[0].contains("createdb"), "{missing:?}");
    let secret = open(&format!("{url}?sslmode=require"));
    assert_eq!(secret.code(), codes::REMOTE_DENIED, "the server speaks no TLS: {secret:?}");
    let nobody = open("postgres://app@127.0.0.1:1/x");
    assert_eq!(nobody.code(), codes::REMOTE_UNREACHABLE);
    assert!(nobody.message().contains("postgres://app@127.0.0.1:1/x"), "{nobody:?}");
}

#[test]
fn a_store_is_read_while_others_write_it() {
    let url = Postgres::shared().database();
    let mut provider = open(&url);
    let at = now();
    for n in 1..=3 {
        let tags = vec![format!("n{n}")];
        let run = provider.create_run(&NewRun { tags, ..new_run("F") }).unwrap();
        let batch = [started(task("a", 1), 0, at), finished(task("a", 1), 0, TaskStatus::Done, at)];
        provider.write(&run.flow, &run.run, &batch).unwrap();
    }
    let reader = location(&url).open_read().unwrap().unwrap();
    let flow = FlowName::new("F").unwrap();
    let tagged = RunQuery { tags: vec!["n2".to_owned()], ..RunQuery::default() };
    let found = reader.runs(&flow, &tagged).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(reader.task(&flow, &found[0].run, TaskId(1)).unwrap().unwrap().status, TaskStatus::Done);
}
