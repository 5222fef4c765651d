//! What is in the database, and how it gets there.
//!
//! Everything is in one schema, `sms_consolidate` by default, so that no table meets one of another program. To look
//! around with `psql`: `SET search_path TO sms_consolidate;`. This is the whole of it:
//!
//! ```sql
#![doc = include_str!("schema.sql")]
#![doc = include_str!("schema-2.sql")]
//! ```
//!
//! The tables are created when a store is first opened, under an advisory lock, and brought up to date by later versions
//! of this library. The user needs the right to create the schema, or to create tables in it if it is there already.
//! `schema_version` says what was done and when. A program that finds a newer version than it knows refuses to open the
//! store.

use sms_consolidate::{Clock, SystemClock};
use tokio_postgres::Client;

use crate::database::{Database, Session};
use crate::error::{ConnectError, Fault};

/// The steps from each version to the next.
const STEPS: [&str; 2] = [include_str!("schema.sql"), include_str!("schema-2.sql")];

/// Of the advisory lock; the text `smsconso` as a number.
const LOCK: i64 = 0x736d_7363_6f6e_736f;

enum Refused {
    Fault(Fault),
    Newer(i32),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<tokio_postgres::Error> for Refused {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Creates what is missing. `schema` is the quoted name.
pub(crate) async fn set_up(
    database: &Database,
    mut session: Session,
    schema: &str,
) -> Result<(), ConnectError> {
    session.opens();
    let server = || database.server.to_string();
    match bring_up_to_date(session.client(), schema).await {
        Ok(()) => {
            session.is_over();
            Ok(())
        }
        Err(Refused::Newer(found)) => {
            Err(ConnectError::NewerSchema { server: server(), found, known: STEPS.len() as i32 })
        }
        Err(Refused::Fault(fault)) => Err(ConnectError::Schema { server: server(), source: fault.into() }),
    }
}

async fn bring_up_to_date(client: &Client, schema: &str) -> Result<(), Refused> {
    // An index over many rows takes longer than a statement may otherwise.
    client.batch_execute("BEGIN; SET LOCAL statement_timeout TO 0").await?;
    // Until the transaction ends. Another node that starts at the same time waits here.
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let found = version(client, schema).await?;
    let known = STEPS.len();
    if found > known as i32 {
        return Err(Refused::Newer(found));
    }
    let done = usize::try_from(found).unwrap_or(0);
    let now = SystemClock::new().now().as_unix_millis();
    for (step, version) in STEPS.iter().zip(1_i32..).skip(done) {
        client.batch_execute(step).await?;
        client
            .execute("INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)", &[&version, &now])
            .await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(())
}

/// The version that is there; 0 if nothing is.
async fn version(client: &Client, schema: &str) -> Result<i32, Refused> {
    // IF NOT EXISTS asks for the right to create even where nothing is created.
    let exists = client.query_one("SELECT to_regnamespace($1::text) IS NOT NULL", &[&schema]).await?;
    if !exists.get::<_, bool>(0) {
        client.batch_execute(&format!("CREATE SCHEMA {schema}")).await?;
    }
    let exists =
        client.query_one("SELECT to_regclass($1::text || '.schema_version') IS NOT NULL", &[&schema]).await?;
    if !exists.get::<_, bool>(0) {
        let create = "CREATE TABLE schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL)";
        client.batch_execute(create).await?;
    }
    let found = client.query_one("SELECT COALESCE(max(version), 0) FROM schema_version", &[]).await?;
    Ok(found.get(0))
}
