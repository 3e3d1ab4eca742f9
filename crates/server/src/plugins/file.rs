//! Files of plugins.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{self, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use spinloom_diagnostics::{Error, Result, codes};

use super::manifest::{self, Policy};
use super::{folder, ticketed};
use crate::app::App;
use crate::problem::Problem;

/// What a file may be long, bytes.
const LONGEST: u64 = 32 << 20;
/// Put before everything in a document: says that it is alive and what goes wrong in it, and takes the theme of the pages.
const PRELUDE: &str = include_str!("prelude.js");
/// For those that look like the pages.
const STYLES: &str = include_str!("prelude.css");

/// One of them.
pub(super) async fn file(
    State(app): State<App>,
    extract::Path((name, path)): extract::Path<(String, String)>,
) -> Result<Response, Problem> {
    let (by_ticket, path) = match ticketed(&path) {
        Some((ticket, rest)) => (app.plugins.tickets.open(&name, ticket, SystemTime::now()), rest.to_owned()),
        None => (false, path),
    };
    let root = app.plugins.folder.join(&name);
    let found = app.workers.answer(move |_| read(&name, &root, &path)).await?;
    Ok(response(found, by_ticket))
}

struct Found {
    body: Vec<u8>,
    kind: &'static str,
    policy: Policy,
}

fn read(name: &str, root: &Path, path: &str) -> Result<Found> {
    let missing = || Error::new(codes::NOT_FOUND, format!("the plugin `{name}` has no file `{path}`"));
    let relative = within(path).filter(|_| folder::is_name(name)).ok_or_else(missing)?;
    let root = fs::canonicalize(root).map_err(|_| missing())?;
    let real = fs::canonicalize(root.join(relative)).map_err(|_| missing())?;
    // A link in a plugin leads nowhere else.
    if !real.starts_with(&root) || !real.is_file() {
        return Err(missing());
    }
    let mut body = Vec::new();
    let length = fs::File::open(&real).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut body));
    match length {
        Ok(length) if length as u64 <= LONGEST => {}
        Ok(_) => {
            return Err(Error::new(codes::USAGE, format!("`{path}` is longer than {} MiB", LONGEST >> 20)));
        }
        Err(_) => return Err(missing()),
    }
    let policy = manifest::policy(&fs::read_to_string(root.join(manifest::FILE)).unwrap_or_default());
    let kind = kind(path);
    if kind.starts_with("text/html") {
        body = prepared(&body, policy.application_styles);
    }
    Ok(Found { body, kind, policy })
}

/// A path that can only lead down, to nothing that is hidden.
fn within(path: &str) -> Option<PathBuf> {
    let relative = PathBuf::from(path);
    let plain = |part: Component<'_>| match part {
        Component::Normal(name) => !name.to_string_lossy().starts_with('.'),
        _ => false,
    };
    (!path.contains(['\\', '\0']) && relative.components().all(plain)).then_some(relative)
}

/// A document with what comes before everything else in it, but after what says which HTML it is.
fn prepared(body: &[u8], application_styles: bool) -> Vec<u8> {
    let head = &body[..body.len().min(1024)];
    let begin = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    let declared = head.len() >= begin + 9 && head[begin..begin + 9].eq_ignore_ascii_case(b"<!doctype");
    let after = head.iter().position(|byte| *byte == b'>').filter(|_| declared).map_or(0, |end| end + 1);
    let mut whole = body[..after].to_vec();
    if application_styles {
        whole.extend([b"<style>", STYLES.as_bytes(), b"</style>"].concat());
    }
    whole.extend([b"<script>", PRELUDE.as_bytes(), b"</script>"].concat());
    whole.extend(&body[after..]);
    whole
}

fn response(found: Found, by_ticket: bool) -> Response {
    let mut response = Body::from(found.body).into_response();
    let headers = response.headers_mut();
    let mut say =
        |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, found.kind);
    say(header::CACHE_CONTROL, "no-cache");
    if by_ticket {
        // The document that includes it has no origin.
        say(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
        say(header::ACCESS_CONTROL_ALLOW_ORIGIN, "null");
    }
    set_policy(headers, &found.policy);
    response
}

/// A document has no origin, whoever opens it; it has what is its own, and the origins that its manifest names. Only our pages show it.
fn set_policy(headers: &mut HeaderMap, policy: &Policy) {
    let Policy { sandbox, sources, .. } = policy;
    let text = format!(
        "sandbox {sandbox}; default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'{sources}; \
         style-src 'self' 'unsafe-inline'{sources}; img-src 'self' data: blob:{sources}; font-src 'self' data:{sources}; \
         media-src 'self' data: blob:{sources}; connect-src 'self'{sources}; worker-src 'self' blob:; form-action 'self'{sources}; \
         frame-src 'none'; base-uri 'none'; frame-ancestors 'self'"
    );
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// The media type of a file by its name.
fn kind(path: &str) -> &'static str {
    let end = path.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_ascii_lowercase());
    match end.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "txt" | "md" | "toml" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_down_only() {
        assert!(within("a/b.js").is_some());
        for path in ["../a", "a/../../b", "/etc/passwd", ".git/config", "a/.env", "a\\..\\b", "a\0b"] {
            assert!(within(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_document_stays_what_it_is() {
        let text = |body: &str| String::from_utf8(prepared(body.as_bytes(), false)).unwrap();
        assert!(text("\n<!DOCTYPE html>\n<p>x").starts_with("\n<!DOCTYPE html><script>"));
        assert!(text("<p>x").starts_with("<script>"));
        assert!(text("<p>x").ends_with("</script><p>x"));
        assert!(text("").ends_with("</script>"));
    }
}
