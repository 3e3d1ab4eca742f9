//! How often somebody may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota};

/// Requests of one address a second, and how many may come at once: a page that opens asks for some dozens.
const ASKING: (u32, u32) = (100, 400);
/// Wrong tokens of one address a second, and at once.
const GUESSING: (u32, u32) = (1, 10);
/// Addresses that are remembered before those that have been quiet are forgotten.
const REMEMBERED: usize = 10_000;

/// Counts for each address. Of this machine nobody is counted: a limit would only slow its owner down.
pub(super) struct Limits {
    asking: DefaultKeyedRateLimiter<IpAddr>,
    guessing: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// Nobody has asked yet.
    pub(super) fn new() -> Self {
        Self { asking: limiter(ASKING), guessing: limiter(GUESSING) }
    }

    /// Whether an address may ask once more.
    pub(super) fn may_ask(&self, who: IpAddr) -> bool {
        who.is_loopback() || check(&self.asking, who)
    }

    /// Whether an address that presented a wrong token may go on trying.
    pub(super) fn may_guess(&self, who: IpAddr) -> bool {
        check(&self.guessing, who)
    }
}

fn limiter((each_second, at_once): (u32, u32)) -> DefaultKeyedRateLimiter<IpAddr> {
    let number = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    DefaultKeyedRateLimiter::keyed(Quota::per_second(number(each_second)).allow_burst(number(at_once)))
}

fn check(limiter: &DefaultKeyedRateLimiter<IpAddr>, who: IpAddr) -> bool {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(&who).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stopped_and_others_are_not() {
        let limits = Limits::new();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert!((0..10_000).any(|_| !limits.may_ask(one)));
        assert!(limits.may_ask(other));
        assert!((0..100).any(|_| !limits.may_guess(one)));
        assert!(limits.may_guess(other));
    }

    #[test]
    fn this_machine_is_not_limited() {
        let limits = Limits::new();
        assert!((0..10_000).all(|_| limits.may_ask("127.0.0.1".parse().unwrap())));
    }
}
