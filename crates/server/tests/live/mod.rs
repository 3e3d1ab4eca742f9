//! The socket: what is told, when, and that nothing is missed.

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spinloom_flow::RunStatus;
use spinloom_metadata::{Change, HEARTBEAT_CUTOFF_SECONDS, Location, NewRun};
use spinloom_settings::MetadataSettings;
use spinloom_testkit::Postgres;
use spinloom_timeline::columns::{Read, read};
use tungstenite::{Message, WebSocket};

use crate::run::story::Story;
use crate::support::{Server, request};

/// Far longer than anything takes: a message that never comes fails the test instead of keeping it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the socket.
struct Client(WebSocket<TcpStream>);

/// Something the server said.
#[derive(Debug)]
enum Heard {
    Said(Value),
    Columns(u32, Box<Read>),
}

impl Client {
    fn open(server: &Server) -> Self {
        let stream = TcpStream::connect(server.at).unwrap();
        // The server asks now and then whether its client is there, so this is no more than how often it is looked at the clock.
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) = tungstenite::client(format!("ws://{}/api/v1/live", server.at), stream).unwrap();
        let mut client = Self(socket);
        assert!(matches!(client.hear(), Heard::Said(hello) if hello["type"] == "hello"));
        client
    }

    fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    fn watch_run(&mut self, run: &str, after: Option<u64>) {
        self.say(
            &json!({"type": "watch", "id": 5, "view": "run", "flow": "Training", "run": run, "after": after}),
        );
    }

    fn hear(&mut self) -> Heard {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "nothing was said");
            match self.0.read().unwrap() {
                Message::Text(text) => return Heard::Said(serde_json::from_str(&text).unwrap()),
                Message::Binary(bytes) => {
                    let id = u32::from_le_bytes(bytes[..4].try_into().unwrap());
                    return Heard::Columns(id, Box::new(read(&bytes[8..]).unwrap()));
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next thing that is said of kind `kind`, and the columns that came before it.
    fn until(&mut self, kind: &str) -> (Value, Vec<Read>) {
        let (began, mut blocks) = (Instant::now(), Vec::new());
        loop {
            assert!(began.elapsed() < PATIENCE, "nothing was said of {kind}");
            match self.hear() {
                Heard::Said(said) if said["type"] == kind => return (said, blocks),
                Heard::Said(said) if said["type"] == "problem" && kind != "pong" => panic!("{said}"),
                Heard::Said(_) => {}
                Heard::Columns(_, block) => blocks.push(*block),
            }
        }
    }
}

/// Ids of tasks with how they are, as a client keeps them by taking in every block.
#[derive(Default)]
struct Kept(std::collections::BTreeMap<u64, u64>);

impl Kept {
    fn take(&mut self, block: &Read) {
        if block.header.full {
            self.0.clear();
        }
        let states = &block.columns["task.state"];
        self.0.extend(block.columns["task.id"].iter().copied().zip(states.iter().copied()));
    }
}

#[test]
fn a_run_is_told_as_it_is_and_then_what_changes() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(3);
    let mut client = Client::open(&server);
    client.watch_run("1", None);
    let Heard::Columns(5, whole) = client.hear() else { panic!("first everything") };
    assert!(whole.header.full && whole.columns["task.id"] == [0, 1]);
    let (run, _) = client.until("run");
    assert_eq!((&run["id"], &run["state"]["steps"]["train"]["queued"]), (&json!(5), &json!(3)));
    story.started("train", 3, 0, &[1], 20);
    let (run, blocks) = client.until("run");
    assert_eq!(blocks.len(), 1);
    assert!(!blocks[0].header.full && blocks[0].columns["task.id"] == [3], "{blocks:?}");
    assert_eq!(run["state"]["steps"]["train"]["running"], 1);
    assert_eq!(run["seq"].as_u64(), Some(blocks[0].header.seq));
}

