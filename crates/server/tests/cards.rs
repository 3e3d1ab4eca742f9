//! Cards over HTTP and the socket: lists, pages in their sandbox, and what a running step shows.

use serde_json::{Value, json};
use spinloom_datastore::{AttemptId, AttemptWriter, CARD, Datastore, Described, card_name};
use spinloom_flow::TaskId;
use tungstenite::Message;

use crate::run::story::Story;
use crate::support::{Server, request};

const HASH: &str = "00ff00ff00ff00ff00ff00ff00ff00ff";

fn note(at: i64) -> String {
    json!({"type": "blank", "id": "notes", "hash": HASH, "at": at}).to_string()
}

fn document(at: i64, text: &str) -> String {
    let card =
        json!({"type": "blank", "id": "notes", "hash": HASH, "pathspec": "Training/1/train/3", "attempt": 0});
    let parts = json!([{"type": "markdown", "source": text, "id": "m"}]);
    json!({"version": 1, "card": card, "at": at, "final": false, "reload_token": "r", "components": parts})
        .to_string()
}

/// A run with a task at work, and its store.
fn running(server: &Server) -> Datastore {
    let store = Datastore::open(&server.store()).unwrap();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(3);
    story.started("train", 3, 0, &[1], 20);
    store
}

fn show(store: &Datastore, at: i64, text: &str) {
    let of = (&"Training".parse().unwrap(), &"1".parse().unwrap());
    store.write_live_card(of, (TaskId(3), 0), 0, (&note(at), document(at, text).as_bytes())).unwrap();
}

/// Keeps a card in a manifest; answers where that is.
fn keep(store: &Datastore, at: i64, json: &str) -> String {
    keep_of(store, 3, at, json)
}

fn keep_of(store: &Datastore, task: u64, at: i64, json: &str) -> String {
    let (flow, run) = ("Training".parse().unwrap(), "1".parse().unwrap());
    let id = AttemptId { flow, run, step: "train".parse().unwrap(), task: TaskId(task), attempt: 0 };
    let mut pack = store.pack(&id.flow, &id.run).unwrap();
    let mut writer = AttemptWriter::new(store.clone(), id, None);
    let what = format!(r#"{{"encoding":"{CARD}","serializer":{}}}"#, note(at));
    writer
        .save(card_name(0).as_str(), Described::noted("card", &what).unwrap(), json.as_bytes(), &[])
        .unwrap();
    pack.append(&writer.finish().unwrap()).unwrap().to_string()
}

const TASK: &str = "/api/v1/flows/Training/runs/1/tasks/3/cards";

#[test]
fn what_a_running_step_shows_is_listed_and_read() {
    let server = Server::start();
    let store = running(&server);
    assert_eq!(server.get(TASK).ok()["cards"], json!([]));
    show(&store, 7, "# <b>hi</b>");
    let card = &server.get(TASK).ok()["cards"][0];
    let wanted = json!({
        "step": "train", "task": 3, "attempt": 0, "type": "blank", "id": "notes", "hash": HASH, "made_at": 7,
        "live": true, "failed": false, "origin_run": null,
    });
    assert_eq!(card, &wanted);
    assert_eq!(server.get("/api/v1/flows/Training/runs/1/cards").ok()["cards"], json!([wanted]));
    assert_eq!(server.get("/api/v1/flows/Training/runs/1/cards?type=other").ok()["cards"], json!([]));
    let data = server.get(&format!("{TASK}/{HASH}/data"));
    assert_eq!(data.ok()["components"][0]["source"], "# <b>hi</b>");
    let tag = data.header("etag").unwrap();
    let again =
        request(server.at, "GET", &format!("{TASK}/{HASH}/data"), &format!("If-None-Match: {tag}\r\n"), b"");
    assert_eq!(again.status, 304);
    assert_eq!(server.get(&format!("{TASK}/ffff/data")).status, 404);
}

#[test]
fn a_page_is_in_a_sandbox() {
    let server = Server::start();
    let store = running(&server);
    show(&store, 7, "</script><script>alert(1)</script>");
    let page = server.get(&format!("{TASK}/{HASH}/html"));
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("sandbox allow-scripts allow-popups allow-downloads; default-src 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("allow-same-origin") && policy.contains("frame-ancestors 'self'"));
    assert!(page.text().contains("\\u003c/script>\\u003cscript>alert(1)"));
    assert!(page.header("content-disposition").is_none());
    let kept = server.get(&format!("{TASK}/{HASH}/html?download=true"));
    assert_eq!(
        kept.header("content-disposition"),
        Some("attachment; filename*=UTF-8''Training-1-3-blank.html")
    );
}

#[test]
fn what_was_kept_counts_more_than_what_was_shown() {
    let server = Server::start();
    let store = running(&server);
    show(&store, 7, "while it ran");
    let address = keep(&store, 9, &document(9, "in the end").replace("\"final\":false", "\"final\":true"));
    let mut provider = server.provider();
    let mut story = Story {
        provider: provider.as_mut(),
        flow: "Training".parse().unwrap(),
        run: "1".parse().unwrap(),
        at: 0,
    };
    story.kept("train", 3, 0, &address);
    let card = &server.get(TASK).ok()["cards"][0];
    assert_eq!((&card["live"], &card["made_at"]), (&json!(false), &json!(9)));
    let data = server.get(&format!("{TASK}/{HASH}/data")).ok();
    assert_eq!(data["components"][0]["source"], "in the end");
}

/// A socket of the server's.
struct Socket(tungstenite::WebSocket<std::net::TcpStream>);

impl Socket {
    fn open(server: &Server) -> Self {
        let stream = std::net::TcpStream::connect(server.at).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
        Self(tungstenite::client(format!("ws://{}/api/v1/live", server.at), stream).unwrap().0)
    }

    fn say(&mut self, what: &Value) {
        self.0.send(Message::text(what.to_string())).unwrap();
    }

    /// What it says next of cards.
    fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                let said: Value = serde_json::from_str(&text).unwrap();
                if said["type"] == "cards" {
                    return said;
                }
            }
        }
    }
}

