//! What can go wrong, told apart by what a caller can do about it. No error shows a password or the values of a row.

use std::error::Error;
use std::fmt;

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use sms_consolidate::store::StoreError;
use tokio_postgres::error::SqlState;

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL says something that cannot be followed.
    #[error("the database URL is not usable: {reason}")]
    Url {
        /// What is wrong with it. The URL itself is not shown, because it may hold a password.
        reason: String,
    },
    /// A setting is out of its range.
    #[error("{setting} is not usable: {reason}")]
    Setting {
        /// Which setting.
        setting: &'static str,
        /// What it must be.
        reason: &'static str,
    },
    /// The certificates by which the server is to be verified cannot be used.
    #[error("the certificates to trust cannot be read from {path}: {source}")]
    Certificates {
        /// Where they were looked for.
        path: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server cannot be reached, or does not let this user in.
    #[error("cannot connect to Postgres at {server}: {source}")]
    Connect {
        /// Host, port and database.
        server: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The database does not write text as UTF-8, so it cannot hold every message.
    #[error("the database at {server} is encoded as {encoding}; it must be UTF8")]
    Encoding {
        /// Host, port and database.
        server: String,
        /// Its encoding.
        encoding: String,
    },
    /// The tables were written by a newer version of this library.
    #[error(
        "the tables at {server} are of schema version {found}, and this program knows versions up to {known}: run a newer program"
    )]
    NewerSchema {
        /// Host, port and database.
        server: String,
        /// The version that was found.
        found: i32,
        /// The highest version that this program knows.
        known: i32,
    },
    /// The tables cannot be created or brought up to date.
    #[error("cannot set up the tables at {server}: {source}")]
    Schema {
        /// Host, port and database.
        server: String,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The secret under which the senders of the store are kept is missing or damaged. Under another one nobody who has
    /// opted out would be found, so none is made.
    #[error(
        "the secret of the store {store:?} at {server} is missing or damaged, and without it nobody who has opted out is \
         found: restore its row of the table `secrets` from a backup; or, knowing that all its opt-outs are lost by that, \
         delete its rows of `senders` and `secrets`"
    )]
    SecretLost {
        /// Host, port and database.
        server: String,
        /// The name under which the store is opened.
        store: String,
    },
}

/// What the database answered, without the values it may quote in its details.
#[derive(Debug)]
pub(crate) struct Reported(String);

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Reported {}

impl From<&tokio_postgres::Error> for Reported {
    fn from(error: &tokio_postgres::Error) -> Self {
        if let Some(db) = error.as_db_error() {
            return Self(format!("{} (SQLSTATE {})", db.message(), db.code().code()));
        }
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        Self(text)
    }
}

/// Why a step on the database failed, by what to do about it.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Another transaction was in the way; the same can be done again at once.
    Again(Reported),
    /// The connection or the server went away, or is too busy. What was not yet committed may be done again later.
    Away(Reported),
    /// The values cannot be stored.
    Value(Reported),
    /// Anything else: it will fail again.
    Broken(Reported),
}

impl Fault {
    pub(crate) fn away(text: impl Into<String>) -> Self {
        Self::Away(Reported(text.into()))
    }

    pub(crate) fn broken(text: impl Into<String>) -> Self {
        Self::Broken(Reported(text.into()))
    }

    /// As the store's callers see it.
    pub(crate) fn to_store_error(&self, server: &str) -> StoreError {
        let cause = Reported(format!("Postgres at {server}: {self}"));
        match self {
            Self::Again(_) | Self::Away(_) => StoreError::unavailable(cause),
            Self::Value(_) | Self::Broken(_) => StoreError::failed(cause),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Again(why) | Self::Away(why) | Self::Value(why) | Self::Broken(why) => why.fmt(f),
        }
    }
}

impl Error for Fault {}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        let why = Reported::from(&error);
        let Some(code) = error.code() else {
            // Without an answer of the server: the connection broke, or what it said was not understood.
            let lost = error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>());
            return if lost || error.to_string().contains("timeout") {
                Self::Away(why)
            } else {
                Self::Broken(why)
            };
        };
        classify(code, why)
    }
}

/// By SQLSTATE, see <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn classify(code: &SqlState, why: Reported) -> Fault {
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::UNIQUE_VIOLATION => Fault::Again(why),
        // statement_timeout, lock_timeout, and idle_in_transaction_session_timeout.
        SqlState::QUERY_CANCELED
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        | SqlState::READ_ONLY_SQL_TRANSACTION => Fault::Away(why),
        _ => match code.code().get(..2).unwrap_or_default() {
            // Connection, resources (disk full, memory, connections), operator intervention, system error.
            "08" | "53" | "57" | "58" => Fault::Away(why),
            // Data, integrity, limits (an index row too large).
            "22" | "23" | "54" => Fault::Value(why),
            _ => Fault::Broken(why),
        },
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                match Self::from(error) {
                    // Whatever keeps us out may be mended while we run: a password, a database that comes back.
                    Self::Broken(why) | Self::Value(why) | Self::Again(why) | Self::Away(why) => {
                        Self::Away(why)
                    }
                }
            }
            PoolError::Timeout(TimeoutType::Wait) => Self::away("all connections of this store are in use"),
            PoolError::Timeout(_) => Self::away("the server did not answer in time"),
            other => Self::away(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_what_to_do() {
        let class = |code: &str| match classify(&SqlState::from_code(code), Reported(String::new())) {
            Fault::Again(_) => "again",
            Fault::Away(_) => "away",
            Fault::Value(_) => "value",
            Fault::Broken(_) => "broken",
        };
        for (code, expected) in [
            ("40001", "again"),
            ("40P01", "again"),
            ("23505", "again"),
            ("57P01", "away"),
            ("57P03", "away"),
            ("57014", "away"),
            ("08006", "away"),
            ("53100", "away"),
            ("53300", "away"),
            ("25P03", "away"),
            ("25006", "away"),
            ("54000", "value"),
            ("22021", "value"),
            ("42P01", "broken"),
            ("28P01", "broken"),
            ("XX001", "broken"),
        ] {
            assert_eq!(class(code), expected, "{code}");
        }
    }
}
