//! A network that breaks and a store that refuses: what is tried again, and how it is said when that does not help.
#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use spinloom_diagnostics::{Error, codes};
use spinloom_objects::{Interrupted, Objects, Options};
use spinloom_settings::CloudVariables;
use spinloom_storekit::{Fault, Proxy, S3Server, s3_options};

const LARGE: usize = 20 << 20;

/// Short pauses: the tests wait for them.
fn hasty(options: Options) -> Options {
    Options { first_pause: Duration::from_millis(2), ..options }
}

fn objects(options: &Options) -> Objects {
    Objects::open(&"s3://bucket/p".parse().unwrap(), options).unwrap()
}

fn value(len: usize) -> Bytes {
    (0..len).map(|n| (n % 251) as u8).collect::<Vec<_>>().into()
}

/// A server with objects, and the way to it on which requests that `only` marks meet `faults`.
fn behind(only: &str, faults: Vec<Fault>, after: Fault) -> (S3Server, Proxy, Objects) {
    let server = S3Server::start(&["bucket"]);
    let direct = objects(&server.options());
    direct.put("small", vec![value(1_000)]).unwrap();
    direct.put("large", vec![value(LARGE)]).unwrap();
    // A test waits for an answer that stalls; one that is only slow, on a busy machine, is no fault.
    let stalls = faults.iter().any(|fault| matches!(fault, Fault::Stall));
    let timeout = Duration::from_millis(if stalls { 500 } else { 30_000 });
    let proxy = Proxy::start(server.address(), only, faults, after);
    let objects = objects(&Options { timeout, ..hasty(s3_options(proxy.address())) });
    (server, proxy, objects)
}

/// What a user sees, without what differs from run to run.
fn shown(error: &Error) -> String {
    let text = format!("{}\n{}\n{}", error.message(), error.causes().join("\n"), error.hints().join("\n"));
    let digits = |c: char| c.is_ascii_digit();
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for n in 1..words.len() {
        if words[n].starts_with("s)") && words[n - 1].starts_with(digits) {
            words[n - 1] = "T".to_owned();
        }
    }
    words.join(" ")
}

#[test]
fn a_store_that_is_busy_for_a_while_is_asked_again() {
    for fault in [
        Fault::Answer(503, "SlowDown"),
        Fault::Answer(500, "InternalError"),
        Fault::Answer(429, "TooMany"),
        Fault::Answer(400, "RequestTimeout"),
        Fault::Refuse,
    ] {
        let (_server, proxy, o) = behind("", vec![fault.clone(); 3], Fault::None);
        assert_eq!(o.get("small").unwrap().unwrap(), value(1_000), "{fault:?}");
        assert_eq!(proxy.requests(), 4, "{fault:?}");
    }
}

#[test]
fn a_store_that_stays_busy_ends_in_one_error() {
    let (_server, proxy, o) = behind("", Vec::new(), Fault::Answer(503, "SlowDown"));
    let error = o.put("k", vec![value(10)]).unwrap_err();
    assert_eq!(error.code(), codes::REMOTE_UNREACHABLE);
    assert_eq!(
        shown(&error),
        "cannot write `k` to `s3://bucket/p`\n\
         the store answered 503 SlowDown: by the proxy (8 tries in T s)\n\
         see whether the store is reachable from here; `SPINLOOM_S3_RETRY_COUNT` says how often a request is tried again"
    );
    assert_eq!(proxy.requests(), 8);
}

#[test]
fn retrying_ends_when_its_time_is_over() {
    let (_server, proxy, o) = behind("", Vec::new(), Fault::Answer(503, "SlowDown"));
    drop(o);
    let options = Options {
        retries: 1_000_000,
        retry_time: Duration::from_millis(200),
        ..hasty(s3_options(proxy.address()))
    };
    assert_eq!(objects(&options).get("small").unwrap_err().code(), codes::REMOTE_UNREACHABLE);
}

#[test]
fn half_an_answer_is_never_handed_on() {
    for fault in [Fault::BreakBody, Fault::Shorten, Fault::Stall, Fault::LoseAnswer] {
        let (_server, proxy, o) = behind("GET", vec![fault.clone(); 2], Fault::None);
        assert!(o.get("small").unwrap().unwrap() == value(1_000), "{fault:?}");
        assert_eq!(proxy.requests(), 3, "{fault:?}");
        let (_server, _proxy, o) =
            behind("GET", vec![Fault::None, fault.clone(), fault.clone()], Fault::None);
        assert!(o.get("large").unwrap().unwrap() == value(LARGE), "{fault:?}");
    }
}

