//! A connection that is made when first needed, and again when it broke.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use spinloom_diagnostics::Result;
use tokio::task::JoinHandle;

use super::PostgresLocation;
use super::client::Client;
use super::tls::Tls;
use super::trouble::{Outcome, Trouble};
use crate::providers::blocking::{Blocking, Stop, pause};

/// For saying good-bye, or that a query is not wanted any more.
const MOMENT: Duration = Duration::from_secs(1);
/// A database that cannot be reached at first is more likely named wrongly than being restarted.
pub(super) const AT_FIRST: Duration = Duration::from_secs(5);

/// A connection to the database.
pub(super) struct Session {
    place: PostgresLocation,
    tls: Tls,
    link: RefCell<Option<Link>>,
    /// False once a statement that was prepared was not found: a proxy gives each transaction a connection of its choice.
    prepares: Cell<bool>,
    stop: Stop,
    blocking: Blocking,
}

struct Link {
    client: Client,
    connection: JoinHandle<()>,
}

impl Session {
    /// Connects to nothing yet.
    pub(super) fn new(place: &PostgresLocation) -> Result<Self> {
        Ok(Self {
            tls: Tls::new(place)?,
            place: place.clone(),
            link: RefCell::default(),
            prepares: Cell::new(place.prepares),
            stop: Stop::default(),
            blocking: Blocking::new()?,
        })
    }

    pub(super) fn place(&self) -> &PostgresLocation {
        &self.place
    }

    pub(super) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Does `work`, which is told whether an earlier try of it may have been carried out. What fails because the database is being
    /// restarted is tried again, on a new connection.
    pub(super) fn call<T>(
        &self,
        patience: Duration,
        mut work: impl AsyncFnMut(&Client, bool) -> Outcome<T>,
    ) -> Result<T> {
        let _busy = self.stop.begin();
        let done = self.blocking.run(async {
            let (started, mut tries, mut doubt) = (Instant::now(), 0, false);
            loop {
                let tried = self.once(&mut work, &mut doubt).await;
                let Err(trouble) = &tried else { return tried };
                tries += 1;
                let wait = pause(tries);
                if !trouble.passes() || started.elapsed() + wait > patience {
                    return tried;
                }
                tokio::select! {
                    () = self.stop.asked() => return Err(Trouble::Stopped),
                    () = tokio::time::sleep(wait) => {}
                }
            }
        });
        done.map_err(|trouble| trouble.tell(&self.place))
    }

    async fn once<T>(
        &self,
        work: &mut impl AsyncFnMut(&Client, bool) -> Outcome<T>,
        doubt: &mut bool,
    ) -> Outcome<T> {
        let link = tokio::select! {
            biased;
            () = self.stop.asked() => return Err(Trouble::Stopped),
            link = self.linked() => link?,
        };
        let told = *doubt;
        let work = async {
            link.client.prepare().await;
            work(&link.client, told).await
        };
        let tried = tokio::select! {
            biased;
            () = self.stop.asked() => Err(Trouble::Stopped),
            tried = work => tried,
        };
        if tried.as_ref().is_err_and(Trouble::lost_statement) {
            self.prepares.set(false);
        }
        match &tried {
            Err(Trouble::Stopped) => {
                // The connection is not used again: what it was asked may go on for a while.
                let _ =
                    tokio::time::timeout(MOMENT, link.client.cancel_token().cancel_query(self.tls.clone()))
                        .await;
                link.connection.abort();
            }
            Err(trouble) if trouble.breaks() => {
                *doubt = true;
                link.connection.abort();
            }
            Err(trouble) if trouble.lost_statement() => link.connection.abort(),
            Err(_) if link.client.batch_execute("ROLLBACK").await.is_err() => link.connection.abort(),
            _ => *self.link.borrow_mut() = Some(link),
        }
        tried
    }

    async fn linked(&self) -> Outcome<Link> {
        let known = self.link.borrow_mut().take();
        if let Some(link) = known.filter(|link| !link.client.is_closed()) {
            return Ok(link);
        }
        let config = self.place.config().map_err(Trouble::Host)?;
        let (client, connection) = config.connect(self.tls.clone()).await?;
        // What breaks the connection is told to whoever uses the client.
        let connection = tokio::spawn(async move {
            let _ = connection.await;
        });
        // What is asked for here is never worth compiling, which takes longer than reading tens of thousands of rows.
        client.batch_execute("SET jit = off").await?;
        Ok(Link { client: Client::new(client, self.prepares.get()), connection })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Without a good-bye the database notes a lost connection.
        if let Some(Link { client, connection }) = self.link.take()
            && Blocking::may_wait()
        {
            drop(client);
            let _ = self.blocking.run(async { tokio::time::timeout(MOMENT, connection).await });
        }
    }
}
