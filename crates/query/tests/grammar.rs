//! What can be written, what it means, and what is said when it means nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::tz::TimeZone;
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::RunStatus;
use spinloom_query::{Clock, Facts, Query, Scalar, ValueOf, Wanted, complete};

struct Run;

impl Facts for Run {
    fn flow(&self) -> &str {
        "TrainFlow"
    }
    fn run(&self) -> &str {
        "1042"
    }
    fn user(&self) -> &str {
        "ann"
    }
    fn tags(&self) -> impl Iterator<Item = &str> {
        ["prod", "user:ann", "project:fraud", "project_branch:user.ann", "a \"b\" c"].into_iter()
    }
    fn status(&self) -> RunStatus {
        RunStatus::Failed
    }
    fn origin(&self) -> Option<&str> {
        Some("1041")
    }
    fn steps(&self) -> impl Iterator<Item = &str> {
        ["start", "train", "end"].into_iter()
    }
    fn started_at(&self) -> i64 {
        1_767_268_800_000_000 // 2026-01-01T12:00:00Z
    }
    fn finished_at(&self) -> Option<i64> {
        Some(self.started_at() + 2 * 3_600_000_000)
    }
    fn heartbeat_at(&self) -> i64 {
        self.started_at()
    }
    fn value(&self, of: ValueOf, name: &str) -> Option<Scalar> {
        match (of, name) {
            (ValueOf::Parameter, "lr") => Some(Scalar::Number(0.05)),
            (ValueOf::Parameter, "optimizer") => Some(Scalar::Text("adam".to_owned())),
            (ValueOf::Parameter, "augment") => Some(Scalar::Flag(true)),
            (ValueOf::Artifact, "accuracy") => Some(Scalar::Number(0.93)),
            (ValueOf::Artifact, "best") => Some(Scalar::Text("tree".to_owned())),
            _ => None,
        }
    }
}

fn holds(query: &str) -> bool {
    let clock = Clock { now: Run.started_at() + 86_400_000_000, zone: TimeZone::UTC };
    query.parse::<Query>().unwrap_or_else(|e| panic!("{query}: {e:?}")).matches(&Run, &clock)
}

#[test]
fn each_key_asks_for_what_it_says() {
    for query in [
        "",
        "tag:prod status:failed user:ann",
        "flow:Train*",
        "dur>1h dur<=2h",
        "param.lr<0.1 param.lr:5e-2 param.optimizer:adam|sgd param.augment:true",
        "artifact.accuracy>0.9 artifact.best:tree|linear -artifact.lr:*",
        "started>2026-01-01 started:2026-01-01 started<=2026-01-01 started<2026-01-02",
        "started>-2d finished:2026-01-01T14:00",
        "step:train origin:1041 project:fraud branch:user.*",
        "trainf 104 \"fraud\"",
        "tag:\"a \\\"b\\\" c\"",
        "-tag:test -status:done|running -nothing",
        "status=lost|failed",
        "absent|prod",
    ] {
        assert!(holds(query), "{query}");
        assert!(query.is_empty() || !holds(&format!("{query} -user:ann")), "{query}");
    }
    for query in [
        "tag:\"prod*\"",
        "tag:pro",
        "flow:train",
        "dur>2h",
        "param.lr>0.05",
        "param.optimizer>1 ",
        "param.absent:*",
        "started<2026-01-01",
        "started>2026-01-02",
        "started>-1h",
        "origin:1042",
        "step:evaluate",
        "absent",
        "-prod",
    ] {
        assert!(!holds(query), "{query}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (query, column, message, hint) in [
        ("stauts:failed", 1, "no key `stauts`", "did you mean `status`?"),
        ("a status:faild", 10, "`faild` is no status", "did you mean `failed`?"),
        ("ü dur>soon", 7, "`soon` is no duration", "`1h30m`"),
        ("dur:1h", 1, "compared", "dur>1h"),
        ("started>soon", 9, "no time", "2026-01-31"),
        ("param.lr<big", 10, "no number", "param.lr:text"),
        ("tag>x", 1, "cannot be compared", "tag:value"),
        ("tag:", 5, "missing", "without a space"),
        ("artifact.loss>", 15, "missing", "without a space"),
        ("tag:a||b", 7, "missing", "without a space"),
        ("\"open", 1, "not closed", "\""),
        ("tag:a\"b\"", 6, "quote", "in quotes"),
        ("- a", 1, "nothing after", "-tag:test"),
        ("team:x", 1, "no key `team`", "tag:team:"),
        ("dur>1h|2h", 5, "one value", "one term"),
    ] {
        let invalid = query.parse::<Query>().unwrap_err();
        assert_eq!(invalid.column, column, "{query}: {invalid:?}");
        assert!(invalid.message.contains(message) && invalid.hint.contains(hint), "{query}: {invalid:?}");
        assert_eq!(Error::from(invalid).code(), codes::BAD_QUERY);
    }
}

#[test]
fn a_query_is_completed_where_the_cursor_is() {
    let at = |text: &str| {
        let cursor = text.find('^').unwrap();
        complete(&text.replace('^', ""), cursor)
    };
    let place = at("tag:prod st^ more");
    assert_eq!((place.replace.clone(), place.wanted.clone()), (9..11, Wanted::Key));
    assert_eq!(place.words(), ["step:", "status:", "started>", "started<"]);
    assert_eq!(at("status:run^").words(), ["running"]);
    assert_eq!(at("-status:failed|lo^").words(), ["lost"]);
    let place = at("tag:a|\"b c^");
    assert_eq!((place.replace, place.typed.as_str()), (6..10, "b c"));
    assert_eq!(at("param.l^").wanted, Wanted::Name(ValueOf::Parameter));
    assert_eq!(at("param.l^").replace, 6..7);
    assert_eq!(at("param.opt:a^").wanted, Wanted::ValueOf(ValueOf::Parameter, "opt".to_owned()));
    assert_eq!(at("artifact.acc^").wanted, Wanted::Name(ValueOf::Artifact));
    assert_eq!(at("dur>1^").wanted, Wanted::Quantity);
    assert_eq!(at("^").words().len(), 17);
    assert_eq!(complete("ü", 1).replace, 0..0, "in the middle of a character is before it");
}