#[test]
fn who_looks_is_told_of_every_refresh() {
    let server = Server::start();
    let store = running(&server);
    show(&store, 1, "one");
    let mut socket = Socket::open(&server);
    for (id, watch) in [
        (1, json!({"type": "watch", "id": 1, "view": "cards", "flow": "Training", "run": "1"})),
        (2, json!({"type": "watch", "id": 2, "view": "cards", "flow": "Training", "run": "1", "task": 3})),
    ] {
        socket.say(&watch);
        let first = socket.hear();
        assert_eq!((&first["id"], &first["cards"][0]["hash"]), (&json!(id), &json!(HASH)));
        for at in [20, 30] {
            show(&store, at + id, "two");
            let said = socket.hear();
            assert_eq!(said["cards"][0]["made_at"], at + id, "{said}");
        }
        socket.say(&json!({"type": "unwatch", "id": id}));
    }
}

#[test]
fn who_looks_at_a_run_of_many_tasks_is_told_only_what_is_new() {
    const TASKS: u64 = 300;
    let server = Server::start();
    let store = Datastore::open(&server.store()).unwrap();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(TASKS + 1);
    // Tasks 2 … 301 are over, task 302 is at work.
    for task in 2..TASKS + 3 {
        story.started("train", task, 0, &[1], 20);
    }
    for task in 2..TASKS + 2 {
        story.kept("train", task, 0, &keep_of(&store, task, 5, &document(5, "done")));
    }
    let mut socket = Socket::open(&server);
    socket.say(&json!({"type": "watch", "id": 1, "view": "cards", "flow": "Training", "run": "1"}));
    assert_eq!(socket.hear()["cards"].as_array().unwrap().len(), usize::try_from(TASKS).unwrap());
    let last = TASKS + 2;
    let told = |said: &Value| {
        let cards = said["cards"].as_array().unwrap();
        cards.iter().map(|card| (card["task"].clone(), card["live"].clone())).collect::<Vec<_>>()
    };
    let of = (&"Training".parse().unwrap(), &"1".parse().unwrap());
    store.write_live_card(of, (TaskId(last), 0), 0, (&note(6), document(6, "soon").as_bytes())).unwrap();
    assert_eq!(told(&socket.hear()), [(json!(last), json!(true))]);
    story.kept("train", last, 0, &keep_of(&store, last, 7, &document(7, "done")));
    assert_eq!(told(&socket.hear()), [(json!(last), json!(false))]);
}
