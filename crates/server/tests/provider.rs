//! Metadata behind a server keeps the contract of all providers.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use spinloom_datastore::Datastore;
use spinloom_diagnostics::codes;
use spinloom_metadata::{Location, Provider};
use spinloom_server::{Options, serve};
use spinloom_settings::MetadataSettings;
use spinloom_testkit::{metadata_contract, new_run};

/// Serves a store until the test's process ends.
fn server(store: PathBuf) -> String {
    let (ready, listens) = channel();
    let options = Options { deadline: Duration::from_secs(30), ..Options::local(store) };
    thread::spawn(move || serve(options, |at| ready.send(at).unwrap()).unwrap());
    format!("http://{}", listens.recv().unwrap())
}

fn named(url: &str, retry_time: Duration) -> Location {
    let settings =
        MetadataSettings { retry_time, timeout: Duration::from_secs(30), ..MetadataSettings::default() };
    Location::named(url, Path::new("/nowhere"), &settings).unwrap()
}

fn open(url: &str) -> Box<dyn Provider> {
    named(url, Duration::from_secs(30)).open().unwrap()
}

#[test]
fn a_server_keeps_the_contract() {
    let folders = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    metadata_contract(|| {
        count.set(count.get() + 1);
        open(&server(folders.path().join(count.get().to_string())))
    });
}

#[test]
fn runs_of_other_machines_are_in_the_store_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join(".spinloom");
    let mut remote = open(&server(store.clone()));
    let made = remote.create_run(&new_run("F")).unwrap();
    let local = Location::Local(store.clone()).open_read().unwrap().unwrap();
    assert_eq!(local.run(&made.flow, &made.run).unwrap(), Some(made));
    let name = Datastore::open(&store).unwrap().identity().unwrap();
    assert_eq!(remote.store_name().unwrap(), Some(name), "their artifacts are found where the server looks");
}

#[test]
fn what_is_no_server_is_told() {
    let nobody = named("http://127.0.0.1:1", Duration::ZERO).open().err().unwrap();
    assert_eq!(nobody.code(), codes::REMOTE_UNREACHABLE);
    let folder = tempfile::tempdir().unwrap();
    let below = format!("{}/elsewhere", server(folder.path().to_owned()));
    let stranger = named(&below, Duration::ZERO).open().err().unwrap();
    assert_eq!(stranger.code(), codes::METADATA_IO);
    assert!(stranger.message().contains("no Spinloom server"), "{stranger:?}");
}
