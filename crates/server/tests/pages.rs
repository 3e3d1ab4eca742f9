//! The pages for browsers: built or not, every address that is nothing else is answered with their document.

use crate::support::{Server, request};

const BROWSER: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

#[test]
fn the_root_is_a_page() {
    let server = Server::start();
    let answer = server.get("/");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(answer.text().contains("<title>Spinloom</title>"), "{}", answer.text());
}

#[test]
fn any_other_address_is_a_page_for_browsers_only() {
    let server = Server::start();
    let page = request(server.at, "GET", "/TideFlow/7/view/dag", BROWSER, b"");
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-cache")));
    let program = request(server.at, "GET", "/TideFlow/7/view/dag", "Accept: */*\r\n", b"");
    assert_eq!((program.status, program.header("content-type")), (404, Some("text/plain; charset=utf-8")));
}

#[test]
fn an_interface_has_no_pages() {
    let server = Server::start();
    assert_eq!(request(server.at, "GET", "/api/v1/nothing", BROWSER, b"").status, 404);
    assert_eq!(request(server.at, "POST", "/TideFlow", BROWSER, b"").status, 404);
}

#[test]
fn a_script_that_is_not_there_is_an_error() {
    let server = Server::start();
    for path in
        ["/assets/gone.js", "/assets/../index.html", "/assets/%2e%2e/Cargo.toml", "/assets/index.js.br"]
    {
        assert_eq!(request(server.at, "GET", path, BROWSER, b"").status, 404, "{path}");
    }
}

#[test]
fn behind_a_prefix_the_document_says_so() {
    let server = Server::with(|options| options.prefix = Some("/loom".into()));
    let page = request(server.at, "GET", "/loom/TideFlow/7", BROWSER, b"");
    assert!(page.text().contains("<meta name=\"spinloom-base\" content=\"/loom\">"), "{}", page.text());
}

#[test]
fn the_document_of_a_page_names_what_the_page_will_want() {
    let server = Server::start();
    if server.get("/").text().contains("This build has no pages") {
        return;
    }
    let document = |path| request(server.at, "GET", path, BROWSER, b"").text().to_owned();
    let asks =
        |path| document(path).matches(r#"rel="preload" as="fetch" crossorigin href="/api/v1/"#).count();
    let timeline = document("/TideFlow/7/view/timeline");
    assert!(timeline.contains(r#"href="/api/v1/flows/TideFlow/runs/7/tasks.bin""#), "{timeline}");
    assert!(timeline.contains(r#"<link rel="modulepreload" crossorigin href="/assets/"#), "{timeline}");
    // What an address says further, and words that can be written in two ways, are the page's alone to understand.
    let asked = ["/TideFlow/7", "/TideFlow/7?step=a", "/Tide%22Flow/7", "/"].map(asks);
    assert_eq!(asked, [2, 0, 0, 0]);
}
