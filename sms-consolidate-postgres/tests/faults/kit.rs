//! What the tests share.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sms_consolidate::lane::{OptOutChange, ReplyPart, ReplyTerms};
use sms_consolidate::store::{Arrival, Claim, Finish, NoReply, Outcome, StoreExt};
use sms_consolidate::{Clock, OptOutCause, OptOutScope, SmsMessage, SystemClock, Timestamp, Window};
use sms_consolidate_postgres::{PostgresStore, PostgresStoreBuilder};
use throwaway_postgres::Server;

pub(crate) type Postgres = PostgresStore<String, SmsMessage>;

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// For the tests that leave it as it is.
pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
pub(crate) static NAMES: AtomicU32 = AtomicU32::new(0);

pub(crate) fn fresh_name() -> String {
    format!("case {}", NAMES.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_767_225_600_000) + Duration::from_secs(seconds)
}

pub(crate) fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("not zero")
}

pub(crate) fn due_at_once(key: &str, id: &str) -> Arrival<String, SmsMessage> {
    Arrival::new(key.to_owned(), SmsMessage::new(id).with_id(id), Window::immediate())
}

pub(crate) async fn open(server: &Server, name: &str) -> Postgres {
    Postgres::builder(&server.url()).name(name).connect().await.expect("connect")
}

/// A store whose time limits are short, which opening one may exceed on a busy machine.
pub(crate) async fn connected(builder: &PostgresStoreBuilder<String, SmsMessage>) -> Postgres {
    let mut store = None;
    until(async || {
        store = builder.clone().connect().await.ok();
        store.is_some()
    })
    .await;
    store.expect("that was waited for")
}

pub(crate) fn count(server: &Server, sql: &str) -> u64 {
    server.psql(sql).parse().expect("a number")
}

pub(crate) async fn finish(store: &Postgres, claim: &Claim<String, SmsMessage>) {
    let finish = Finish::new(Outcome::NoReply(NoReply::Off));
    store.finish(at(10_000), &claim.batch.key, claim.fence(), finish).await.expect("finish");
}

/// An operator's word that a sender has opted out.
pub(crate) const STOP: OptOutChange = OptOutChange::new(true, OptOutCause::Operator);

/// A reply of which nothing is asked but that it leaves while the lease lasts, and that its sender has not opted out.
pub(crate) fn reply(text: &str, opt_out_scope: OptOutScope) -> ReplyTerms {
    ReplyTerms {
        parts: vec![ReplyPart::new(text)],
        control: None,
        send_timeout: Duration::from_secs(1),
        max_replies_per_hour: None,
        opt_out_scope,
    }
}

/// Somebody else who has locked the lanes of some keys.
pub(crate) struct Holder(tokio_postgres::Client);

impl Holder {
    pub(crate) async fn lock(server: &Server, name: &str, keys: &[String]) -> Self {
        let (client, connection) =
            tokio_postgres::connect(&server.url(), tokio_postgres::NoTls).await.expect("connect");
        tokio::spawn(connection);
        client.batch_execute("BEGIN").await.expect("BEGIN");
        let lock = "SELECT 1 FROM sms_consolidate.lanes WHERE store = $1 AND key = ANY($2) FOR UPDATE";
        let locked = client.query(lock, &[&name, &keys]).await.expect("lock");
        assert_eq!(locked.len(), keys.len(), "they are there");
        Self(client)
    }

    pub(crate) async fn release(self) {
        self.0.batch_execute("ROLLBACK").await.expect("ROLLBACK");
    }
}

/// Waits for something that happens in another process.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let clock = SystemClock::new();
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        clock.sleep_until(clock.now() + Duration::from_millis(50)).await;
    }
    panic!("it did not happen within 30 seconds");
}
