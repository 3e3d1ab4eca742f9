//! An S3 server that checks signatures: the crates `s3s` and `s3s-fs`, over a folder in which each bucket is a folder.
//!
//! What it gets wrong: "create if absent" has many winners when many try at the same moment.

use std::fs;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::Path;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use spinloom_objects::Options;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::{Flaw, Store};

/// The only access key it knows, unless it is told another.
pub const ACCESS_KEY: &str = "spinloom-test";
/// The secret of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "spinloom-test-secret";

/// A server in this process; it ends when it is dropped.
pub struct S3Server {
    address: SocketAddr,
    root: TempDir,
    runtime: Option<Runtime>,
}

impl S3Server {
    /// Starts a server that has `buckets`.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(buckets: &[&str]) -> Self {
        Self::serve(buckets, Some((ACCESS_KEY, SECRET_KEY)))
    }

    fn serve(buckets: &[&str], keys: Option<(&str, &str)>) -> Self {
        let root = tempfile::tempdir().unwrap();
        for bucket in buckets {
            fs::create_dir(root.path().join(bucket)).unwrap();
        }
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let service = service(root.path(), keys);
        runtime.spawn(serve(listener, service));
        Self { address, root, runtime: Some(runtime) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder its buckets are in.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// It, for the contract. "Create if absent" looks first and writes then, so a race has many winners.
    pub fn store() -> Store {
        let server = Self::start(&["bucket"]);
        Store {
            location: "s3://bucket".to_owned(),
            options: server.options(),
            flaws: &[Flaw::RaceHasManyWinners, Flaw::FoldersAreErrors],
            _keep: Box::new(server),
        }
    }

    /// It, in the place of Google Cloud Storage, whose XML protocol is that of S3 but for the names of some headers. The
    /// emulators of Google's that there are speak another. It knows no generations, by which Google creates if absent.
    pub fn google() -> Store {
        let server = Self::serve(&["bucket"], None);
        Store {
            location: "gs://bucket".to_owned(),
            options: Options {
                gs_emulator: Some(format!("http://{}", server.address)),
                ..Options::default()
            },
            flaws: &[Flaw::CreateReplaces, Flaw::NoMetadata, Flaw::FoldersAreErrors],
            _keep: Box::new(server),
        }
    }

    /// What one needs to be told to use it.
    pub fn options(&self) -> Options {
        s3_options(self.address)
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What one needs to be told to use an S3 server at `address`, or what passes on to one from there.
pub fn s3_options(address: SocketAddr) -> Options {
    let variables = [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_REGION", "us-east-1"),
    ];
    Options {
        s3_endpoint: Some(format!("http://{address}")),
        aws: variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ..Options::default()
    }
}

/// The service over `root`; without keys it is open to all.
///
/// # Panics
/// If there is no such folder.
pub fn service(root: &Path, keys: Option<(&str, &str)>) -> S3Service {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(root).expect("a folder for the buckets"));
    if let Some((access_key, secret_key)) = keys {
        builder.set_auth(SimpleAuth::from_single(access_key, secret_key));
    }
    builder.build()
}

/// Serves until the runtime ends.
///
/// # Panics
/// If the listener cannot be used.
pub async fn serve(listener: StdListener, service: S3Service) {
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((socket, _)) = listener.accept().await {
        let _ = socket.set_nodelay(true);
        let mut server = http1::Builder::new();
        let service = service.clone();
        let answer = service_fn(move |mut request: http::Request<Incoming>| {
            // Google's "nobody in particular" is a header that S3 does not understand.
            if request.headers().get("authorization").is_some_and(|v| v.as_bytes().starts_with(b"Bearer")) {
                request.headers_mut().remove("authorization");
            }
            Service::call(&service, request)
        });
        let connection = server.timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), answer);
        tokio::spawn(async move {
            let _ = connection.await;
        });
    }
}
