//! Metadata behind a Spinloom server: for runs on machines that reach no database.
//!
//! What a server that is being restarted does not answer is asked again. Each write has a key, which the server keeps with what it
//! wrote, so that nothing is lost and nothing written twice.

mod address;
pub mod protocol;

use std::borrow::Cow;
use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, ResultExt as _, all_codes, codes};
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

pub use self::address::HttpLocation;
use self::protocol::{ASK, At, Order, Question, TELL, read};
use super::blocking::{Blocking, Stop, pause};
use crate::write_key::Writer;
use crate::{
    AttemptRecord, Change, Claim, Leader, NewRun, Provider, RunChange, RunQuery, RunRecord, StepRecord,
    TaskRecord, WriteKey,
};

/// A server that cannot be reached at first is more likely named wrongly than being restarted.
const AT_FIRST: Duration = Duration::from_secs(5);

/// Metadata behind a Spinloom server.
pub struct HttpProvider {
    place: HttpLocation,
    client: Client,
    stop: Stop,
    blocking: Blocking,
    writer: Writer,
    store: Option<String>,
}

/// Why a request has no answer.
enum Trouble {
    /// It may have one if it is sent again. Whether it may have been carried out, and why.
    Passing { doubt: bool, error: Error },
    /// It has none.
    Final(Error),
}

impl HttpProvider {
    /// Asks the server whether it is one.
    ///
    /// # Errors
    /// `SL0406` if it cannot be reached, `SL0407` if it demands another token, `SL0405` if it is no Spinloom server.
    pub fn open(place: &HttpLocation) -> Result<Self> {
        let mut provider = Self {
            client: client(place)?,
            place: place.clone(),
            stop: Stop::default(),
            blocking: Blocking::new()?,
            writer: Writer::new(),
            store: None,
        };
        provider.store = provider.question(&Question::StoreName, AT_FIRST)?;
        Ok(provider)
    }

    fn ask<T: DeserializeOwned>(&self, question: &Question<'_>) -> Result<T> {
        self.question(question, self.place.retry_time)
    }

    fn question<T: DeserializeOwned>(&self, question: &Question<'_>, patience: Duration) -> Result<T> {
        // In the address: who asks need not be allowed to write.
        let url = self.place.at(ASK, Some(&json(question)?));
        self.call(&url, None, patience).map(|(answer, _)| answer)
    }

    /// The answer, and whether the order may have been carried out by an earlier try.
    fn tell<T: DeserializeOwned>(&self, order: &Order<'_>) -> Result<(T, bool)> {
        self.call(&self.place.at(TELL, None), Some(json(order)?), self.place.retry_time)
    }

    fn call<T: DeserializeOwned>(
        &self,
        url: &str,
        body: Option<String>,
        patience: Duration,
    ) -> Result<(T, bool)> {
        let _busy = self.stop.begin();
        self.blocking.run(async {
            let (started, mut tries, mut doubts) = (Instant::now(), 0, false);
            loop {
                let tried = tokio::select! {
                    biased;
                    () = self.stop.asked() => return Err(self.stopped()),
                    tried = self.once(url, body.clone()) => tried,
                };
                let (doubt, error) = match tried {
                    Ok(answer) => return Ok((self.understand(&answer)?, doubts)),
                    Err(Trouble::Final(error)) => return Err(error),
                    Err(Trouble::Passing { doubt, error }) => (doubt, error),
                };
                doubts |= doubt;
                tries += 1;
                let wait = pause(tries);
                if started.elapsed() + wait > patience {
                    return Err(error);
                }
                tokio::select! {
                    () = self.stop.asked() => return Err(self.stopped()),
                    () = tokio::time::sleep(wait) => {}
                }
            }
        })
    }

