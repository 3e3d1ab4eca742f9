//! The pages for browsers, which are built from `ui/` and are part of a release build.
//!
//! Every address that is nothing else is one of them: which, is decided in the browser.

mod ahead;
mod asset;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use rust_embed::RustEmbed;

use crate::app::App;

/// What `ui/` was built into; nothing if it was not built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// Of a build without pages.
const NOT_BUILT: &str = "<!doctype html><title>Spinloom</title><p>This build has no pages. In a checkout, <code>./setup</code> makes them. \
     The API is at <a href=\"/api/v1/openapi.json\">/api/v1</a>.";
/// What an address below the server's own interfaces begins with: it is no page.
const INTERFACES: [&str; 2] = ["/api/", "/plugins/"];

/// Scripts, styles and the like.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/assets/{*path}", axum::routing::get(asset::asset))
}

/// What has no route of its own.
pub(crate) async fn fallback(State(app): State<App>, request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD
        || !is_page(app.options.bare(request.uri().path()), request.headers())
    {
        // Not a problem in our form: a client that was given a wrong path is to see that no interface of ours is here.
        return (StatusCode::NOT_FOUND, format!("there is nothing at {}\n", request.uri().path()))
            .into_response();
    }
    let uri = request.uri();
    let links = ahead::links(app.options.bare(uri.path()), uri.query().is_some());
    document(app.options.prefix.as_deref(), StatusCode::OK, &links)
}

/// Whether somebody who asks for this path, without the prefix, wants to look at it: browsers say so, programs take anything.
pub(crate) fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let looks = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    (looks || path == "/")
        && !path.starts_with("/assets/")
        && !INTERFACES.iter().any(|start| path.starts_with(start))
}

/// Whether this, without the prefix, may be had by everybody: the pages know nothing but how to ask.
pub(crate) fn is_open(path: &str) -> bool {
    path.starts_with("/assets/")
}

/// The one document, for somebody who is shown no page: it finds its scripts below `prefix`.
pub(crate) fn index(prefix: Option<&str>, status: StatusCode) -> Response {
    document(prefix, status, "")
}

fn document(prefix: Option<&str>, status: StatusCode, links: &str) -> Response {
    let built = Dist::get("index.html").map(|file| String::from_utf8_lossy(&file.data).into_owned());
    let text = built.unwrap_or_else(|| NOT_BUILT.to_owned()).replace("</head>", &format!("{links}</head>"));
    let prefix = prefix.unwrap_or_default();
    let placed = text
        .replace("\"./", &format!("\"{prefix}/"))
        .replace("</title>", &format!("</title><meta name=\"spinloom-base\" content=\"{prefix}\">"));
    (status, [(header::CACHE_CONTROL, "no-cache")], Html(placed)).into_response()
}
