//! One request, tried until it works or it is time to give up. Every request of every back-end passes here, those for
//! credentials too, so there is one rule of what is tried again, and nobody is handed half a body.

mod answer;
mod target;
mod trouble;

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use http::{Method, Uri};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService, ReqwestConnector,
};

use crate::Options;
use answer::Verdict;
pub(crate) use target::{Target, Told, into};
pub(crate) use trouble::{Trouble, TroubleKind};

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A slower network than this many bytes in a second is taken to have stalled.
const SLOWEST: u64 = 64 << 10;
/// No answer is longer than a part; one that says so is not believed before it is there.
const MOST_RESERVED: usize = 64 << 20;
/// Said where the target's own words should be.
const NO_ROOM: &str = "there is no room for the answer";

tokio::task_local! {
    /// How often the request of this task was sent without one knowing whether it was carried out.
    static DOUBTS: Arc<AtomicU32>;
    /// How the store says it has encrypted what the request of this task is about. The client does not hand that on.
    static ENCRYPTION: Arc<OnceLock<String>>;
}

/// Runs `work`, a single request, and gives how what it is about is encrypted.
pub(crate) async fn with_encryption<T>(work: impl Future<Output = T>) -> (T, Option<String>) {
    let encryption = Arc::new(OnceLock::new());
    let result = ENCRYPTION.scope(Arc::clone(&encryption), work).await;
    (result, encryption.get().cloned())
}

/// Runs `work`, a single request, and says whether an earlier try of it may have been carried out.
pub(crate) async fn with_doubts<T>(work: impl Future<Output = T>) -> (T, bool) {
    let doubts = Arc::new(AtomicU32::new(0));
    let result = DOUBTS.scope(Arc::clone(&doubts), work).await;
    (result, doubts.load(Ordering::Relaxed) > 0)
}

/// Makes clients that try again.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    retries: u32,
    retry_time: Duration,
    first_pause: Duration,
    timeout: Duration,
}

impl Connector {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            retries: options.retries,
            retry_time: options.retry_time,
            first_pause: options.first_pause,
            timeout: options.timeout,
        }
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Patient { client, rules: self.clone() }))
    }
}

#[derive(Debug)]
struct Patient {
    client: HttpClient,
    rules: Connector,
}

#[async_trait]
impl HttpService for Patient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let started = Instant::now();
        let machine = is_of_the_machine(request.uri());
        let retries = if machine { self.rules.retries.min(1) } else { self.rules.retries };
        let mut tries = 0;
        loop {
            tries += 1;
            let (mut trouble, pause) = match self.once(&request, machine).await {
                Verdict::Fine(response) => return Ok(response),
                Verdict::Final(trouble) => (trouble, None),
                Verdict::Again { trouble, after } => (trouble, Some(after)),
            };
            let wait = pause.map(|asked| asked.unwrap_or_else(|| self.pause(tries)));
            match wait.filter(|wait| tries <= retries && started.elapsed() + *wait < self.rules.retry_time) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => {
                    if machine {
                        trouble.kind = TroubleKind::NoCredentials;
                    }
                    trouble.tries = tries;
                    trouble.elapsed = started.elapsed();
                    return Err(HttpError::new(HttpErrorKind::Unknown, trouble));
                }
            }
        }
    }
}

