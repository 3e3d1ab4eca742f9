//! Failures inside this provider, which of them pass, and how they are told.

use std::error::Error as _;
use std::io;

use spinloom_diagnostics::{Code, Error, codes};
use tokio_postgres::error::SqlState;

use super::PostgresLocation;

/// Why something did not work.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The database said no, or the connection broke.
    Sql(tokio_postgres::Error),
    /// The database's host cannot be found.
    Host(io::Error),
    /// Somebody asked for it.
    Stopped,
    /// Ready for the user.
    Ours(Error),
}

/// A result inside this provider.
pub(super) type Outcome<T> = Result<T, Trouble>;

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl Trouble {
    /// Trying again is worth it: the database is being restarted, or two transactions were in each other's way.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::Sql(error) => match error.code() {
                Some(state) => of_the_moment(state) || self.lost_statement(),
                None => !is_refusal(error),
            },
            Self::Host(_) => true,
            Self::Stopped | Self::Ours(_) => false,
        }
    }

    /// A statement that was prepared on this connection is not known on it: behind a proxy it is another one by now.
    pub(super) fn lost_statement(&self) -> bool {
        let lost = [&SqlState::INVALID_SQL_STATEMENT_NAME, &SqlState::DUPLICATE_PSTATEMENT];
        matches!(self, Self::Sql(error) if error.code().is_some_and(|state| lost.contains(&state)))
    }

    /// The connection is of no use any more, and what was under way may or may not have been done.
    pub(super) fn breaks(&self) -> bool {
        match self {
            Self::Sql(error) => match error.as_db_error() {
                Some(told) => told.code().code().starts_with("57P") || told.code().code().starts_with("08"),
                None => true,
            },
            Self::Host(_) | Self::Stopped => true,
            Self::Ours(_) => false,
        }
    }

    /// The error as the user sees it.
    pub(super) fn tell(self, place: &PostgresLocation) -> Error {
        match self {
            Self::Ours(error) => error,
            Self::Host(error) => unreachable_database(place).cause(error),
            Self::Stopped => Error::new(codes::METADATA_IO, format!("reading `{place}` was given up")),
            Self::Sql(error) => tell(&error, place),
        }
    }
}

/// A stored value that cannot be what was written.
pub(super) fn corrupt(what: impl std::fmt::Display) -> Trouble {
    Trouble::Ours(
        Error::new(codes::STORE_CORRUPT, "the metadata holds a value that was never written").cause(what),
    )
}

/// A change that no correct engine sends.
pub(super) fn misuse(message: impl Into<String>) -> Trouble {
    Trouble::Ours(Error::new(codes::INTERNAL, message))
}

/// It starts, stops or fails over, has too many connections, or broke a tie between two transactions.
fn of_the_moment(state: &SqlState) -> bool {
    let code = state.code();
    code.starts_with("08")
        || code.starts_with("57P")
        || [
            &SqlState::TOO_MANY_CONNECTIONS,
            &SqlState::T_R_SERIALIZATION_FAILURE,
            &SqlState::T_R_DEADLOCK_DETECTED,
        ]
        .contains(&state)
}

/// Neither the network nor a restart: a certificate that is not trusted, TLS that is not spoken, a password that is missing.
fn is_refusal(error: &tokio_postgres::Error) -> bool {
    if error.is_closed() {
        return false;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return io.kind() == io::ErrorKind::InvalidData;
        }
        source = cause.source();
    }
    // A time-out has no source either.
    !error.to_string().contains("timeout")
}

fn unreachable_database(place: &PostgresLocation) -> Error {
    Error::new(codes::REMOTE_UNREACHABLE, format!("the database `{place}` cannot be reached"))
        .hint("see that it runs, and that its host and port are right")
}

fn tell(error: &tokio_postgres::Error, place: &PostgresLocation) -> Error {
    let Some(told) = error.as_db_error() else {
        let told = if is_refusal(error) {
            Error::new(codes::REMOTE_DENIED, format!("the database `{place}` cannot be used"))
                .hint("see that `sslmode`, the user and the password are right; `PGPASSWORD` is one way to give a password")
        } else {
            unreachable_database(place)
        };
        return causes(told, error);
    };
    let (code, hint) = advice(told.code());
    let message = match code {
        codes::REMOTE_DENIED => format!("the database `{place}` does not let you in, or not do this"),
        codes::REMOTE_UNREACHABLE => format!("the database `{place}` cannot be reached"),
        codes::DISK_FULL => format!("the disk that holds the database `{place}` is full"),
        _ => format!("the metadata in `{place}` cannot be read or written"),
    };
    let error = Error::new(code, message).cause(format!("{} ({})", told.message(), told.code().code()));
    match hint {
        "" => error,
        hint => error.hint(hint),
    }
}

fn advice(state: &SqlState) -> (Code, &'static str) {
    match state.code() {
        "28P01" | "28000" => (
            codes::REMOTE_DENIED,
            "see that the user and the password are right; `PGPASSWORD` is one way to give a password",
        ),
        "3D000" => (codes::REMOTE_DENIED, "make the database with `createdb`, or correct its name"),
        "42501" | "25006" => (
            codes::REMOTE_DENIED,
            "see that the user may make and write tables there, and that it is no replica",
        ),
        "53100" | "53200" => (codes::DISK_FULL, "free some space there, then resume the run"),
        "42P01" | "42703" | "3F000" => {
            (codes::METADATA_IO, "tables of Spinloom are missing: restore them from a backup")
        }
        _ if of_the_moment(state) => {
            (codes::REMOTE_UNREACHABLE, "see that it runs; the run can be resumed then")
        }
        _ => (codes::METADATA_IO, ""),
    }
}

fn causes(told: Error, error: &tokio_postgres::Error) -> Error {
    let mut told = told.cause(error);
    let mut source = error.source();
    while let Some(cause) = source {
        told = told.cause(cause);
        source = cause.source();
    }
    told
}
