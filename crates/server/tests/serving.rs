//! What holds for every request, and for many at once.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::support::{Server, request};

#[test]
fn it_is_well_and_says_what_it_is() {
    let server = Server::start();
    assert_eq!(server.get("/healthz").text(), "ok\n");
    let about = server.get("/api/v1/about").ok();
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(about["metadata"], format!("local@{}", server.store().display()));
}

#[test]
fn requests_are_counted_by_route() {
    let server = Server::start();
    server.get("/api/v1/about");
    server.get("/no/such/page/1234");
    let metrics = server.get("/metrics");
    assert_eq!(
        metrics.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let text = metrics.text();
    assert!(
        text.contains(
            r#"spinloom_request_duration_seconds_count{method="GET",route="/api/v1/about",status="200"} 1"#
        ),
        "{text}"
    );
    assert!(!text.contains("1234"), "{text}");
}

#[test]
fn large_answers_are_compressed_if_wanted() {
    let server = Server::start();
    let gzip = request(server.at, "GET", "/api/v1/openapi.json", "Accept-Encoding: gzip\r\n", b"");
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    assert_eq!(server.get("/api/v1/openapi.json").header("content-encoding"), None);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let server = Server::with(|options| options.body_limit = 1000);
    let answer = request(server.at, "POST", "/api/v1/about", "", &[b'x'; 2000]);
    assert_eq!(answer.status, 413);
}

#[test]
fn nonsense_is_answered_and_ends_that_connection_alone() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.at).unwrap();
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn connections_that_say_nothing_keep_nobody_from_asking() {
    let server = Server::start();
    let idle: Vec<TcpStream> = (0..400).map(|_| TcpStream::connect(server.at).unwrap()).collect();
    assert_eq!(server.get("/healthz").status, 200);
    drop(idle);
}
