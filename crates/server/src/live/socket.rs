//! One socket: what its client asks for and what it is told.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::message::{Asked, Said, problem};
use super::watching::{Watching, begin};
use crate::app::App;
use crate::problem::Problem;

/// What one client may watch at once.
const WATCHES: usize = 64;
/// Messages that wait to be sent to one client; whoever has more to say to it waits.
const QUEUE: usize = 4;
/// A client that takes no message for so long is left.
const SLOW: Duration = Duration::from_secs(20);
/// A client is asked whether it is there so often.
const PING: Duration = Duration::from_secs(20);
/// One that says nothing for so long is not.
const SILENT: Duration = Duration::from_secs(70);

/// Serves a client until it leaves or is left.
pub(super) async fn serve(app: App, mut socket: WebSocket) {
    let (out, mut queue) = mpsc::channel(QUEUE);
    let mut client = Client { app, out, watching: HashMap::new() };
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    let hello = Said::Hello { version: env!("CARGO_PKG_VERSION") }.message();
    if !told(&mut socket, hello).await {
        return;
    }
    loop {
        let goes_on = tokio::select! {
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(Message::Text(text))) => match client.hear(text.as_str()) {
                        Some(answer) => told(&mut socket, answer).await,
                        None => true,
                    },
                    Some(Ok(Message::Binary(_))) => {
                        let why = Problem::bad_request("messages to the server are text");
                        told(&mut socket, problem(None, &why)).await
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => true,
                }
            }
            // The queue stays open: the client has an end of it.
            Some(message) = queue.recv() => told(&mut socket, message).await,
            _ = ping.tick() => {
                if heard.elapsed() > SILENT {
                    let frame = CloseFrame { code: close_code::AWAY, reason: "nobody answers".into() };
                    told(&mut socket, Message::Close(Some(frame))).await;
                    return;
                }
                told(&mut socket, Message::Ping(Default::default())).await
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// Sends a message; says whether the client is still there and takes it.
async fn told(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SLOW, socket.send(message)).await, Ok(Ok(())))
}

/// A client and what it watches.
struct Client {
    app: App,
    out: mpsc::Sender<Message>,
    watching: HashMap<u32, Watching>,
}

impl Client {
    /// Does what the client says; what there is to say at once.
    fn hear(&mut self, text: &str) -> Option<Message> {
        match serde_json::from_str(text) {
            Ok(Asked::Ping) => Some(Said::Pong.message()),
            Ok(Asked::Unwatch { id }) => {
                self.watching.remove(&id);
                None
            }
            Ok(Asked::Watch(watch)) => {
                // The same number again is another thing in its place.
                self.watching.remove(&watch.id);
                if self.watching.len() >= WATCHES {
                    let why = format!("more than {WATCHES} things cannot be watched over one socket");
                    return Some(problem(Some(watch.id), &Problem::bad_request(why)));
                }
                self.watching.insert(watch.id, begin(self.app.clone(), watch, self.out.clone()));
                None
            }
            Err(why) => {
                Some(problem(None, &Problem::bad_request(format!("the message makes no sense: {why}"))))
            }
        }
    }
}
