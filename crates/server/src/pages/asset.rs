//! Files that pages ask for. Their names change with their content, so a browser asks for each once.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::Dist;
use crate::problem::Problem;

/// One of them, compressed when it was built if the browser takes that.
pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("assets/{path}");
    if path.split('/').any(|part| part == "..") {
        return Problem::not_found(format!("there is no `{name}`")).into_response();
    }
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes_brotli =
        accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == "br"));
    let packed = takes_brotli.then(|| Dist::get(&format!("{name}.br"))).flatten();
    let is_packed = packed.is_some();
    // What is compressed is part of another file, not one to ask for.
    let Some(file) = packed.or_else(|| (!name.ends_with(".br")).then(|| Dist::get(&name)).flatten()) else {
        return Problem::not_found(format!("there is no `{name}`")).into_response();
    };
    let mut response = Body::from(file.data).into_response();
    let known = response.headers_mut();
    known.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(&name)));
    known.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    known.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        known.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// The media type of a file that the pages' build makes.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
