//! Opening a store.

use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sms_consolidate::{Key, Message};
use tokio::task::JoinSet;

use crate::clock::PostgresClock;
use crate::database::{Database, Use};
use crate::error::ConnectError;
use crate::news::{self, News};
use crate::schema;
use crate::senders;
use crate::shared::{Settings, Shared};
use crate::store::PostgresStore;
use crate::target::Target;
use crate::text::escape;
use crate::tls;
use crate::writer::Writers;

/// A name goes into every row.
const MAX_NAME_BYTES: usize = 200;
/// As many as a server can be told to allow.
const MAX_CONNECTIONS: usize = 262_143;
/// Beyond some hours, the system takes no time for its probes.
const LONGEST: Duration = Duration::from_secs(60 * 60);
const SHORTEST: Duration = Duration::from_millis(10);
/// What Postgres keeps of an identifier.
const MAX_SCHEMA_BYTES: usize = 63;

/// Settings of a [`PostgresStore`].
#[must_use = "settings do nothing until the store is opened"]
pub struct PostgresStoreBuilder<K, M> {
    url: String,
    settings: Settings,
    of: PhantomData<fn() -> (K, M)>,
}

impl<K, M> Clone for PostgresStoreBuilder<K, M> {
    fn clone(&self) -> Self {
        Self { url: self.url.clone(), settings: self.settings.clone(), of: PhantomData }
    }
}

/// Without the URL, which may hold a password.
impl<K, M> std::fmt::Debug for PostgresStoreBuilder<K, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStoreBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<K, M> PostgresStoreBuilder<K, M> {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), settings: Settings::default(), of: PhantomData }
    }

    /// The name under which the store is opened, so that tenants or staging share a database without meeting: stores of
    /// different names see nothing of one another. At most 200 bytes. Default `default`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = name.into();
        self
    }

    /// The schema that holds the tables, created if there is none. At most 63 bytes. Default `sms_consolidate`.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.settings.schema = schema.into();
        self
    }

    /// How long finished batches are kept with their messages. Default 30 days.
    pub fn keep_finished_for(mut self, time: Duration) -> Self {
        self.settings.keep_finished_for = time;
        self
    }

    /// How long the id of a message is known after it came. That of an unfinished or dead batch is known in any case.
    /// Default 48 hours.
    pub fn keep_ids_for(mut self, time: Duration) -> Self {
        self.settings.keep_ids_for = time;
        self
    }

    /// How many operations share a transaction at most, apart from those that come in one call. Where several nodes
    /// write to the same keys at once, 64 makes them wait less for one another. Default 256.
    pub fn group_size(mut self, operations: NonZeroUsize) -> Self {
        self.settings.group_size = operations.get();
        self
    }

    /// How many operations may wait. Beyond that the store says at once that it is unavailable; a single append of more
    /// is taken if nothing else waits. Default 16,384.
    pub fn queue_length(mut self, operations: NonZeroUsize) -> Self {
        self.settings.queue_length = operations.get();
        self
    }

    /// How many bytes of messages may wait, in the same way. Default 64 MiB.
    pub fn queue_bytes(mut self, bytes: NonZeroUsize) -> Self {
        self.settings.queue_bytes = bytes.get();
        self
    }

    /// How many groups are written at the same time; each key belongs to one of these writers. Default 4.
    pub fn writers(mut self, writers: NonZeroUsize) -> Self {
        self.settings.writers = writers.get();
        self
    }

    /// How many connections the store opens at most, beside the one that listens to other nodes; at least two more than
    /// [`writers`](Self::writers). Each writer has one, whatever else goes on, and of the others at least one is kept
    /// for claims, maintenance and opt-outs by hand. What is left is for looking around, and flushing all keys. At most 262,143. Default 10.
    pub fn max_connections(mut self, connections: NonZeroUsize) -> Self {
        self.settings.connections = connections.get();
        self
    }

    /// How long to wait for a connection, new or free, before a call is answered as unavailable. From 10 milliseconds to an
    /// hour. Default 3 seconds.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.settings.connect_timeout = time;
        self
    }

    /// How long the database may work on a statement. A node that falls silent in the middle of a transaction is cut
    /// off by the database after half of this, so that its locks are released. From 10 milliseconds to an hour. Default 10
    /// seconds.
    pub fn statement_timeout(mut self, time: Duration) -> Self {
        self.settings.statement_timeout = time;
        self
    }

    /// For crash tests only: called for each transaction that takes messages in, with `appended` before its commit, and
    /// with `committed` after that and before anybody is answered.
    #[doc(hidden)]
    pub fn on_step(mut self, step: fn(&'static str)) -> Self {
        self.settings.on_step = Some(step);
        self
    }

    fn validated(mut self) -> Result<Settings, ConnectError> {
        let refuse = |setting, reason| Err(ConnectError::Setting { setting, reason });
        let settings = &mut self.settings;
        if settings.name.len() > MAX_NAME_BYTES {
            return refuse("name", "it must have at most 200 bytes");
        }
        if settings.schema.is_empty() || settings.schema.len() > MAX_SCHEMA_BYTES {
            return refuse("schema", "it must have 1 to 63 bytes");
        }
        if settings.schema.contains('\0') || settings.schema.starts_with("pg_") {
            return refuse("schema", "it must not start with pg_ and have no U+0000");
        }
        let timeouts = [settings.connect_timeout, settings.statement_timeout];
        if timeouts.iter().any(|time| !(SHORTEST..=LONGEST).contains(time)) {
            return refuse("a timeout", "it must be 10 ms to an hour");
        }
        if settings.connections > MAX_CONNECTIONS {
            return refuse("max_connections", "it must be at most 262,143");
        }
        if settings.connections < settings.writers.saturating_add(2) {
            return refuse("max_connections", "it must be at least two more than writers");
        }
        settings.name = escape(&settings.name).into_owned();
        settings.schema = format!("\"{}\"", settings.schema.replace('"', "\"\""));
        Ok(self.settings)
    }
}

