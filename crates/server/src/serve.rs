//! Listening, until told to stop.

use std::net::SocketAddr;

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::options::Options;

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
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|e| cannot_listen(listen, &e))?;
        let stop = stopped()?;
        ready(listener.local_addr().map_err(|e| cannot_listen(listen, &e))?);
        axum::serve(listener, app.router())
            .with_graceful_shutdown(stop)
            .await
            .map_err(|e| cannot_listen(listen, &e))
    })
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
