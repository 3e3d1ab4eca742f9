//! The guard.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use spinloom_diagnostics::{Error, Result, codes};

use super::audit::{Audit, Entry, now_us};
use super::limits::Limits;
use super::origin::{is_foreign, is_own_name};
use super::tokens::{Auth, COOKIE, Right, Tokens, presented};
use crate::app::App;
use crate::options::Options;
use crate::pages;
use crate::problem::Problem;

/// What may be asked without a token: whether the server is well, and what Metaflow's clients ask before they have sent anything.
const OPEN: [&str; 3] = ["/healthz", "/ping", "/version"];

/// What the guard knows.
pub(crate) struct Guard {
    auth: Auth,
    tokens: Option<Tokens>,
    names: Vec<String>,
    limits: Limits,
    audit: Option<Audit>,
}

/// Somebody who may ask.
#[derive(Debug)]
struct Caller {
    right: Right,
    who: Option<String>,
}

impl Guard {
    /// As `options` say.
    ///
    /// # Errors
    /// `SL0401` if the audit file cannot be opened.
    pub(crate) fn new(options: &Options) -> Result<Self> {
        Ok(Self {
            auth: options.auth.clone(),
            tokens: options.tokens.clone(),
            names: options.names.clone(),
            limits: Limits::new(),
            audit: options.audit.as_deref().map(Audit::open).transpose()?,
        })
    }

    /// Who asks, if they may ask at all.
    /// `path` is that of the request, without the prefix.
    fn admit(&self, request: &Request, path: &str, peer: SocketAddr) -> Result<Caller, Problem> {
        let headers = request.headers();
        let token = presented(headers);
        let by_token = token.and_then(|token| self.tokens.as_ref()?.right_of(token));
        // Who may record is not slowed down: clients of Metaflow's take a refusal for the end of their run.
        let trusted = self.auth == Auth::None || by_token == Some(Right::Write);
        if !trusted && !self.limits.may_ask(peer.ip()) {
            return Err(too_many("this address asks too often"));
        }
        if is_foreign(request.method(), headers) {
            return Err(refused(StatusCode::FORBIDDEN, "another site may not ask for this"));
        }
        if self.auth == Auth::None {
            if peer.ip().is_loopback() && !is_own_name(headers, &self.names) {
                let error = denied("this server does not go by that name");
                return Err(Problem::new(StatusCode::FORBIDDEN, error.hint("name it with `--name`")));
            }
            return Ok(Caller { right: Right::Write, who: None });
        }
        if let Some(right) = by_token {
            return Ok(Caller { right, who: None });
        }
        if let Auth::Proxy(header) = &self.auth
            && let Some(who) =
                headers.get(header).and_then(|value| value.to_str().ok()).filter(|who| !who.is_empty())
        {
            return Ok(Caller { right: Right::Read, who: Some(who.to_owned()) });
        }
        if OPEN.contains(&path) || pages::is_open(path) {
            return Ok(Caller { right: Right::Read, who: None });
        }
        if (token.is_some() || asked(request.uri()).is_some()) && !self.limits.may_guess(peer.ip()) {
            return Err(too_many("this address has tried too many tokens"));
        }
        Err(Problem::new(StatusCode::UNAUTHORIZED, denied("this server wants a token").hint(HOW)))
    }

    /// A browser that comes with `?token=` is given it as a cookie, and goes on without it in its address and its history.
    fn log_in(&self, request: &Request, path: &str) -> Option<Response> {
        let uri = request.uri();
        let token = asked(uri)?;
        if request.method() != Method::GET || self.auth == Auth::None || path.starts_with("/api/") {
            return None;
        }
        self.tokens.as_ref()?.right_of(token)?;
        let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000");
        let mut response = Redirect::to(&without_token(uri)).into_response();
        response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
        Some(response)
    }
}

/// The token in an address.
fn asked(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("token="))
}

const HOW: &str = "send it as `Authorization: Bearer TOKEN`, or open the address with `?token=TOKEN` once";

fn denied(message: &str) -> Error {
    Error::new(codes::SERVER_DENIED, message)
}

fn refused(status: StatusCode, message: &str) -> Problem {
    Problem::new(status, denied(message))
}

fn too_many(message: &str) -> Problem {
    refused(StatusCode::TOO_MANY_REQUESTS, message)
}

/// Path and query without the token. Two slashes at the beginning would name another server.
fn without_token(uri: &Uri) -> String {
    let kept: Vec<&str> =
        uri.query().unwrap_or_default().split('&').filter(|pair| !pair.starts_with("token=")).collect();
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) }
}

/// Lets a request pass, or answers it.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let guard = &app.guard;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let Some(peer) = peer else {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "where the request comes from is not known")
            .into_response();
    };
    let path = app.options.bare(request.uri().path());
    if let Some(response) = guard.log_in(&request, path) {
        return response;
    }
    let caller = match guard.admit(&request, path, peer) {
        Ok(caller) => caller,
        // A document of a plugin has no origin, so what it includes is asked for without a cookie.
        Err(problem)
            if problem.status() == StatusCode::UNAUTHORIZED
                && request.method().is_safe()
                && app.plugins.lets_in(request.uri().path()) =>
        {
            Caller { right: Right::Read, who: None }
        }
        // Somebody who looks is shown how to go on.
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED && looks(&request, path) => {
            return with_challenge(pages::index(app.options.prefix.as_deref(), StatusCode::UNAUTHORIZED));
        }
        Err(problem) => return with_challenge(problem.into_response()),
    };
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let response = if caller.right < Right::Write {
        refused(StatusCode::FORBIDDEN, "this token may look, not record").into_response()
    } else {
        next.run(request).await
    };
    if let Some(audit) = &guard.audit {
        let status = response.status().as_u16();
        audit.note(Entry { at: now_us(), peer, who: caller.who, method, path, status }).await;
    }
    response
}

fn looks(request: &Request, path: &str) -> bool {
    request.method() == Method::GET && pages::is_page(path, request.headers())
}

/// What 401 and 429 need beside their body.
fn with_challenge(mut response: Response) -> Response {
    let (name, value) = match response.status() {
        StatusCode::UNAUTHORIZED => (header::WWW_AUTHENTICATE, "Bearer realm=\"spinloom\""),
        StatusCode::TOO_MANY_REQUESTS => (header::RETRY_AFTER, "1"),
        _ => return response,
    };
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
