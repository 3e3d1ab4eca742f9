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
    let (flow, run) = ("Training".parse().unwrap(), "1".parse().unwrap());
    let id = AttemptId { flow, run, step: "train".parse().unwrap(), task: TaskId(3), attempt: 0 };
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

#[test]
fn who_looks_is_told_of_every_refresh() {
    let server = Server::start();
    let store = running(&server);
    show(&store, 1, "one");
    let stream = std::net::TcpStream::connect(server.at).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let (mut socket, _) = tungstenite::client(format!("ws://{}/api/v1/live", server.at), stream).unwrap();
    let hear = |socket: &mut tungstenite::WebSocket<std::net::TcpStream>| -> Value {
        loop {
            if let Message::Text(text) = socket.read().unwrap() {
                let said: Value = serde_json::from_str(&text).unwrap();
                if said["type"] == "cards" {
                    return said;
                }
            }
        }
    };
    for (id, watch) in [
        (1, json!({"type": "watch", "id": 1, "view": "cards", "flow": "Training", "run": "1"})),
        (2, json!({"type": "watch", "id": 2, "view": "cards", "flow": "Training", "run": "1", "task": 3})),
    ] {
        socket.send(Message::text(watch.to_string())).unwrap();
        let first = hear(&mut socket);
        assert_eq!((&first["id"], &first["cards"][0]["hash"]), (&json!(id), &json!(HASH)));
        for at in [20, 30] {
            show(&store, at + id, "two");
            let said = hear(&mut socket);
            assert_eq!(said["cards"][0]["made_at"], at + id, "{said}");
        }
        socket.send(Message::text(json!({"type": "unwatch", "id": id}).to_string())).unwrap();
    }
}
