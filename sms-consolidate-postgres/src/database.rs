//! Connections: how they are set up, lent out, and thrown away after an interruption.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures::future::join;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Row, Statement, types::ToSql};

use crate::error::Fault;
use crate::shared::Settings;
use crate::sql;
use crate::target::Target;
use crate::timer;

/// The plans must not depend on what the planner believes of tables that are empty one minute and full the next: every
/// statement has an index that fits, and is to use it. `synchronous_commit` is left as the server has it, unless that
/// would acknowledge what is not yet on disk.
fn set_up_session(settings: &Settings) -> String {
    let Settings { schema, statement_timeout, .. } = settings;
    let (limit, idle) = (statement_timeout.as_millis(), (*statement_timeout / 2).as_millis());
    format!(
        "SET search_path TO {schema}; SET default_transaction_isolation TO 'read committed'; \
         SET default_transaction_read_only TO off; SET client_min_messages TO warning; \
         SET plan_cache_mode TO force_generic_plan; SET enable_seqscan TO off; SET enable_bitmapscan TO off; \
         SET enable_hashjoin TO off; SET enable_mergejoin TO off; SET enable_material TO off; SET jit TO off; \
         SET statement_timeout TO {limit}; SET idle_in_transaction_session_timeout TO {idle}; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') = 'off'"
    )
}

/// What a connection is for. None of these can take the connections of one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A writer's group. There are no more of them at once than writers.
    Write,
    /// What the service itself goes on by: claims, wakes, maintenance, the time, news.
    Serve,
    /// What people and status pages ask for.
    Look,
}

/// The pool of one store.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool,
    /// All connections but the writers'.
    beside_writers: Arc<Semaphore>,
    /// Those but one.
    to_look: Arc<Semaphore>,
    connect_timeout: Duration,
    /// Host, port and database, for messages.
    pub(crate) server: Arc<str>,
    /// Longer than any statement may take; beyond it the connection is given up.
    pub(crate) limit: Duration,
}

impl Database {
    pub(crate) fn new(
        target: &Target,
        tls: tokio_postgres_rustls::MakeRustlsConnect,
        settings: &Settings,
    ) -> Self {
        let Settings { connections, writers, connect_timeout, statement_timeout, .. } = *settings;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(target.config.clone(), tls, recycling);
        let statements: Arc<str> = set_up_session(settings).into();
        let set_up = Hook::async_fn(move |client, _| {
            let statements = Arc::clone(&statements);
            Box::pin(async move { client.batch_execute(&statements).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(connect_timeout))
            .create_timeout(Some(connect_timeout))
            .recycle_timeout(Some(connect_timeout))
            .post_create(set_up)
            .build()
            .expect("a pool with time limits has a runtime");
        let beside_writers = connections - writers;
        Self {
            pool,
            beside_writers: Arc::new(Semaphore::new(beside_writers)),
            to_look: Arc::new(Semaphore::new(beside_writers - 1)),
            connect_timeout,
            server: target.server.as_str().into(),
            limit: statement_timeout + connect_timeout,
        }
    }

    /// A connection with no transaction open.
    pub(crate) async fn session(&self, purpose: Use) -> Result<Session, Fault> {
        let permits = timer::within(self.connect_timeout, self.permits(purpose)).await;
        let permits = permits.ok_or_else(|| Fault::away("all connections for this are in use"))?;
        let client = self.pool.get().await?;
        Ok(Session { client: Some(client), is_clean: true, _permits: permits })
    }

    /// Waits until one more connection may be used so.
    async fn permits(&self, purpose: Use) -> Vec<OwnedSemaphorePermit> {
        let semaphores: &[&Arc<Semaphore>] = match purpose {
            Use::Write => &[],
            Use::Serve => &[&self.beside_writers],
            Use::Look => &[&self.to_look, &self.beside_writers],
        };
        let mut permits = Vec::new();
        for &semaphore in semaphores {
            let permit = Arc::clone(semaphore).acquire_owned().await;
            permits.push(permit.expect("these semaphores are never closed"));
        }
        permits
    }

    /// What `work` returns, unless that takes too long: a server may say nothing more.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        in_time(self.limit, work).await
    }

    /// Does `work` in a task of its own, so that a caller who loses interest leaves nothing half done, and within a
    /// limit of time, so that a server that has vanished blocks nobody for ever.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        match tokio::spawn(in_time(self.limit, work)).await {
            Ok(result) => result,
            Err(ended) if ended.is_panic() => Err(Fault::broken("panicked")),
            Err(_) => Err(Fault::away("the runtime is shutting down")),
        }
    }
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    timer::within(limit, work).await.unwrap_or_else(|| Err(Fault::away("the server did not answer in time")))
}

/// A connection that is lent out. One that is dropped in the middle of something is closed, not reused: its
/// transaction may be open, and answers may be on their way that nobody waits for.
pub(crate) struct Session {
    client: Option<Object>,
    is_clean: bool,
    /// After the connection, so that it is back in the pool when others may take it.
    _permits: Vec<OwnedSemaphorePermit>,
}

impl Session {
    fn object(&self) -> &Object {
        self.client.as_ref().expect("the connection is here until the session is dropped")
    }

    pub(crate) fn client(&self) -> &Client {
        self.object()
    }

    pub(crate) async fn statement(&self, sql: &str) -> Result<Statement, Fault> {
        Ok(self.object().prepare_cached(sql).await?)
    }

    /// Asks one question outside a transaction.
    pub(crate) async fn query(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Fault> {
        self.is_clean = false;
        let statement = self.statement(sql).await?;
        let rows = self.client().query(&statement, parameters).await?;
        self.is_clean = true;
        Ok(rows)
    }

    /// Makes one change outside a transaction. Returns how many rows it concerned.
    pub(crate) async fn execute(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, Fault> {
        self.is_clean = false;
        let statement = self.statement(sql).await?;
        let count = self.client().execute(&statement, parameters).await?;
        self.is_clean = true;
        Ok(count)
    }

    /// Begins a transaction, and asks its first question along with it.
    pub(crate) async fn begin(
        &mut self,
        begin: &str,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Fault> {
        let statement = self.statement(sql).await?;
        self.is_clean = false;
        let (begun, rows) =
            join(self.client().batch_execute(begin), self.client().query(&statement, parameters)).await;
        begun?;
        Ok(rows?)
    }

    /// A transaction is about to be opened by other means.
    pub(crate) fn opens(&mut self) {
        self.is_clean = false;
    }

    /// The transaction is over, as the server has said.
    pub(crate) fn is_over(&mut self) {
        self.is_clean = true;
    }

    /// Ends a transaction that has changed nothing.
    pub(crate) async fn leave(mut self) -> Result<(), Fault> {
        self.client().batch_execute(sql::ROLLBACK).await?;
        self.is_over();
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take().filter(|_| !self.is_clean) {
            drop(Object::take(client));
        }
    }
}
