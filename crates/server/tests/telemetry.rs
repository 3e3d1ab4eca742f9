//! What a collector of OpenTelemetry is told.

use std::io::{BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Server, request};

/// A collector: what is posted to it, with the path.
fn collector() -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (tell, mut stream) = (tell.clone(), stream.unwrap());
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while let Some(posted) = post(&mut reader) {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
                    tell.send(posted).unwrap();
                }
            });
        }
    });
    (at, told)
}

/// The next request of a connection.
fn post(reader: &mut impl std::io::BufRead) -> Option<(String, Value)> {
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if path.is_empty() {
            path = line.split(' ').nth(1)?.to_owned();
        } else if line.is_empty() {
            break;
        } else if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some((path, serde_json::from_slice(&body).unwrap()))
}

/// The next thing that is told of a kind.
fn next(told: &Receiver<(String, Value)>, kind: &str) -> Value {
    loop {
        let (path, body) = told.recv_timeout(Duration::from_secs(60)).unwrap();
        if path == kind {
            return body;
        }
    }
}

#[test]
fn requests_are_told_within_their_traces_and_so_are_counts() {
    let (at, told) = collector();
    let server = Server::with(|options| options.otlp = Some(at));
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = |flags: &str| format!("traceparent: 00-{trace}-00f067aa0ba902b7-{flags}\r\n");
    let answer = request(server.at, "GET", "/api/v1/flows/F/runs/1", &headers("01"), b"");
    assert_eq!(answer.status, 404);
    // Whoever began the trace wants this one not told.
    request(server.at, "GET", "/version", &headers("00"), b"");
    let traces = next(&told, "/v1/traces");
    let resource = &traces["resourceSpans"][0];
    assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "spinloom-server");
    let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 1, "{spans:?}");
    let span = &spans[0];
    assert_eq!((&span["traceId"], &span["parentSpanId"]), (&json!(trace), &json!("00f067aa0ba902b7")));
    assert_eq!(span["name"], "GET /api/v1/flows/{flow}/runs/{run}");
    let time = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
    assert!(time("startTimeUnixNano") < time("endTimeUnixNano"));
    let metrics = next(&told, "/v1/metrics");
    let metrics = metrics["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap().clone();
    let took = metrics.iter().find(|metric| metric["name"] == "spinloom_request_duration_seconds").unwrap();
    assert!(!took["histogram"]["dataPoints"].as_array().unwrap().is_empty());
}

#[test]
fn a_collector_that_is_gone_is_no_trouble() {
    let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::with(|options| options.otlp = Some(format!("http://{at}")));
    for _ in 0..20 {
        assert_eq!(server.get("/ping").status, 200);
    }
}
