//! Listening, until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::app::App;
use crate::options::Options;
use crate::telemetry::export;

/// Connections at once; others wait to be accepted.
const CONNECTIONS: usize = 20_000;
/// Descriptors that are not for connections.
const OTHERS: u64 = 256;
/// Whoever does not send the head of a request, or does not take an answer, for so long is cut off.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is still to be told to a collector of telemetry has this long then.
const LAST_WORD: Duration = Duration::from_secs(3);
/// Requests under way have this long when the server is to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until the process is interrupted or terminated; requests under way are answered first. `ready` is told where it listens.
///
/// # Errors
/// `SL0701` if the address cannot be listened at; those of opening the store.
pub fn serve(options: Options, ready: impl FnOnce(SocketAddr)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .or_error(codes::INTERNAL, || "no threads can be started".to_owned())?;
    let listen = options.listen;
    let app = App::open(options)?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|e| cannot_listen(listen, &e))?;
        let stop = stopped()?;
        ready(listener.local_addr().map_err(|e| cannot_listen(listen, &e))?);
        let telling = app.telemetry.is_some().then(|| tokio::spawn(export(app.clone())));
        accept(listener, app.clone().router(), stop).await;
        if let (Some(telemetry), Some(telling)) = (&app.telemetry, telling) {
            telemetry.stop();
            let _ = tokio::time::timeout(LAST_WORD, telling).await;
        }
        drop(app);
        Ok(())
    });
    // A read that nobody waits for any more does not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

/// Takes connections until `stop`, then lets what is under way end.
async fn accept(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(descriptors()));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let next = async {
            let permit = room.clone().acquire_owned().await.ok();
            (listener.accept().await, permit)
        };
        tokio::select! {
            () = &mut stop => break,
            (accepted, permit) = next => match accepted {
                Ok((stream, peer)) => {
                    tokio::spawn(connection(stream, peer, router.clone(), graceful.watcher(), permit));
                }
                // Out of descriptors, or the other side has gone: neither ends the server.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    tracing::info!("stopping");
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were not answered in time");
    }
}

/// Answers the requests of one connection.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
    permit: Option<OwnedSemaphorePermit>,
) {
    // Small answers leave at once.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(PATIENCE));
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let serving = builder.serve_connection_with_upgrades(TokioIo::new(Box::pin(stream)), service);
    if let Err(error) = watcher.watch(serving).await {
        tracing::debug!(%peer, %error, "a connection broke");
    }
    drop(permit);
}

/// How many connections there may be, after raising the limit of descriptors as far as this process may.
fn descriptors() -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 512 };
    let raised = setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map_or(soft, |()| hard);
    usize::try_from(raised.saturating_sub(OTHERS)).unwrap_or(CONNECTIONS).clamp(16, CONNECTIONS)
}

fn cannot_listen(at: SocketAddr, why: &std::io::Error) -> Error {
    Error::new(codes::CANNOT_LISTEN, format!("the server cannot listen at `{at}`"))
        .cause(why)
        .hint("another server may be listening there; `--port 0` takes any free port")
}

/// Comes when the process is asked to end.
fn stopped() -> Result<impl Future<Output = ()>> {
    let catch = |kind| signal(kind).or_error(codes::INTERNAL, || "no signal can be caught".to_owned());
    let (mut interrupt, mut terminate) = (catch(SignalKind::interrupt())?, catch(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
