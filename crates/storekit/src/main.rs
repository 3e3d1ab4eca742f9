//! `spinloom-s3-server --root DIR [--port 0] [--access-key AK] [--secret-key SK]`: an S3 server for tests and benchmarks.
//!
//! Each folder in `DIR` is a bucket. Prints its address when it is ready, and runs until it is ended.
#![allow(clippy::unwrap_used, clippy::expect_used)] // This is test code, though not in a `tests` folder.

use std::net::TcpListener;
use std::path::PathBuf;

use spinloom_storekit::{ACCESS_KEY, SECRET_KEY, serve, service};

const USAGE: &str = "usage: spinloom-s3-server --root DIR [--port 0] [--access-key AK] [--secret-key SK]";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut root, mut port) = (None, 0);
    let (mut access_key, mut secret_key) = (ACCESS_KEY.to_owned(), SECRET_KEY.to_owned());
    while let Some(option) = arguments.next() {
        let value = arguments.next().expect(USAGE);
        match option.as_str() {
            "--root" => root = Some(PathBuf::from(value)),
            "--port" => port = value.parse().expect("a port"),
            "--access-key" => access_key = value,
            "--secret-key" => secret_key = value,
            _ => panic!("{USAGE}"),
        }
    }
    let service = service(&root.expect(USAGE), Some((&access_key, &secret_key)));
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is taken");
    println!("http://{}", listener.local_addr().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(serve(listener, service));
}