    async fn once(&self, url: &str, body: Option<String>) -> Result<Vec<u8>, Trouble> {
        let mut request = match body {
            Some(body) => self.client.post(url).header(header::CONTENT_TYPE, "application/json").body(body),
            None => self.client.get(url),
        };
        if let Some(token) = self.place.token() {
            request = request.bearer_auth(token);
        }
        let broken =
            |e: reqwest::Error| Trouble::Passing { doubt: !e.is_connect(), error: self.unreachable(&e) };
        let response = request.send().await.map_err(broken)?;
        let status = response.status();
        let body = response.bytes().await.map_err(broken)?;
        match status {
            StatusCode::OK => Ok(body.into()),
            _ => Err(self.refused(status, &body)),
        }
    }

    /// What an answer that is none says.
    fn refused(&self, status: StatusCode, body: &[u8]) -> Trouble {
        let place = &self.place;
        let told: Option<Told> = serde_json::from_slice(body).ok();
        let code =
            told.as_ref().and_then(|told| all_codes().iter().find(|code| code.id() == told.code)).copied();
        let passing = match status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                matches!(code, None | Some(codes::METADATA_IO | codes::REMOTE_UNREACHABLE))
            }
            _ => false,
        };
        let error = match (code, told) {
            (_, told) if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Error::new(codes::REMOTE_DENIED, format!("the server `{place}` does not let you do this"))
                    .cause(told.map_or_else(|| status.to_string(), |told| told.title))
                    .hint("set `SPINLOOM_SERVICE_AUTH_KEY` to a token of the server that may do it")
            }
            (Some(code), Some(told)) => {
                told.hints.into_iter().fold(Error::new(code, told.title), Error::hint)
            }
            _ if passing => {
                Error::new(codes::REMOTE_UNREACHABLE, format!("the server `{place}` does not answer"))
                    .cause(format!("it answered {status}"))
            }
            _ => self.stranger(&status),
        };
        if passing { Trouble::Passing { doubt: true, error } } else { Trouble::Final(error) }
    }

    fn understand<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T> {
        read(answer).map_err(|e| self.stranger(&e.causes().join("; ")))
    }

    fn stranger(&self, why: &dyn std::fmt::Display) -> Error {
        Error::new(
            codes::METADATA_IO,
            format!("`{}` is no Spinloom server, or one of another version", self.place),
        )
        .cause(why)
        .hint("start one with `spinloom server`, and see that the address is right")
    }

    fn unreachable(&self, why: &reqwest::Error) -> Error {
        let error =
            Error::new(codes::REMOTE_UNREACHABLE, format!("the server `{}` cannot be reached", self.place))
                .hint("see that it runs, and that its address is right");
        let mut error = error.cause(why);
        let mut source = std::error::Error::source(why);
        while let Some(cause) = source {
            error = error.cause(cause);
            source = cause.source();
        }
        error
    }

    fn stopped(&self) -> Error {
        Error::new(codes::METADATA_IO, format!("reading `{}` was given up", self.place))
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .or_error(codes::INTERNAL, || "a request cannot be written as JSON".to_owned())
}

/// A server's problem details.
#[derive(Deserialize)]
struct Told {
    code: String,
    title: String,
    #[serde(default)]
    hints: Vec<String>,
}

fn client(place: &HttpLocation) -> Result<Client> {
    // Another part of the process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = Client::builder().dns_resolver(Arc::new(OnThisThread)).timeout(place.timeout);
    if place.is_here() {
        client = client.no_proxy();
    }
    client.build().or_error(codes::INTERNAL, || "no HTTP client can be made".to_owned())
}

/// Looks names up on the caller's thread: by default one would be started for that.
struct OnThisThread;

impl Resolve for OnThisThread {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = (name.as_str(), 0).to_socket_addrs()?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn at<'a>(flow: &'a FlowName, run: &'a RunId) -> At<'a> {
    At { flow: Cow::Borrowed(flow), run: Cow::Borrowed(run) }
}

impl Provider for HttpProvider {
    fn canceller(&self) -> Box<dyn Fn() + Send + Sync> {
        let stop = self.stop.clone();
        Box::new(move || stop.stop())
    }

    fn store_name(&self) -> Result<Option<String>> {
        Ok(self.store.clone())
    }

    fn create_run(&mut self, run: &NewRun) -> Result<RunRecord> {
        let key = self.writer.next();
        self.create_run_once(&key, run)
    }

