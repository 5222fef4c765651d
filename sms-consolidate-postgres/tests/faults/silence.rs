//! Servers that are reached and say nothing, or not yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use sms_consolidate::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::kit::*;

/// Whose transaction is idle, and not for long enough.
const WAITS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slow' \
    AND state = 'idle in transaction' AND clock_timestamp() < state_change + interval '3 s'";
/// Stands between a store and the server. While it is deaf, it takes new connections and says nothing. The first
/// connection on which `mute_at` is asked hears no answer to that, nor anything after. What `slow_at` asks reaches the
/// server only when the transaction has been idle for three seconds, or is no more.
struct Proxy {
    port: u16,
    is_deaf: AtomicBool,
    swallowed: AtomicU32,
    mute_at: Option<&'static str>,
    slow_at: Option<&'static str>,
    /// How many connections were asked it.
    asked: AtomicU32,
}

impl Proxy {
    async fn start(mute_at: Option<&'static str>) -> Arc<Self> {
        Self::start_with(mute_at, None).await
    }

    async fn start_with(mute_at: Option<&'static str>, slow_at: Option<&'static str>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let proxy = Arc::new(Self {
            port,
            is_deaf: AtomicBool::new(false),
            swallowed: AtomicU32::new(0),
            mute_at,
            slow_at,
            asked: AtomicU32::new(0),
        });
        tokio::spawn(Arc::clone(&proxy).accept(listener));
        proxy
    }

    fn url(&self) -> String {
        SERVER.url().replace(&SERVER.port().to_string(), &self.port.to_string())
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut kept = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            if self.is_deaf.load(Ordering::SeqCst) {
                kept.push(client);
                self.swallowed.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            let server = TcpStream::connect(("127.0.0.1", SERVER.port())).await.expect("the server is there");
            let proxy = Arc::clone(&self);
            tokio::spawn(async move { proxy.pass_on(client, server).await });
        }
    }

    /// Until either side breaks it off.
    async fn pass_on(&self, client: TcpStream, server: TcpStream) {
        let ((mut asks, mut hears), (mut says, mut is_asked)) = (client.into_split(), server.into_split());
        let is_mute = AtomicBool::new(false);
        let questions = async {
            let (mut asked, mut was_it_asked) = ([0; 4_096], false);
            while let Ok(length @ 1..) = asks.read(&mut asked).await {
                let asks_for = |at: &str| asked[..length].windows(at.len()).any(|part| part == at.as_bytes());
                let (is_slow, is_mute_from_here) =
                    (self.slow_at.is_some_and(asks_for), self.mute_at.is_some_and(asks_for));
                while is_slow && count(&SERVER, WAITS) > 0 {
                    tokio::task::yield_now().await;
                }
                if is_mute_from_here && !was_it_asked {
                    was_it_asked = true;
                    // It is mute before the server can have answered.
                    is_mute.store(self.asked.fetch_add(1, Ordering::SeqCst) == 0, Ordering::SeqCst);
                }
                if is_asked.write_all(&asked[..length]).await.is_err() {
                    break;
                }
            }
        };
        let answers = async {
            let mut said = [0; 4_096];
            while let Ok(length @ 1..) = says.read(&mut said).await {
                if !is_mute.load(Ordering::SeqCst) && hears.write_all(&said[..length]).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = questions => {}
            () = answers => {}
        }
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_while_one_connects_is_left_for_the_next_try() {
    let proxy = Proxy::start(None).await;
    let builder = Postgres::builder(&format!("{}?application_name=silent", proxy.url())).name(fresh_name());
    let _store = connected(&builder.connect_timeout(Duration::from_secs(2))).await;
    let listening = "FROM pg_stat_activity WHERE application_name = 'silent' AND query LIKE 'LISTEN%'";
    let listener = |other_than: &str| SERVER.psql(&format!("SELECT pid {listening} AND pid <> {other_than}"));
    until(async || !listener("0").is_empty()).await;
    let first = listener("0");
    proxy.is_deaf.store(true, Ordering::SeqCst);
    SERVER.psql(&format!("SELECT pg_terminate_backend({first})"));
    until(async || proxy.swallowed.load(Ordering::SeqCst) > 0).await;
    proxy.is_deaf.store(false, Ordering::SeqCst);
    until(async || !listener(&first).is_empty()).await;
}

#[tokio::test]
async fn news_that_the_server_never_answers_hold_no_connection_for_ever() {
    let proxy = Proxy::start(Some("pg_notify")).await;
    let builder = Postgres::builder(&proxy.url()).name(fresh_name());
    let builder = builder.connect_timeout(Duration::from_secs(1)).statement_timeout(Duration::from_secs(1));
    let store = connected(&builder).await;
    // On a busy machine a write may take longer than this store waits.
    let append = async || {
        let id = fresh_name();
        store.append(at(0), vec![due_at_once(&id, &id)]).await.is_ok()
    };
    until(append).await;
    let asked = || proxy.asked.load(Ordering::SeqCst);
    until(async || asked() > 0).await;
    until(async || append().await && asked() > 1).await;
}

#[tokio::test]
async fn a_server_that_falls_silent_while_a_store_opens_is_an_error() {
    for question in ["server_encoding", "schema_version", "clock_timestamp"] {
        let mut said = String::new();
        // On a busy machine the time may be up before the question is asked, which another error says.
        until(async || {
            let proxy = Proxy::start(Some(question)).await;
            let second = Duration::from_secs(1);
            let builder = Postgres::builder(&proxy.url()).connect_timeout(second).statement_timeout(second);
            let error = builder.connect().await.expect_err(question);
            said = error.to_string() + &format!("{error:?}");
            proxy.asked.load(Ordering::SeqCst) > 0
        })
        .await;
        assert!(said.contains("did not answer in time"), "{question}: {said}");
    }
}

/// On a busy machine there are pauses between its statements.
#[tokio::test]
async fn a_store_that_takes_its_time_to_make_its_tables_is_not_cut_off() {
    let proxy = Proxy::start_with(None, Some("CREATE SCHEMA")).await;
    let builder = Postgres::builder(&format!("{}?application_name=slow", proxy.url())).schema("made slowly");
    // In a transaction that writes, half of it would be too long a pause.
    let builder = builder.statement_timeout(Duration::from_secs(4));
    builder.connect().await.expect("connect");
}