#[test]
fn who_comes_back_misses_nothing() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(60);
    let mut kept = Kept::default();
    let mut after = None;
    // Each time the socket is dropped in the middle of what goes on.
    for round in 0..20 {
        let mut client = Client::open(&server);
        client.watch_run("1", after);
        story.started("train", 2 + round * 3, 0, &[1], 20);
        story.started("train", 3 + round * 3, 0, &[1], 20);
        story.done("train", 2 + round * 3, 0, 30, json!({"steps": ["join"]}));
        let (run, blocks) = client.until("run");
        blocks.iter().for_each(|block| kept.take(block));
        after = run["seq"].as_u64();
        drop(client);
        story.started("train", 4 + round * 3, 0, &[1], 40);
    }
    // The poll that does for those without a socket.
    let rest = server.get(&format!("{}/tasks.bin?after={}", story.url(), after.unwrap()));
    kept.take(&read(&rest.body).unwrap());
    let mut whole = Kept::default();
    whole.take(&read(&server.get(&format!("{}/tasks.bin", story.url())).body).unwrap());
    assert_eq!(kept.0, whole.0);
    assert_eq!(whole.0.len(), 62);
}

#[test]
fn the_end_of_a_run_and_its_deletion_are_told() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    let (flow, run, at) = (story.flow.clone(), story.run.clone(), story.at);
    let mut client = Client::open(&server);
    client.watch_run("1", None);
    client.until("run");
    story.write(vec![Change::RunFinished { status: RunStatus::Done, at: at + 9 }]);
    let (over, _) = client.until("run");
    assert_eq!((&over["state"]["status"], &over["state"]["duration_us"]), (&json!("done"), &json!(9)));
    provider.delete_run(&flow, &run).unwrap();
    assert_eq!(client.until("gone").0["id"], 5);
}

#[test]
fn a_task_is_told_when_it_changes() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(2);
    let mut client = Client::open(&server);
    client.say(&json!({"type": "watch", "id": 1, "view": "task", "flow": "Training", "run": "1", "task": 2}));
    client.say(&json!({"type": "ping"}));
    client.until("pong");
    story.started("train", 2, 0, &[1], 20);
    let (told, _) = client.until("task");
    assert_eq!(
        (&told["task"]["status"], told["task"]["attempts"].as_array().unwrap().len()),
        (&json!("running"), 1)
    );
    story.started("train", 3, 0, &[1], 25);
    story.failed("train", 2, 0, 30, "row 1 is bad");
    let (told, _) = client.until("task");
    assert_eq!(
        (&told["task"]["status"], &told["task"]["attempts"][0]["failure"]["line"]),
        (&json!("failed"), &json!(12))
    );
}

#[test]
fn who_asks_while_the_database_is_away_is_told_once_it_is_back() {
    let postgres = Postgres::start(&[]);
    let soon = MetadataSettings { retry_time: Duration::from_millis(100), ..MetadataSettings::default() };
    let place = Location::named(&postgres.database(), Path::new("/nowhere"), &soon).unwrap();
    let mut provider = place.open().unwrap();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(2);
    let server = Server::with(|options| options.metadata = place.clone());
    let mut client = Client::open(&server);
    postgres.stop();
    client.say(&json!({"type": "watch", "id": 1, "view": "task", "flow": "Training", "run": "1", "task": 1}));
    while server.get(&story.url()).status == 200 {}
    postgres.run();
    assert_eq!(client.until("task").0["task"]["status"], "done");
}

#[test]
fn what_is_not_watched_any_more_is_not_told() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    let mut client = Client::open(&server);
    client.watch_run("1", None);
    client.until("run");
    client.say(&json!({"type": "unwatch", "id": 5}));
    client.say(&json!({"type": "watch", "id": 6, "view": "run", "flow": "Training", "run": "1", "after": 1}));
    story.fan_out(1);
    for _ in 0..3 {
        match client.hear() {
            Heard::Said(said) => assert_eq!(said["id"], 6),
            Heard::Columns(id, _) => assert_eq!(id, 6),
        }
        story.write(vec![Change::Info { key: "k".to_owned(), value: json!(spinloom_testkit::now()) }]);
    }
}

