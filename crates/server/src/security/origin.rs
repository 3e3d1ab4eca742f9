//! What browsers say of where a request comes from.

use axum::http::{HeaderMap, Method, header};

/// Whether a browser sends this for another site: it names that site, or calls the request one from elsewhere.
pub(super) fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let opens_socket = text(header::UPGRADE).is_some();
    if method.is_safe() && !opens_socket {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    text(header::HOST).is_none_or(|host| !host.eq_ignore_ascii_case(authority))
}

/// Whether the name a request was sent to is one that only this machine, or who started the server, can have given it.
///
/// Anybody can make a name of their own point to 127.0.0.1 and have a browser ask there (DNS rebinding).
pub(super) fn is_own_name(headers: &HeaderMap, own: &[String]) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else { return true };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    let lower = bare.to_ascii_lowercase();
    bare.parse::<std::net::IpAddr>().is_ok()
        || lower == "localhost"
        || lower.ends_with(".localhost")
        || own.iter().any(|one| one.eq_ignore_ascii_case(&lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn another_site_may_neither_write_nor_open_a_socket() {
        let other = [("host", "127.0.0.1:8040"), ("origin", "http://evil.example")];
        assert!(is_foreign(&Method::POST, &headers(&other)));
        assert!(!is_foreign(&Method::GET, &headers(&other)), "what it reads, the browser keeps from it");
        assert!(is_foreign(&Method::GET, &headers(&[other[0], other[1], ("upgrade", "websocket")])));
    }

    #[test]
    fn our_own_pages_and_programs_may() {
        let own = [("host", "127.0.0.1:8040"), ("origin", "http://127.0.0.1:8040")];
        assert!(!is_foreign(&Method::POST, &headers(&own)));
        assert!(!is_foreign(&Method::POST, &headers(&own[..1])));
        assert!(is_foreign(&Method::POST, &headers(&[own[0], ("origin", "null")])));
    }

    #[test]
    fn names_that_anybody_could_have_given_are_not_ours() {
        let own = ["spinloom.team.example".to_owned()];
        let ours = |host: &str| is_own_name(&headers(&[("host", host)]), &own);
        for host in
            ["127.0.0.1:8040", "localhost", "LOCALHOST.:8040", "[::1]:8040", "spinloom.team.example:443"]
        {
            assert!(ours(host), "{host}");
        }
        for host in
            ["evil.example", "evil.example:8040", "127.0.0.1.evil.example", "localhost.evil.example:8040"]
        {
            assert!(!ours(host), "{host}");
        }
    }
}
