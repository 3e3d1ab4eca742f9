//! Plugins: what a folder says, and who may have its files.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use spinloom_server::{Auth, Tokens};

use crate::support::{Server, request};

/// A server with plugins, of which each is a name and files with their content.
fn server(plugins: &[(&str, &[(&str, &str)])]) -> Server {
    let server = Server::start();
    for (name, files) in plugins {
        write(&server.store().join("plugins").join(name), files);
    }
    server
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn list(server: &Server) -> Vec<Value> {
    server.get("/api/v1/plugins").ok()["plugins"].as_array().unwrap().clone()
}

const MANIFEST: &str = r#"{"name": "notes", "version": "1.2.0", "entrypoint": "index.html", "slot": "task-details",
    "parameters": {"sandbox": "allow-popups allow-same-origin", "key": 7}, "sources": ["https://cdn.example"]}"#;
const NOTES: (&str, &[(&str, &str)]) = (
    "notes",
    &[
        ("manifest.json", MANIFEST),
        ("index.html", "<!doctype html><p>hello"),
        ("lib/a.js", "1"),
        (".secret", "no"),
    ],
);

#[test]
fn a_store_without_plugins_has_none() {
    assert!(list(&Server::start()).is_empty());
}

#[test]
fn a_manifest_says_what_is_shown_where() {
    let server = server(&[NOTES]);
    let plugin = list(&server).remove(0);
    assert_eq!((&plugin["name"], &plugin["version"]), (&json!("notes"), &json!("1.2.0")));
    let frame = &plugin["frame"];
    assert_eq!((&frame["slot"], &frame["container"]), (&json!("task-details"), &json!("none")));
    assert_eq!(frame["manifest"]["parameters"]["key"], 7);
    assert_eq!(frame["sandbox"], "allow-scripts allow-popups", "never the viewer's origin");
    assert_eq!(plugin["problems"], json!(["a plugin is never given `allow-same-origin`"]));
    assert_eq!(plugin["files"], json!(["index.html", "lib/a.js", "manifest.json"]));
}

#[test]
fn links_and_columns_are_declared() {
    let text = "[[links]]\nlabel = 'Logs'\nurl = 'https://logs.example/{run}'\non = 'run'\nwhen = 'host'\n\
                [[columns]]\nlabel = 'Team'\ntemplate = '{tag:team}'\n";
    let plugin = list(&server(&[("links", &[("plugin.toml", text)])])).remove(0);
    let link = json!({"label": "Logs", "url": "https://logs.example/{run}", "on": "run", "when": "host"});
    assert_eq!(plugin["links"], json!([link]));
    assert_eq!(plugin["columns"][0]["template"], "{tag:team}");
    assert_eq!(plugin["problems"], json!([]));
}