#[test]
fn nonsense_is_answered_and_the_socket_stays() {
    let server = Server::over(|provider| drop(Story::begin(provider, 1)));
    let mut client = Client::open(&server);
    for bad in [
        json!(7),
        json!({"type": "dance"}),
        json!({"type": "watch", "id": 1, "view": "sky"}),
        json!({"type": "watch", "id": -1}),
    ] {
        client.say(&bad);
        assert_eq!(client.until("problem").0["id"], Value::Null, "{bad}");
    }
    client.watch_run("<script>", None);
    let (problem, _) = client.until("problem");
    assert_eq!((&problem["id"], &problem["code"]), (&json!(5), &json!("SL0301")));
    client.watch_run("404", None);
    assert!(client.until("problem").0["title"].as_str().unwrap().contains("404"));
    for id in 0..70 {
        client.say(&json!({"type": "watch", "id": id, "view": "run", "flow": "Training", "run": "404"}));
    }
    client.say(&json!({"type": "ping"}));
    client.until("pong");
}

#[test]
fn a_page_of_another_site_opens_no_socket() {
    let server = Server::start();
    let socket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://evil.example\r\n";
    assert_eq!(request(server.at, "GET", "/api/v1/live", socket, b"").status, 403);
}

/// A client that stops reading does not keep others from hearing, and hears the rest at once when it reads again.
#[test]
fn a_slow_client_keeps_nobody_waiting() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(5000);
    let (mut slow, mut quick) = (Client::open(&server), Client::open(&server));
    slow.watch_run("1", None);
    quick.watch_run("1", None);
    quick.until("run");
    let mut kept = Kept::default();
    for round in 0..10 {
        let starts = (0..300).map(|n| Change::TaskStarted {
            task: crate::run::story::of("train", 2 + round * 300 + n),
            attempt: 0,
            pid: 1,
            parents: vec![spinloom_flow::TaskId(1)],
            at: story.at + 20,
        });
        story.write(starts.collect());
        quick.until("run");
    }
    while kept.0.len() < 3002 {
        let (_, blocks) = slow.until("run");
        blocks.iter().for_each(|block| kept.take(block));
    }
}

#[test]
fn five_hundred_who_watch_a_run_share_one_reading() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    let mut clients: Vec<Client> = (0..500).map(|_| Client::open(&server)).collect();
    for client in &mut clients {
        client.watch_run("1", None);
    }
    for client in &mut clients {
        client.until("run");
    }
    let before = looks(&server);
    story.fan_out(1);
    for client in &mut clients {
        assert_eq!(client.until("run").1.len(), 1);
    }
    let looked = looks(&server) - before;
    assert!(looked < 20, "five hundred clients, and the run was read {looked} times");
}

/// How often runs were brought up to date, as the server counts it.
fn looks(server: &Server) -> u64 {
    let metrics = server.get("/metrics");
    let line = metrics.text().lines().find(|line| line.starts_with("spinloom_run_looks_total ")).unwrap();
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn a_list_of_runs_is_told_who_comes_and_who_leaves() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut client = Client::open(&server);
    client.say(&json!({"type": "watch", "id": 3, "view": "runs", "query": "status:running user:ann"}));
    let (first, _) = client.until("runs");
    assert_eq!((&first["changed"], &first["reload"]), (&json!([]), &json!(false)));
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    let (came, _) = client.until("runs");
    assert_eq!(
        (&came["id"], &came["changed"][0]["run"], &came["changed"][0]["status"]),
        (&json!(3), &json!("1"), &json!("running"))
    );
    let at = story.at + 9;
    story.write(vec![Change::RunFinished { status: RunStatus::Done, at }]);
    let left = loop {
        let (told, _) = client.until("runs");
        if told["left"] != json!([]) {
            break told;
        }
    };
    assert_eq!(left["left"], json!([{"flow": "Training", "run": "1"}]));
    // Who comes back is told what it missed.
    drop(client);
    let again = spinloom_testkit::new_run("Other");
    story.provider.create_run(&again).unwrap();
    let mut client = Client::open(&server);
    client.say(&json!({"type": "watch", "id": 4, "view": "runs", "query": "user:ann", "after": left["seq"]}));
    let (missed, _) = client.until("runs");
    assert_eq!(missed["changed"].as_array().unwrap().len(), 1);
    assert_eq!(missed["changed"][0]["flow"], "Other");
    client.say(&json!({"type": "watch", "id": 4, "view": "runs", "query": "status:("}));
    assert_eq!(client.until("problem").0["id"], 4);
}

