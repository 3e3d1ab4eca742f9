//! The one thread that writes: what waits when it begins is written in one transaction, and answered when that is committed.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_metadata::service::{Record, Recorded, Refusal, Service};
use spinloom_metadata::{Location, Provider};
use tokio::sync::oneshot;

/// At most this many records are written together.
const TOGETHER: usize = 256;
/// How often runs that ended without a word are looked for.
const SETTLE: Duration = Duration::from_secs(30);

/// What came of a record; the error is of the provider.
type Answer = Result<std::result::Result<Recorded, Refusal>>;

struct Job {
    record: Record,
    answer: oneshot::Sender<Answer>,
}

/// Writes what clients record.
pub(crate) struct Writer {
    jobs: Sender<Job>,
}

impl Writer {
    /// Starts the thread. It ends when this is dropped, and what was handed over before is written.
    ///
    /// # Errors
    /// `SL0901` if no thread can be started.
    pub(crate) fn start(location: Location) -> Result<Self> {
        let (jobs, waiting) = channel();
        thread::Builder::new()
            .name("metadata-writer".to_owned())
            .spawn(move || work(&location, &waiting))
            .or_error(codes::INTERNAL, || "no thread can be started".to_owned())?;
        Ok(Self { jobs })
    }

    /// Keeps a record, and says what came of it once it is committed.
    pub(crate) async fn record(&self, record: Record) -> Answer {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::new(codes::METADATA_IO, "the server is stopping");
        self.jobs.send(Job { record, answer }).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

fn work(location: &Location, waiting: &Receiver<Job>) {
    let mut provider = None;
    let mut before = Before::default();
    // A file on this machine is written sooner than anybody could say the next thing.
    let gathers = location.local().is_none();
    loop {
        let idle = Instant::now();
        let first = match waiting.recv_timeout(SETTLE) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                settle(location, &mut provider);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let (records, answers) = before.gather(first, idle, waiting);
        let began = Instant::now();
        let told = write(location, &mut provider, &records);
        if gathers {
            before = Before { answered: records.len(), took: began.elapsed() };
        }
        for (answer, told) in answers.into_iter().zip(told) {
            // A client that has gone does not want to know.
            let _ = answer.send(told);
        }
    }
}

/// What was written together before.
#[derive(Default)]
struct Before {
    answered: usize,
    took: Duration,
}

impl Before {
    /// What is to be written together: all that waits, and what those are about to say who were answered just now. Clients say one thing
    /// after the other, so most of them do at once; and a database takes little longer for all of it than for one.
    fn gather(
        &self,
        first: Job,
        idle: Instant,
        waiting: &Receiver<Job>,
    ) -> (Vec<Record>, Vec<oneshot::Sender<Answer>>) {
        let (mut records, mut answers) = (vec![first.record], vec![first.answer]);
        let mut add = |job: Job| {
            records.push(job.record);
            answers.push(job.answer);
            answers.len()
        };
        let mut count = 1;
        for job in waiting.try_iter().take(TOGETHER - 1) {
            count = add(job);
        }
        let until = idle + self.took / 2;
        let expected = (count + self.answered.saturating_sub(1)).min(TOGETHER);
        while count < expected
            && let Ok(job) = waiting.recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            count = add(job);
        }
        (records, answers)
    }
}

/// Writes `records` together; one by one if that fails, so that none fails for another's fault.
fn write(location: &Location, provider: &mut Option<Box<dyn Provider>>, records: &[Record]) -> Vec<Answer> {
    let together = with(location, provider, |service| service.record(records, now()));
    match together {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) if records.len() == 1 => vec![Err(error)],
        Err(_) => records
            .iter()
            .flat_map(|record| write(location, provider, std::slice::from_ref(record)))
            .collect(),
    }
}

fn settle(location: &Location, provider: &mut Option<Box<dyn Provider>>) {
    if let Err(error) = with(location, provider, |service| service.settle(now())) {
        tracing::warn!(code = error.code().id(), "{}", error.message());
    }
}

/// Calls `call` with the service of the provider, which is opened when it is first needed, and again after an error.
fn with<T>(
    location: &Location,
    provider: &mut Option<Box<dyn Provider>>,
    call: impl FnOnce(&mut dyn Service) -> Result<T>,
) -> Result<T> {
    let mut open = match provider.take() {
        Some(open) => open,
        None => location.open()?,
    };
    let done = open.service_mut().ok_or_else(|| unsupported(location)).and_then(call);
    if done.is_ok() {
        *provider = Some(open);
    }
    done
}

/// The metadata are kept by somebody who keeps no records of Metaflow's clients.
pub(super) fn unsupported(location: &Location) -> Error {
    Error::new(codes::USAGE, format!("`{location}` keeps no records of Metaflow's clients"))
}

/// Microseconds since the Unix epoch.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        let record = Record::RunBeat { flow: "F".to_owned(), run: "1".to_owned() };
        Job { record, answer: oneshot::channel().0 }
    }

    #[test]
    fn those_who_were_answered_just_now_are_waited_for_and_nobody_else() {
        let (jobs, waiting) = channel();
        let before = Before { answered: 2, took: Duration::from_mins(1) };
        let next = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            [job(), job()].map(|job| jobs.send(job).unwrap())
        });
        // Two were answered, and one of them has spoken: one more is waited for.
        assert_eq!(before.gather(job(), Instant::now(), &waiting).0.len(), 2);
        next.join().unwrap();
        assert_eq!(
            Before::default().gather(job(), Instant::now(), &waiting).0.len(),
            2,
            "what waits is taken along"
        );
    }

    #[test]
    fn nobody_is_waited_for_longer_than_half_of_what_writing_takes() {
        let (_jobs, waiting) = channel();
        let before = Before { answered: 9, took: Duration::from_millis(10) };
        assert_eq!(before.gather(job(), Instant::now(), &waiting).0.len(), 1);
    }
}