#[test]
fn what_is_wrong_with_one_does_not_hide_the_others() {
    let server = server(&[
        ("a-json", &[("manifest.json", "{")]),
        ("b-slot", &[("manifest.json", r#"{"entrypoint": "i.html", "slot": "roof"}"#), ("i.html", "")]),
        ("c-missing", &[("manifest.json", r#"{"entrypoint": "i.html", "slot": "header"}"#)]),
        ("d-away", &[("manifest.json", r#"{"entrypoint": "https://x.example/", "slot": "header"}"#)]),
        ("e-empty", &[("read.me", "")]),
        ("f name", &[("plugin.toml", "")]),
        NOTES,
    ]);
    let plugins = list(&server);
    let problem = |at: usize| plugins[at]["problems"][0].as_str().unwrap().to_owned();
    assert!(problem(0).starts_with("`manifest.json` cannot be read: EOF"), "{}", problem(0));
    assert!(problem(1).starts_with("there is no slot `roof`; there are `run-header`"), "{}", problem(1));
    assert_eq!(problem(2), "its `entrypoint` `i.html` is not there");
    assert!(problem(3).starts_with("`entrypoint` is a file of the plugin"), "{}", problem(3));
    assert_eq!(problem(4), "it has neither `manifest.json` nor `plugin.toml`");
    assert!(problem(5).starts_with("its folder is named with letters"), "{}", problem(5));
    assert_eq!(plugins[6]["frame"]["slot"], "task-details");
}

#[test]
fn what_changes_is_seen_at_once() {
    let server = server(&[NOTES]);
    let before = list(&server).remove(0);
    write(&server.store().join("plugins/notes"), &[("index.html", "<p>something else, and longer")]);
    let after = list(&server).remove(0);
    assert_ne!(before["changed"], after["changed"]);
    assert_eq!(before["frame"], after["frame"], "its address is the same for hours");
}

#[test]
fn a_document_has_no_origin_and_a_policy_of_its_own() {
    let server = server(&[NOTES]);
    let src = list(&server)[0]["frame"]["src"].as_str().unwrap().to_owned();
    let answer = server.get(&src);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox allow-scripts allow-popups; default-src 'none';"), "{policy}");
    assert!(
        policy.contains("script-src 'self' 'unsafe-inline' 'unsafe-eval' https://cdn.example;"),
        "{policy}"
    );
    assert!(policy.ends_with("frame-src 'none'; base-uri 'none'; frame-ancestors 'self'"), "{policy}");
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("null"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert!(answer.text().starts_with("<!doctype html><style>"), "{}", answer.text());
    assert!(answer.text().ends_with("</script><p>hello"), "{}", answer.text());
    let script = server.get(&src.replace("index.html", "lib/a.js"));
    assert_eq!((script.text(), script.header("content-type")), ("1", Some("text/javascript; charset=utf-8")));
}

#[test]
fn without_its_ticket_other_sites_cannot_include_a_file() {
    let server = server(&[NOTES]);
    for path in ["/plugins/notes/lib/a.js", "/plugins/notes/~0123/lib/a.js"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.header("cross-origin-resource-policy")),
            (200, Some("same-origin")),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
}

#[test]
fn a_path_leads_nowhere_else() {
    let server = server(&[NOTES]);
    write(&server.store().join("plugins"), &[("outside.txt", "no")]);
    let plugins = server.store().join("plugins");
    std::os::unix::fs::symlink(plugins.join("outside.txt"), plugins.join("notes/link.txt")).unwrap();
    std::os::unix::fs::symlink(plugins.parent().unwrap(), plugins.join("notes/up")).unwrap();
    for path in [
        "../outside.txt",
        "%2e%2e/outside.txt",
        "lib/..%2f..%2foutside.txt",
        "..%5coutside.txt",
        "%2Fetc%2Fpasswd",
        ".secret",
        "link.txt",
        "up/server-tokens",
        "lib",
        "lib/a.js%00",
    ] {
        assert_eq!(server.get(&format!("/plugins/notes/{path}")).status, 404, "{path}");
    }
    assert_eq!(server.get("/plugins/..%2f/metadata.db").status, 404);
    assert_eq!(server.get("/plugins/notes/lib/a.js").status, 200);
}

#[test]
fn a_file_wants_the_token_or_the_ticket_of_its_plugin() {
    let server = Server::with(|options| {
        options.auth = Auth::Token;
        options.tokens = Some(Tokens { read: "look".to_owned(), write: "record".to_owned() });
        write(&options.store.join("plugins/notes"), NOTES.1);
        write(&options.store.join("plugins/other"), NOTES.1);
    });
    let ask = |path: &str, headers: &str| request(server.at, "GET", path, headers, b"");
    assert_eq!(ask("/api/v1/plugins", "").status, 401);
    assert_eq!(ask("/plugins/notes/index.html", "").status, 401);
    assert_eq!(ask("/plugins/notes/index.html", "Cookie: spinloom_token=look\r\n").status, 200);
    let plugins = ask("/api/v1/plugins", "Authorization: Bearer look\r\n").ok();
    let src = plugins["plugins"][0]["frame"]["src"].as_str().unwrap();
    assert_eq!(ask(src, "").status, 200);
    assert_eq!(ask(&src.replace("/notes/", "/other/"), "").status, 401, "a ticket opens one plugin");
    assert_eq!(ask(&src.replace("/~", "/~0"), "").status, 401);
    let ticket = src.split('/').nth(3).unwrap();
    assert_eq!(ask(&format!("/plugins/notes/{ticket}/../../../api/v1/plugins"), "").status, 404);
    assert_eq!(ask(&format!("/api/v1/plugins/{ticket}/x"), "").status, 401);
    assert_eq!(request(server.at, "POST", src, "", b"").status, 401);
}

#[test]
fn another_folder_can_be_named_and_a_prefix_is_heeded() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("notes"), NOTES.1);
    let server = Server::with(|options| {
        options.plugins = Some(folder.path().to_owned());
        options.prefix = Some("/loom".to_owned());
        options.auth = Auth::Token;
        options.tokens = Some(Tokens { read: "look".to_owned(), write: "record".to_owned() });
    });
    let plugins =
        request(server.at, "GET", "/loom/api/v1/plugins", "Authorization: Bearer look\r\n", b"").ok();
    let src = plugins["plugins"][0]["frame"]["src"].as_str().unwrap();
    assert_eq!(request(server.at, "GET", &format!("/loom{src}"), "", b"").status, 200);
}
