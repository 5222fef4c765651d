//! What is in the database, and how it gets there.
//!
//! Everything is in one schema, `sms_consolidate` by default, so that no table meets one of another program. To look
//! around with `psql`: `SET search_path TO sms_consolidate;`. This is the whole of it:
//!
//! ```sql
#![doc = include_str!("schema.sql")]
//! ```
//!
//! The tables are created when a store is first opened, under an advisory lock. The user needs the right to create the
//! schema, or to create tables in it if it is there already. `schema_version` says what was done and when. A program that
//! finds a newer version than it knows refuses to open the store.
//!
//! Whoever begins a reply holds an advisory lock of its sender shared, and whoever changes the sender's record holds it
//! alone, until either has committed. So no reply begins after an opt-out has returned, on whichever node and line. In
//! `pg_locks` such a lock has two numbers: `classid` is the store's, `objid` the sender's.

use sms_consolidate::{Clock, SystemClock};
use tokio_postgres::Client;

use crate::database::{Database, Session};
use crate::error::{ConnectError, Fault};

/// The version that is made here.
const VERSION: i32 = 1;

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
    match create_if_missing(database, session.client(), schema).await {
        Ok(()) => {
            session.is_over();
            Ok(())
        }
        Err(Refused::Newer(found)) => {
            Err(ConnectError::NewerSchema { server: server(), found, known: VERSION })
        }
        Err(Refused::Fault(fault)) => Err(ConnectError::Schema { server: server(), source: fault.into() }),
    }
}

async fn create_if_missing(database: &Database, client: &Client, schema: &str) -> Result<(), Refused> {
    let found = database.in_time(version(client, schema)).await?;
    if is_there(found)? {
        return Ok(());
    }
    tracing::info!(schema, "TABLES MISSING: they are made now; if another node does it, this takes a while");
    create(client, schema).await
}

const fn is_there(version: i32) -> Result<bool, Refused> {
    if version > VERSION { Err(Refused::Newer(version)) } else { Ok(version == VERSION) }
}

/// Another node that makes them may take its time, so this has no limit.
async fn create(client: &Client, schema: &str) -> Result<(), Refused> {
    // What is a long pause in a transaction that writes is none for a busy machine that starts. One that stands still
    // here keeps the others waiting for so long.
    client
        .batch_execute(
            "BEGIN; SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO '60s'",
        )
        .await?;
    // Until the transaction ends. Another node that starts at the same time waits here.
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    if !is_there(version(client, schema).await?)? {
        create_tables(client, schema).await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(())
}

async fn create_tables(client: &Client, schema: &str) -> Result<(), Fault> {
    // IF NOT EXISTS asks for the right to create even where nothing is created.
    let exists = client.query_one("SELECT to_regnamespace($1::text) IS NOT NULL", &[&schema]).await?;
    if !exists.get::<_, bool>(0) {
        client.batch_execute(&format!("CREATE SCHEMA {schema}")).await?;
    }
    client
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL)",
        )
        .await?;
    client.batch_execute(include_str!("schema.sql")).await?;
    let (version, now) = (VERSION, SystemClock::new().now().as_unix_millis());
    let noted = "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)";
    client.execute(noted, &[&version, &now]).await?;
    Ok(())
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