impl<K: Key, M: Message + Serialize + DeserializeOwned> PostgresStoreBuilder<K, M> {
    /// Connects, and creates what is missing in the database.
    ///
    /// The store lives on the tokio runtime that this is called on.
    ///
    /// # Errors
    /// Why the store was not opened.
    pub async fn connect(self) -> Result<PostgresStore<K, M>, ConnectError> {
        let mut target = Target::parse(&self.url)?;
        let settings = self.validated()?;
        target.limit_waiting(settings.connect_timeout);
        let tls = tls::connector(&target)?;
        let database = Database::new(&target, tls.clone(), &settings);
        let unreachable = |fault: crate::error::Fault| ConnectError::Connect {
            server: target.server.clone(),
            source: fault.into(),
        };
        let first = database.session(Use::Serve).await.map_err(unreachable)?;
        let encoding =
            database.in_time(async { Ok(first.client().query_one("SHOW server_encoding", &[]).await?) });
        let encoding: String = encoding.await.map_err(unreachable)?.get(0);
        if encoding != "UTF8" {
            return Err(ConnectError::Encoding { server: target.server.clone(), encoding });
        }
        schema::set_up(&database, first, &settings.schema).await?;
        let clock = PostgresClock::follow(&database).await.map_err(unreachable)?;
        let sender_ids = senders::ids(&database, &settings.name).await.map_err(unreachable)?;
        let sender_ids = sender_ids.ok_or_else(|| ConnectError::SecretLost {
            server: target.server.clone(),
            store: settings.name.clone(),
        })?;
        let shared = Arc::new(Shared { sender_ids, database: database.clone(), settings, news: News::new() });
        let writers = Writers::start(&shared);
        let mut tasks = JoinSet::new();
        tasks.spawn(news::tell(Arc::clone(&shared)));
        tasks.spawn(news::listen(Arc::clone(&shared), target, tls));
        tasks.spawn(clock.clone().keep_asking(database));
        Ok(PostgresStore::new(shared, writers, clock, tasks))
    }
}
