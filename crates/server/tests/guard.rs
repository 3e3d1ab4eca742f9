//! Who may ask what.

use std::net::{IpAddr, Ipv4Addr};

use spinloom_server::{Auth, Tokens};

use crate::support::{Answer, Server, request};

/// A server that wants a token.
fn guarded() -> Server {
    Server::with(|options| {
        options.auth = Auth::Token;
        options.tokens = Some(Tokens { read: "look".to_owned(), write: "record".to_owned() });
    })
}

fn ask(server: &Server, verb: &str, path: &str, headers: &str) -> Answer {
    request(server.at, verb, path, headers, b"")
}

#[test]
fn without_a_token_nothing_is_said_but_that_it_is_well() {
    let server = guarded();
    let answer = ask(&server, "GET", "/api/v1/about", "");
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer realm=\"spinloom\"")));
    let problem = answer.json();
    assert_eq!(problem["code"], "SL0702");
    assert!(problem["hints"][0].as_str().unwrap().contains("Authorization: Bearer"), "{problem}");
    assert_eq!(ask(&server, "GET", "/healthz", "").text(), "ok\n");
    assert_eq!(ask(&server, "GET", "/metrics", "").status, 401);
}

#[test]
fn a_browser_without_a_token_gets_the_page_that_says_how() {
    let server = guarded();
    let answer = ask(&server, "GET", "/TideFlow/1", "Accept: text/html\r\n");
    assert_eq!((answer.status, answer.header("content-type")), (401, Some("text/html; charset=utf-8")));
    assert_eq!(ask(&server, "GET", "/assets/gone.js", "").status, 404);
}

#[test]
fn behind_a_prefix_the_page_that_says_how_has_its_scripts_and_styles() {
    let server = Server::with(|options| {
        options.auth = Auth::Token;
        options.tokens = Some(Tokens { read: "look".to_owned(), write: "record".to_owned() });
        options.prefix = Some("/loom".to_owned());
    });
    let page = ask(&server, "GET", "/loom/TideFlow/1", "Accept: text/html\r\n");
    assert_eq!((page.status, page.header("content-type")), (401, Some("text/html; charset=utf-8")));
    for (path, status) in [
        ("/loom/assets/gone.js", 404),
        ("/loom/healthz", 200),
        ("/loom/api/v1/about", 401),
        ("/loomy/assets/gone.js", 401),
    ] {
        assert_eq!(ask(&server, "GET", path, "").status, status, "{path}");
    }
    let with_token = ask(&server, "GET", "/loom/api/v1/about?token=look", "");
    assert_eq!(with_token.status, 401, "an interface takes no token from its address");
}

#[test]
fn a_token_opens() {
    let server = guarded();
    for header in
        ["Authorization: Bearer look\r\n", "x-api-key: record\r\n", "Cookie: a=b; spinloom_token=look\r\n"]
    {
        assert_eq!(ask(&server, "GET", "/api/v1/about", header).status, 200, "{header}");
    }
    assert_eq!(ask(&server, "GET", "/api/v1/about", "Authorization: Bearer lookk\r\n").status, 401);
}

#[test]
fn the_token_for_looking_does_not_record() {
    let server = guarded();
    let answer = ask(&server, "POST", "/api/v1/about", "Authorization: Bearer look\r\n");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("SL0702")));
    assert_eq!(ask(&server, "POST", "/api/v1/about", "Authorization: Bearer record\r\n").status, 405);
}

#[test]
fn a_browser_keeps_the_token_of_its_address_as_a_cookie() {
    let server = guarded();
    let answer = ask(&server, "GET", "//evil.example/?a=1&token=look", "");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/evil.example/?a=1")));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("spinloom_token=look; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    assert_eq!(ask(&server, "GET", "/?token=wrong", "").status, 401);
}

#[test]
fn guessing_is_slowed_down() {
    let server = guarded();
    let guess = || ask(&server, "GET", "/api/v1/about", "Authorization: Bearer no\r\n");
    let answer = (0..100).map(|_| guess()).find(|answer| answer.status == 429).unwrap();
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(ask(&server, "GET", "/api/v1/about", "Authorization: Bearer look\r\n").status, 200);
}

#[test]
fn a_proxy_says_who_looks() {
    let server = Server::with(|options| {
        options.auth = Auth::Proxy("x-user".parse().unwrap());
        options.tokens = Some(Tokens { read: "look".to_owned(), write: "record".to_owned() });
    });
    assert_eq!(ask(&server, "GET", "/api/v1/about", "").status, 401);
    assert_eq!(ask(&server, "GET", "/api/v1/about", "X-User: ann\r\n").status, 200);
    assert_eq!(ask(&server, "POST", "/api/v1/about", "X-User: ann\r\n").status, 403);
}

#[test]
fn pages_of_other_sites_get_nothing_done() {
    let server = Server::start();
    let from_elsewhere = ask(&server, "POST", "/api/v1/about", "Origin: http://evil.example\r\n");
    assert_eq!(from_elsewhere.status, 403);
    let own = format!("Origin: http://{}\r\n", server.at);
    assert_eq!(ask(&server, "POST", "/api/v1/about", &own).status, 405);
    let rebound = ask(&server, "GET", "/api/v1/about", "Host: evil.example:8040\r\n");
    assert_eq!((rebound.status, rebound.json()["hints"][0].as_str()), (403, Some("name it with `--name`")));
}

#[test]
fn a_name_that_was_given_is_its_own() {
    let server = Server::with(|options| options.names = vec!["spinloom.example.org".to_owned()]);
    assert_eq!(ask(&server, "GET", "/api/v1/about", "Host: spinloom.example.org\r\n").status, 200);
}

#[test]
fn browsers_are_told_to_run_nothing_of_others() {
    let answer = Server::start().get("/api/v1/about");
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn who_records_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let server = Server::with(|options| options.audit = Some(file.clone()));
    assert_eq!(ask(&server, "POST", "/api/v1/about?secret=1", "").status, 405);
    server.get("/api/v1/about");
    // It is written soon, not at once.
    let line = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'))
    });
    let entry: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
    assert_eq!(
        (&entry["method"], &entry["path"], &entry["status"]),
        (&"POST".into(), &"/api/v1/about".into(), &405.into())
    );
    let peer: std::net::SocketAddr = entry["peer"].as_str().unwrap().parse().unwrap();
    assert_eq!(peer.ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
}