#[test]
fn a_list_knows_steps_and_parameters_too() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut client = Client::open(&server);
    client.say(&json!({"type": "watch", "id": 3, "view": "runs", "query": "param.lr<0.1 step:train"}));
    client.until("runs");
    let graph = json!({"steps": [{"name": "train"}]}).to_string();
    for lr in [0.5, 0.01] {
        let info = serde_json::from_value(json!({"parameters": {"lr": lr}})).unwrap();
        let run = NewRun { graph: graph.clone(), info, ..spinloom_testkit::new_run("F") };
        provider.create_run(&run).unwrap();
    }
    let (mut came, mut left) = (Vec::new(), Vec::new());
    while came.is_empty() || left.is_empty() {
        let (told, _) = client.until("runs");
        assert_eq!(told["reload"], false);
        came.extend(told["changed"].as_array().unwrap().iter().map(|run| run["run"].clone()));
        left.extend(told["left"].as_array().unwrap().iter().map(|run| run["run"].clone()));
    }
    assert_eq!((came, left), (vec![json!("2")], vec![json!("1")]));
}

/// Nothing is written when a run is lost: its driver has just been silent for too long.
#[test]
fn a_run_that_is_lost_is_told() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut client = Client::open(&server);
    client.say(&json!({"type": "watch", "id": 3, "view": "runs", "query": "status:lost"}));
    client.until("runs");
    // In two seconds it has been silent for a minute.
    let silent = HEARTBEAT_CUTOFF_SECONDS * 1_000_000 - 2_000_000;
    let at = spinloom_testkit::now() - silent;
    provider.create_run(&NewRun { at, ..spinloom_testkit::new_run("F") }).unwrap();
    let lost = loop {
        let (told, _) = client.until("runs");
        if told["changed"] != json!([]) {
            break told;
        }
    };
    assert_eq!((&lost["changed"][0]["run"], &lost["changed"][0]["status"]), (&json!("1"), &json!("lost")));
}

#[test]
fn what_an_attempt_writes_is_told_until_it_is_over() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(1);
    story.started("train", 2, 0, &[1], 20);
    let store = spinloom_datastore::Datastore::open(&server.store()).unwrap();
    let mut log = store.log_writer(&story.flow, &story.run, spinloom_flow::TaskId(2), 0);
    log.append(spinloom_flow::event::LogStream::Stdout, 1, b"one\n").unwrap();
    let mut client = Client::open(&server);
    client.say(&json!({"type": "watch", "id": 8, "view": "log", "flow": "Training", "run": "1", "task": 2}));
    let mut lines = Vec::new();
    let mut more = |client: &mut Client, upto: usize| {
        while lines.len() < upto {
            let (told, _) = client.until("log");
            assert_eq!(told["id"], 8);
            let new = told["log"]["lines"].as_array().unwrap().clone();
            lines.extend(new.iter().map(|line| line["text"].as_str().unwrap().to_owned()));
        }
        lines.clone()
    };
    assert_eq!(more(&mut client, 1), ["one"]);
    log.append(spinloom_flow::event::LogStream::Stderr, 2, b"two\nthree\n").unwrap();
    assert_eq!(more(&mut client, 3), ["one", "two", "three"]);
    story.done("train", 2, 0, 40, json!({"steps": ["join"]}));
    assert_eq!(client.until("log_end").0["id"], 8);
}
