//! Emulators that are programs of others, which `./setup --servers` installs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use object_store::ClientOptions;
use object_store::azure::{AzureAccessKey, AzureAuthorizer, AzureCredential};
use object_store::client::{HttpConnector as _, HttpRequestBody, ReqwestConnector};
use spinloom_objects::Options;
use tempfile::TempDir;

use crate::Store;
use crate::s3::s3_options;

const READY_WITHIN: Duration = Duration::from_secs(120);
const BUCKET: &str = "bucket";
/// Azurite's own account, which its documentation names.
const AZURITE_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A program that ends with this.
struct Program {
    child: Child,
    _folder: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Moto's S3, an emulator: "create if absent" is right, signatures are never checked.
///
/// # Panics
/// If it cannot be started.
pub fn moto() -> Store {
    let address = free_address();
    let port = address.port().to_string();
    let program = start(".venv-servers/bin/moto_server", &["-H", "127.0.0.1", "-p", &port], address);
    make_bucket(address);
    Store {
        location: format!("s3://{BUCKET}"),
        options: s3_options(address),
        flaws: &[],
        _keep: Box::new(program),
    }
}

/// Azurite, Microsoft's emulator of Azure: "create if absent" is right, keys are checked.
///
/// # Panics
/// If it cannot be started.
pub fn azurite() -> Store {
    let address = free_address();
    let folder = tempfile::tempdir().unwrap();
    let port = address.port().to_string();
    let data = folder.path().to_string_lossy().into_owned();
    let arguments = [
        "--silent",
        "--skipApiVersionCheck",
        "--blobHost",
        "127.0.0.1",
        "--blobPort",
        &port,
        "--location",
        &data,
    ];
    let program = start(".setup/azurite/node_modules/.bin/azurite-blob", &arguments, address);
    let endpoint = format!("http://{address}/devstoreaccount1");
    let variables = [("AZURE_STORAGE_ACCOUNT", "devstoreaccount1"), ("AZURE_STORAGE_KEY", AZURITE_KEY)];
    make_container(&endpoint);
    let options = Options {
        azure_endpoint: Some(endpoint),
        azure: variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ..Options::default()
    };
    Store { location: format!("az://{BUCKET}"), options, flaws: &[], _keep: Box::new((program, folder)) }
}

/// The only request for which the library has no call. It is signed, as Azure wants it.
fn make_container(endpoint: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = AzureAccessKey::try_new(AZURITE_KEY).unwrap();
    let credential = AzureCredential::AccessKey(key);
    let mut request = http::Request::put(format!("{endpoint}/{BUCKET}?restype=container"))
        .header("content-length", "0")
        .body(HttpRequestBody::empty())
        .unwrap();
    AzureAuthorizer::new(&credential, "devstoreaccount1").try_authorize(&mut request).unwrap();
    let client = ReqwestConnector::default().connect(&ClientOptions::new().with_allow_http(true)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let status = runtime.block_on(client.execute(request)).unwrap().status();
    assert!(status.is_success(), "the container cannot be made: {status}");
}

fn start(program: &str, arguments: &[&str], address: SocketAddr) -> Program {
    let path = checkout().join(program);
    assert!(path.exists(), "`{program}` is not there: run ./setup --servers");
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(path)
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "`{program}` ended at once");
        assert!(started.elapsed() < READY_WITHIN, "`{program}` does not listen");
        thread::sleep(Duration::from_millis(50));
    }
    Program { child, _folder: folder }
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn make_bucket(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "PUT /{BUCKET} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.lines().next().unwrap_or("");
    assert!(status.contains(" 200"), "the bucket cannot be made: {status}");
}
