//! The connection to a database breaks while it commits: whether it did is found out, and nothing is kept twice or not at all.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use spinloom_metadata::service::{Record, Scope};
use spinloom_metadata::{Location, Provider};
use spinloom_settings::MetadataSettings;
use spinloom_testkit::service::{artifacts, beat, data, flow, run, step, task};
use spinloom_testkit::{Postgres, now, service_contract};

/// What happens to the next commit that passes.
const PASSES: u8 = 0;
const NEVER_ARRIVES: u8 = 1;
const IS_NOT_ANSWERED: u8 = 2;

/// Stands between a client and a database.
struct Proxy {
    next: Arc<AtomicU8>,
}

impl Proxy {
    fn before(url: &str) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let next = Arc::new(AtomicU8::new(PASSES));
        let (host, database) = url.split_once('@').unwrap().1.split_once('/').unwrap();
        let (host, told) = (host.to_owned(), next.clone());
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&host).unwrap());
                server.set_nodelay(true).unwrap();
                client.set_nodelay(true).unwrap();
                let (from, to, next) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap(), told.clone());
                thread::spawn(move || to_the_server(from, to, &next));
                let next = told.clone();
                thread::spawn(move || to_the_client(server, client, &next));
            }
        });
        let proxied = format!("postgres://app@127.0.0.1:{port}/{database}");
        (Self { next }, proxied)
    }

    fn breaks(&self, how: u8) {
        self.next.store(how, Ordering::SeqCst);
    }
}

fn to_the_server(mut client: TcpStream, mut server: TcpStream, next: &AtomicU8) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = client.read(&mut buffer) {
        let commits = buffer[..n].windows(7).any(|bytes| bytes == b"COMMIT\0");
        let how = if commits { next.load(Ordering::SeqCst) } else { PASSES };
        if how != NEVER_ARRIVES {
            server.write_all(&buffer[..n]).unwrap();
        }
        if how != PASSES {
            thread::sleep(Duration::from_millis(300));
            next.store(PASSES, Ordering::SeqCst);
            break;
        }
    }
    let _ = [client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both)];
}

fn to_the_client(mut server: TcpStream, mut client: TcpStream, next: &AtomicU8) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = server.read(&mut buffer) {
        let answers = buffer[..n].windows(7).any(|bytes| bytes == b"COMMIT\0");
        if answers && next.load(Ordering::SeqCst) == IS_NOT_ANSWERED
            || client.write_all(&buffer[..n]).is_err()
        {
            return;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}

fn open(url: &str) -> Box<dyn Provider> {
    let patient = MetadataSettings { retry_time: Duration::from_secs(60), ..MetadataSettings::default() };
    Location::named(url, Path::new("/nowhere"), &patient).unwrap().open().unwrap()
}

fn kept(provider: &mut dyn Provider, records: &[Record], at: i64) -> Vec<String> {
    let answers = provider.service_mut().unwrap().record(records, at).unwrap();
    answers.iter().map(|answer| format!("{:?}", answer.as_ref().unwrap())).collect()
}

#[test]
fn a_commit_that_was_not_answered_is_not_repeated_and_one_that_never_arrived_is() {
    for how in [NEVER_ARRIVES, IS_NOT_ANSWERED] {
        let url = Postgres::shared().database();
        let (proxy, proxied) = Proxy::before(&url);
        let (mut provider, reader) = (open(&proxied), open(&url));
        let at = now();
        kept(provider.as_mut(), &[flow(), run(None), step("a"), task("a", None)], at);
        let before = reader.sequence().unwrap();
        let said = [("attempt", "0")];
        for n in 1..=3 {
            proxy.breaks(how);
            let batch = [task("a", None), data("a", "1", &said, 0), artifacts("a", "1", &["p"], 0), beat()];
            let answers = kept(provider.as_mut(), &batch, at);
            assert!(answers[0].contains(&format!("Number({})", n + 1)), "{answers:?}");
            assert_eq!(proxy.next.load(Ordering::SeqCst), PASSES, "the connection was broken");
            let service = reader.service().unwrap();
            let count = usize::try_from(n).unwrap();
            assert_eq!(service.service_tasks(("F", "1", "a"), None, 0).unwrap().len(), count + 1);
            assert_eq!(service.service_metadata("F", "1", Scope::Run).unwrap().len(), count);
            // Task 1 is spoken of twice, so there are two parts; the run's beat, in the second, is heard only the first time.
            assert_eq!(reader.sequence().unwrap(), before + n + 1, "nothing was written twice");
        }
    }
}

#[test]
fn a_proxy_that_passes_everything_changes_nothing() {
    service_contract(|| open(&Proxy::before(&Postgres::shared().database()).1));
}
