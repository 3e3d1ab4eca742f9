//! A connection, and the statements that are prepared on it.
//!
//! The first time a statement takes one round trip, unprepared. One that comes again is prepared between two calls, never within one:
//! statements that are sent together arrive in the order of the code. Most are small and asked for again and again, and planning one
//! takes longer than carrying it out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use futures::future::join_all;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{CancelToken, Error, Row, Statement};

use super::trouble::Outcome;
use super::values::Value;

/// Statements are prepared anew after a while: how one is carried out is decided by how large the tables were when it was planned, and
/// the database itself looks again only when it has counted rows. A new connection may be one to an empty database that is filled now,
/// so the first while is short, and each is twice as long as the one before.
const RENEWED: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// Statements that are remembered. There are fewer, but for those whose text depends on what is asked for.
const REMEMBERED: usize = 256;

/// A connection.
pub(super) struct Client {
    client: tokio_postgres::Client,
    prepares: bool,
    statements: RefCell<Statements>,
}

struct Statements {
    known: HashMap<String, Known>,
    /// Texts to be prepared, with the types of their values.
    wanted: Vec<(String, Vec<Type>)>,
    /// When they were made anew, and how long they last.
    since: Instant,
    last: Duration,
}

enum Known {
    /// It was asked for once.
    Seen,
    Wanted,
    Prepared(Statement),
}

impl Statements {
    fn new() -> Self {
        Self { known: HashMap::new(), wanted: Vec::new(), since: Instant::now(), last: RENEWED.0 }
    }

    /// Forgets what is old. What was asked for before is prepared when it is asked for once more.
    fn renew(&mut self) {
        if self.since.elapsed() > self.last {
            (self.since, self.last) = (Instant::now(), (self.last * 2).min(RENEWED.1));
            self.wanted.clear();
            self.known.values_mut().for_each(|known| *known = Known::Seen);
        }
        if self.known.len() > REMEMBERED {
            self.wanted.clear();
            self.known.clear();
        }
    }
}

type Params<'a> = Vec<&'a (dyn ToSql + Sync)>;

fn params<'a>(values: &[Value<'a>]) -> Params<'a> {
    values.iter().map(|(value, _)| *value).collect()
}

impl Client {
    /// `prepares` is false where a proxy gives each transaction another connection, and knows of no prepared statements.
    pub(super) fn new(client: tokio_postgres::Client, prepares: bool) -> Self {
        Self { client, prepares, statements: RefCell::new(Statements::new()) }
    }

    /// Answers the rows of a statement. It is sent when this is first polled.
    pub(super) async fn query_typed(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        match self.prepared(sql, values) {
            Some(statement) => self.client.query(&statement, &params(values)).await,
            None => self.client.query_typed(sql, values).await,
        }
    }

    /// Hands the rows of a statement to `each` as they come, and keeps none. It is sent when this is first polled.
    pub(super) async fn each_row(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut each: impl FnMut(&Row) -> Outcome<()>,
    ) -> Outcome<()> {
        let rows = match self.prepared(sql, values) {
            Some(statement) => self.client.query_raw(&statement, params(values)).await?,
            None => self.client.query_typed_raw(sql, values.iter().cloned()).await?,
        };
        let mut rows = pin!(rows);
        while let Some(row) = rows.try_next().await? {
            each(&row)?;
        }
        Ok(())
    }

    /// Carries out a statement. It is sent when this is first polled.
    pub(super) async fn execute_typed(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
        match self.prepared(sql, values) {
            Some(statement) => self.client.execute(&statement, &params(values)).await,
            None => self.client.execute_typed(sql, values).await,
        }
    }

    /// Carries out statements without values.
    pub(super) async fn batch_execute(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    /// The statement, if it is prepared. Otherwise that it was asked for is noted.
    fn prepared(&self, sql: &str, values: &[Value<'_>]) -> Option<Statement> {
        if !self.prepares {
            return None;
        }
        let mut statements = self.statements.borrow_mut();
        match statements.known.get_mut(sql) {
            Some(Known::Prepared(statement)) => return Some(statement.clone()),
            Some(Known::Wanted) => {}
            Some(seen) => {
                *seen = Known::Wanted;
                let types = values.iter().map(|(_, kind)| kind.clone()).collect();
                statements.wanted.push((sql.to_owned(), types));
            }
            None => {
                statements.known.insert(sql.to_owned(), Known::Seen);
            }
        }
        None
    }

    /// Prepares what has been asked for more than once, all in one round trip. To be called between two calls.
    pub(super) async fn prepare(&self) {
        let wanted = {
            let mut statements = self.statements.borrow_mut();
            statements.renew();
            std::mem::take(&mut statements.wanted)
        };
        if wanted.is_empty() {
            return;
        }
        let prepared =
            join_all(wanted.iter().map(|(sql, types)| self.client.prepare_typed(sql, types))).await;
        let mut statements = self.statements.borrow_mut();
        for ((sql, _), prepared) in wanted.into_iter().zip(prepared) {
            // What cannot be prepared is told when it is carried out.
            if let Ok(statement) = prepared {
                statements.known.insert(sql, Known::Prepared(statement));
            }
        }
    }
}
