//! The contract of stores, against every kind of them (AR-09).
#![allow(clippy::unwrap_used)]

use spinloom_storekit::{Flaw, S3Server, Store, azurite, moto, store_contract};

#[test]
fn a_local_folder_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().to_str().unwrap().to_owned();
    let store = Store {
        location,
        options: spinloom_objects::Options::default(),
        flaws: &[Flaw::NoMetadata],
        _keep: Box::new(folder),
    };
    store_contract(&store);
}

#[test]
fn an_s3_server_is_a_store() {
    store_contract(&S3Server::store());
}

#[test]
fn moto_is_a_store() {
    store_contract(&moto());
}

#[test]
fn what_speaks_like_google_is_a_store() {
    store_contract(&S3Server::google());
}

#[test]
fn azurite_is_a_store() {
    store_contract(&azurite());
}