impl Patient {
    /// One try.
    async fn once(&self, request: &HttpRequest, machine: bool) -> Verdict {
        let timeout =
            if machine { self.rules.timeout.min(Duration::from_secs(2)) } else { self.rules.timeout };
        let sending = Duration::from_secs(request.body().content_length() as u64 / SLOWEST);
        let response =
            match tokio::time::timeout(timeout + sending, self.client.execute(request.clone())).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => {
                    if error.kind() != HttpErrorKind::Connect {
                        doubt();
                    }
                    return Verdict::again(trouble::transport(&error));
                }
                Err(_) => {
                    doubt();
                    return Verdict::again(format!(
                        "the store was silent for {} s",
                        (timeout + sending).as_secs_f64()
                    ));
                }
            };
        let (head, body) = response.into_parts();
        if let Some(how) = head.headers.get("x-amz-server-side-encryption").and_then(|how| how.to_str().ok())
        {
            // Outside of `with_encryption` nobody asks.
            let _ = ENCRYPTION.try_with(|encryption| encryption.set(how.to_owned()));
        }
        let target = target::of(&head).filter(|target| target.takes());
        let read = match &target {
            Some(target) => pour(body, target, timeout).await,
            None => collect(body, answer::announced(&head.headers), timeout).await,
        };
        let (body, len) = match read {
            Ok(body) => body,
            Err(Broken::Here) => return Verdict::Final(Trouble::new(TroubleKind::Unreachable, NO_ROOM)),
            Err(Broken::There(why)) => {
                doubt();
                return Verdict::again(why);
            }
        };
        if head.status.is_server_error() {
            doubt();
        }
        if request.method() == Method::GET
            && let Some(why) = answer::is_short(&head, len)
        {
            return Verdict::again(why);
        }
        answer::judge(head, body)
    }

    /// A pause that grows, and differs between those who wait for the same store.
    fn pause(&self, tries: u32) -> Duration {
        let longest = self.rules.first_pause.saturating_mul(1 << (tries - 1).min(16)).min(LONGEST_PAUSE);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_nanos() as u64);
        let mut dice = fastrand::Rng::with_seed(nanos ^ (u64::from(process::id()) << 32));
        longest.mul_f64(0.5 + dice.f64() / 2.0)
    }
}

fn doubt() {
    // Outside of `with_doubts` nobody asks.
    let _ = DOUBTS.try_with(|doubts| doubts.fetch_add(1, Ordering::Relaxed));
}

/// Why there is no body.
enum Broken {
    /// The target, which knows why, has no room.
    Here,
    /// What the network or the store did.
    There(String),
}

/// What arrives next; at the end nothing.
async fn frame(
    frames: &mut BoxStream<'static, Result<Bytes, HttpError>>,
    timeout: Duration,
) -> Result<Option<Bytes>, Broken> {
    match tokio::time::timeout(timeout, frames.next()).await {
        Ok(frame) => frame.transpose().map_err(|error| Broken::There(trouble::transport(&error))),
        Err(_) => {
            Err(Broken::There(format!("the store was silent for {} s in mid-answer", timeout.as_secs_f64())))
        }
    }
}

/// The whole body and its length.
async fn collect(body: HttpResponseBody, size: usize, timeout: Duration) -> Result<(Bytes, u64), Broken> {
    let mut frames = body.bytes_stream();
    let mut first: Option<Bytes> = None;
    let mut whole = BytesMut::new();
    while let Some(frame) = frame(&mut frames, timeout).await? {
        match &first {
            // Most answers are one frame, which need not be copied.
            None => first = Some(frame),
            Some(start) => {
                if whole.is_empty() {
                    whole.reserve(size.min(MOST_RESERVED));
                    whole.extend_from_slice(start);
                }
                whole.extend_from_slice(&frame);
            }
        }
    }
    let body = if whole.is_empty() { first.unwrap_or_default() } else { whole.freeze() };
    let len = body.len() as u64;
    Ok((body, len))
}

/// No body, as the target has it, and its length.
async fn pour(body: HttpResponseBody, target: &Target, timeout: Duration) -> Result<(Bytes, u64), Broken> {
    let mut frames = body.bytes_stream();
    let mut len = 0;
    while let Some(frame) = frame(&mut frames, timeout).await? {
        if !target.take(&frame, len) {
            return Err(Broken::Here);
        }
        len += frame.len() as u64;
    }
    Ok((Bytes::new(), len))
}

/// Addresses at which a machine in a cloud is told its credentials, and at which nothing is elsewhere.
fn is_of_the_machine(uri: &Uri) -> bool {
    matches!(
        uri.host(),
        Some(
            "169.254.169.254" | "169.254.170.2" | "169.254.170.23" | "metadata.google.internal" | "metadata"
        )
    )
}