#[test]
fn an_answer_that_is_always_short_ends_in_an_error() {
    let (_server, _proxy, o) = behind("GET", Vec::new(), Fault::Shorten);
    let error = o.get("small").unwrap_err();
    assert_eq!(error.code(), codes::REMOTE_UNREACHABLE);
    assert!(error.causes()[0].starts_with("an answer of 1000 bytes ended after 500 (8 tries"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    assert!(o.get_to_file("large", None, &folder.path().join("out")).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no half file either");
}

#[test]
fn a_large_object_is_put_over_a_bad_network() {
    let faults = vec![
        Fault::Answer(503, "SlowDown"),
        Fault::Refuse,
        Fault::LoseAnswer,
        Fault::None,
        Fault::LoseAnswer,
    ];
    let (server, _proxy, o) = behind("bucket/p/new", faults, Fault::None);
    o.put("new", vec![value(LARGE)]).unwrap();
    assert!(objects(&server.options()).get("new").unwrap().unwrap() == value(LARGE));
}

#[test]
fn a_large_object_is_put_when_the_last_answer_was_lost() {
    let ends = |key: &str| format!("POST /bucket/p/{key}?uploadId");
    let faults = vec![Fault::LoseAnswer, Fault::Answer(404, "NoSuchUpload")];
    let (server, _proxy, o) = behind(&ends("new"), faults, Fault::None);
    o.put("new", vec![value(LARGE)]).unwrap();
    assert!(objects(&server.options()).get("new").unwrap().unwrap() == value(LARGE));
    // Cleared away by somebody else: then it was not put.
    let faults = vec![Fault::Refuse, Fault::Answer(404, "NoSuchUpload")];
    let (server, _proxy, o) = behind(&ends("new"), faults, Fault::None);
    assert_eq!(o.put("new", vec![value(LARGE)]).unwrap_err().code(), codes::REMOTE_UNREACHABLE);
    assert_eq!(objects(&server.options()).head("new").unwrap(), None);
}

#[test]
fn a_put_that_fails_leaves_nothing() {
    let (server, _proxy, o) = behind("partNumber=2", Vec::new(), Fault::Answer(503, "SlowDown"));
    assert_eq!(o.put("new", vec![value(LARGE)]).unwrap_err().code(), codes::REMOTE_UNREACHABLE);
    assert_eq!(objects(&server.options()).head("new").unwrap(), None);
}

#[test]
fn a_creation_whose_answer_was_lost_is_still_ours() {
    let (_server, _proxy, o) = behind("PUT", vec![Fault::LoseAnswer], Fault::None);
    assert!(o.put_if_absent("new", vec![Bytes::from_static(b"ours")]).unwrap());
    let (_server, _proxy, o) = behind("PUT", vec![Fault::LoseAnswer], Fault::None);
    assert!(!o.put_if_absent("small", vec![Bytes::from_static(b"ours")]).unwrap(), "that was another's");
}

#[test]
fn keys_the_store_does_not_take_are_refused_at_once() {
    let server = S3Server::start(&["bucket"]);
    let proxy = Proxy::start(server.address(), "", Vec::new(), Fault::None);
    let wrong = [("AWS_ACCESS_KEY_ID", "spinloom-test"), ("AWS_SECRET_ACCESS_KEY", "wrong")];
    let aws: CloudVariables = wrong.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let o = objects(&Options { aws, ..s3_options(proxy.address()) });
    let error = o.get("small").unwrap_err();
    assert_eq!(error.code(), codes::REMOTE_DENIED);
    assert_eq!(error.message(), "not allowed to read `small` of `s3://bucket/p`");
    assert!(error.causes()[0].starts_with("the store answered 403 SignatureDoesNotMatch"), "{error}");
    assert!(error.hints()[0].contains("`AWS_PROFILE`"), "{:?}", error.hints());
    assert_eq!(proxy.requests(), 1, "another try would not help");
}

#[test]
fn a_bucket_that_is_missing_is_named() {
    let server = S3Server::start(&[]);
    let o = Objects::open(&"s3://nowhere".parse().unwrap(), &server.options()).unwrap();
    // The server would make the bucket when something is put.
    let proxy = Proxy::start(server.address(), "PUT", Vec::new(), Fault::Answer(404, "NoSuchBucket"));
    let put = Objects::open(&"s3://nowhere".parse().unwrap(), &s3_options(proxy.address())).unwrap();
    let head = Objects::open(o.location(), &server.options()).unwrap().head("k").map(drop);
    let list = o.list_folder("").map(drop);
    for (n, result) in
        [o.get("k").map(drop), put.put("k", vec![value(10)]), head, list].into_iter().enumerate()
    {
        let error = result.expect_err(&format!("case {n}"));
        assert_eq!(error.code(), codes::REMOTE_UNREACHABLE, "{error}");
        assert_eq!(error.hints(), ["there is no bucket `nowhere`: make it, or correct its name"], "{error}");
    }
}

#[test]
fn a_port_nobody_listens_at_is_said() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = objects(&hasty(s3_options(address))).get("k").unwrap_err();
    assert_eq!(error.code(), codes::REMOTE_UNREACHABLE);
    assert!(error.causes()[0].starts_with("cannot connect: Connection refused"), "{error}");
}

#[test]
fn a_machine_without_credentials_says_so() {
    let options =
        Options { aws: CloudVariables::default(), ..hasty(s3_options("127.0.0.1:9".parse().unwrap())) };
    let error = objects(&options).get("k").unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (codes::REMOTE_DENIED, "no credentials to read `k` of `s3://bucket/p`")
    );
}

#[test]
fn a_call_that_waits_can_be_interrupted() {
    let (_server, proxy, _) = behind("GET", Vec::new(), Fault::Stall);
    let options = Options { interrupted: Some(Interrupted::new(|| true)), ..s3_options(proxy.address()) };
    assert_eq!(objects(&options).get("small").unwrap_err().code(), codes::INTERRUPTED);
}

#[test]
fn an_upload_that_is_interrupted_is_cleared_away() {
    let (server, proxy, _) = behind("partNumber=2", Vec::new(), Fault::Answer(503, "SlowDown"));
    let address = proxy.address();
    let begun = Interrupted::new(move || proxy.requests() > 0);
    let o = objects(&Options { interrupted: Some(begun), ..s3_options(address) });
    assert_eq!(o.put("new", vec![value(LARGE)]).unwrap_err().code(), codes::INTERRUPTED);
    let left = std::fs::read_dir(server.root()).unwrap().flatten().map(|entry| entry.file_name());
    let uploads: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with(".upload-")).collect();
    assert!(uploads.is_empty(), "{uploads:?}");
}
