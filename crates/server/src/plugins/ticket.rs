//! Tickets: words in an address that open the files of one plugin for some hours.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom as _, SystemRandom};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use subtle::ConstantTimeEq as _;

use crate::security::Tokens;

/// A ticket is good until the end of the time after the one it was made in.
const TIME: Duration = Duration::from_secs(6 * 60 * 60);
/// So many letters of the digest are in it.
const LETTERS: usize = 32;

/// Makes tickets, and knows its own.
pub(super) struct Tickets {
    key: [u8; 32],
}

impl Tickets {
    /// Servers with the same tokens know each other's.
    pub(super) fn new(tokens: Option<&Tokens>) -> Result<Self> {
        if let Some(tokens) = tokens {
            return Ok(Self {
                key: blake3::derive_key("spinloom server plugin tickets 1", tokens.write.as_bytes()),
            });
        }
        let mut key = [0; 32];
        SystemRandom::new()
            .fill(&mut key)
            .or_error(codes::INTERNAL, || "no random numbers can be had".to_owned())?;
        Ok(Self { key })
    }

    /// One for the plugin `name`.
    pub(super) fn make(&self, name: &str, now: SystemTime) -> String {
        self.of(name, number(now))
    }

    /// Whether `ticket` opens the plugin `name`.
    pub(super) fn open(&self, name: &str, ticket: &str, now: SystemTime) -> bool {
        let now = number(now);
        let same = |time| bool::from(self.of(name, time).as_bytes().ct_eq(ticket.as_bytes()));
        same(now) || same(now.saturating_sub(1))
    }

    fn of(&self, name: &str, time: u64) -> String {
        let digest = blake3::keyed_hash(&self.key, format!("{time} {name}").as_bytes());
        digest.to_hex().chars().take(LETTERS).collect()
    }
}

fn number(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / TIME.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_one_plugin_for_some_hours() {
        let tickets = Tickets::new(None).unwrap();
        let now = SystemTime::now();
        let ticket = tickets.make("charts", now);
        assert!(tickets.open("charts", &ticket, now + TIME));
        assert!(!tickets.open("charts", &ticket, now + 2 * TIME));
        assert!(!tickets.open("notes", &ticket, now));
        assert!(!tickets.open("charts", "", now));
    }

    #[test]
    fn servers_with_the_same_tokens_know_each_others_tickets() {
        let tokens = |write: &str| Tokens { read: "look".to_owned(), write: write.to_owned() };
        let now = SystemTime::now();
        let ticket = Tickets::new(Some(&tokens("a"))).unwrap().make("charts", now);
        assert!(Tickets::new(Some(&tokens("a"))).unwrap().open("charts", &ticket, now));
        assert!(!Tickets::new(Some(&tokens("b"))).unwrap().open("charts", &ticket, now));
    }
}