    fn create_run_once(&mut self, key: &WriteKey, run: &NewRun) -> Result<RunRecord> {
        let order = Order::CreateRun { key: Cow::Borrowed(key), run: Cow::Borrowed(run) };
        self.tell(&order).map(|(made, _)| made)
    }

    fn lead(&mut self, run: &NewRun, claim: &Claim) -> Result<(RunRecord, Leader, bool)> {
        let order = Order::Lead { run: Cow::Borrowed(run), claim: Cow::Borrowed(claim) };
        let ((run, leader, won), doubt): ((RunRecord, Leader, bool), bool) = self.tell(&order)?;
        let ours = leader.identifier == claim.identifier && leader.at == claim.at;
        Ok((run, leader, won || (doubt && ours)))
    }

    fn leader(&self, flow: &FlowName, run: &RunId) -> Result<Option<Leader>> {
        self.ask(&Question::Leader(at(flow, run)))
    }

    fn write(&mut self, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        let key = self.writer.next();
        self.write_once(&key, flow, run, changes)
    }

    fn write_once(&mut self, key: &WriteKey, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        let order =
            Order::Write { key: Cow::Borrowed(key), at: at(flow, run), changes: Cow::Borrowed(changes) };
        self.tell(&order).map(|((), _)| ())
    }

    fn flows(&self) -> Result<Vec<(FlowName, i64)>> {
        self.ask(&Question::Flows)
    }

    fn runs(&self, flow: &FlowName, query: &RunQuery) -> Result<Vec<RunRecord>> {
        self.ask(&Question::Runs { flow: Cow::Borrowed(flow), query: Cow::Borrowed(query) })
    }

    fn run(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunRecord>> {
        self.ask(&Question::Run(at(flow, run)))
    }

    fn graph(&self, flow: &FlowName, run: &RunId) -> Result<Option<String>> {
        self.ask(&Question::Graph(at(flow, run)))
    }

    fn steps(&self, flow: &FlowName, run: &RunId) -> Result<Vec<StepRecord>> {
        self.ask(&Question::Steps(at(flow, run)))
    }

    fn tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        step: Option<&StepName>,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>> {
        self.ask(&Question::Tasks { at: at(flow, run), step: step.map(Cow::Borrowed), after, limit })
    }

    fn task(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Option<TaskRecord>> {
        self.ask(&Question::Task { at: at(flow, run), task })
    }

    fn end_task(&self, flow: &FlowName, run: &RunId) -> Result<Option<TaskRecord>> {
        self.ask(&Question::EndTask(at(flow, run)))
    }

    fn attempts(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Vec<AttemptRecord>> {
        self.ask(&Question::Attempts { at: at(flow, run), task })
    }

    fn mutate_tags(
        &mut self,
        flow: &FlowName,
        run: &RunId,
        add: &[String],
        remove: &[String],
    ) -> Result<Vec<String>> {
        let (add, remove) = (Cow::Borrowed(add), Cow::Borrowed(remove));
        self.tell(&Order::MutateTags { at: at(flow, run), add, remove }).map(|(tags, _)| tags)
    }

    fn manifests(&self, flow: &FlowName, run: &RunId) -> Result<Vec<String>> {
        self.ask(&Question::Manifests(at(flow, run)))
    }

    fn delete_run(&mut self, flow: &FlowName, run: &RunId) -> Result<bool> {
        // What is gone after a try nobody knows the end of was deleted by it.
        self.tell(&Order::DeleteRun(at(flow, run))).map(|(deleted, doubt): (bool, bool)| deleted || doubt)
    }

    fn sequence(&self) -> Result<u64> {
        self.ask(&Question::Sequence)
    }

    fn changed_runs(&self, after: u64, limit: usize) -> Result<Vec<RunChange>> {
        self.ask(&Question::ChangedRuns { after, limit })
    }

    fn changed_tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, TaskRecord)>> {
        self.ask(&Question::ChangedTasks { at: at(flow, run), after, limit })
    }
}
