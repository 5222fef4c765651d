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

impl From<tokio_postgres::Error> for Refused {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
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
    match bring_up_to_date(database, session.client(), schema).await {
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

async fn bring_up_to_date(database: &Database, client: &Client, schema: &str) -> Result<(), Refused> {
    let found = database.in_time(version(client, schema)).await?;
    if is_current(found)? {
        return Ok(());
    }
    let to = STEPS.len();
    tracing::info!(
        schema,
        from = found,
        to,
        "SCHEMA UPDATE: with many rows, or if another node does it, this takes a while"
    );
    update(client, schema).await
}

const fn is_current(version: i32) -> Result<bool, Refused> {
    let known = STEPS.len() as i32;
    if version > known { Err(Refused::Newer(version)) } else { Ok(version == known) }
}

/// An index over many rows takes longer than a statement may otherwise, so this has no limit of time.
async fn update(client: &Client, schema: &str) -> Result<(), Refused> {
    // What is a long pause in a transaction that writes is none for a busy machine that starts. One that stands still
    // here keeps the others waiting for so long.
    client
        .batch_execute(
            "BEGIN; SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO '60s'",
        )
        .await?;
    // Until the transaction ends. Another node that starts at the same time waits here.
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let found = version(client, schema).await?;
    is_current(found)?;
    if found == 0 {
        create(client, schema).await?;
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

async fn create(client: &Client, schema: &str) -> Result<(), Fault> {
    // IF NOT EXISTS asks for the right to create even where nothing is created.
    let exists = client.query_one("SELECT to_regnamespace($1::text) IS NOT NULL", &[&schema]).await?;
    if !exists.get::<_, bool>(0) {
        client.batch_execute(&format!("CREATE SCHEMA {schema}")).await?;
    }
    let create =
        "CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL)";
    Ok(client.batch_execute(create).await?)
}

/// The version that is there; 0 if nothing is.
///
/// The catalog is read as a table: what `to_regclass` says may be as old as the transaction, and another node may have
/// made the table while this one waited for the lock.
async fn version(client: &Client, schema: &str) -> Result<i32, Fault> {
    let exists = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname = (parse_ident($1))[1] AND c.relname = 'schema_version')";
    let exists = client.query_one(exists, &[&schema]).await?;
    if !exists.get::<_, bool>(0) {
        return Ok(0);
    }
    let found = client.query_one("SELECT COALESCE(max(version), 0) FROM schema_version", &[]).await?;
    Ok(found.get(0))
}
