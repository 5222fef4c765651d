//! How nodes tell one another that something is due earlier than they know.
//!
//! It is told outside the transaction that changed it, because `NOTIFY` makes transactions commit one after the other,
//! and at most once in [`PAUSE`], whatever happened in between. A notification that is lost delays: every node looks by
//! itself after [`LOOK_AFTER`] at the latest.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, watch};
use tokio_postgres::AsyncMessage;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::database::Use;
use crate::error::Fault;
use crate::shared::Shared;
use crate::sql;
use crate::target::Target;
use crate::timer;

/// The channel of all stores in one database.
const CHANNEL: &str = "sms_consolidate";
const PAUSE: Duration = Duration::from_millis(20);
/// With as much again at random, so that nodes do not look all at once.
const LOOK_AFTER: Duration = Duration::from_secs(1);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// What this node has to tell, and what it has heard.
pub(crate) struct News {
    /// Sets this node apart, so that it does not hear itself.
    node: String,
    to_tell: Notify,
    heard: watch::Sender<()>,
    /// One waiter at a time; what comes between two of them is kept.
    unheard: Mutex<watch::Receiver<()>>,
}

impl News {
    pub(crate) fn new() -> Self {
        let (heard, unheard) = watch::channel(());
        let node = format!("{:016x}", fastrand::u64(..));
        Self { node, to_tell: Notify::new(), heard, unheard: unheard.into() }
    }

    /// Something is due earlier.
    pub(crate) fn tell(&self) {
        self.to_tell.notify_one();
    }

    /// Resolves when another node has told something, or may have.
    pub(crate) async fn changed(&self) {
        let look_after = LOOK_AFTER.mul_f64(1.0 + fastrand::f64());
        let heard = async {
            // The sender is kept beside the receiver.
            let _ = self.unheard.lock().await.changed().await;
        };
        let _ = timer::within(look_after, heard).await;
    }
}

/// Tells the other nodes, for as long as the store is open.
pub(crate) async fn tell(shared: Arc<Shared>) {
    let payload = format!("{} {}", shared.news.node, topic(&shared));
    loop {
        shared.news.to_tell.notified().await;
        let told = async {
            let mut session = shared.database.session(Use::Serve).await?;
            session.query(sql::NOTIFY, &[&CHANNEL, &payload]).await
        };
        if let Err(fault) = shared.database.in_time(told).await {
            tracing::debug!(%fault, "other nodes were not told");
        }
        timer::sleep(PAUSE).await;
    }
}

/// Stores of another name or schema are told other things.
fn topic(shared: &Shared) -> String {
    format!("{} {}", shared.settings.schema, shared.settings.name)
}

/// Listens to the other nodes on a connection of its own, for as long as the store is open.
pub(crate) async fn listen(shared: Arc<Shared>, target: Target, tls: MakeRustlsConnect) {
    let (mut retry, mut is_first) = (FIRST_RETRY, true);
    loop {
        match listen_once(&shared, &target, &tls, (&mut retry, &mut is_first)).await {
            Ok(()) => {}
            Err(fault) => tracing::debug!(%fault, "the connection to the news of other nodes was lost"),
        }
        timer::sleep(retry.mul_f64(1.0 + fastrand::f64())).await;
        retry = (retry * 2).min(LONGEST_RETRY);
    }
}

async fn listen_once(
    shared: &Shared,
    target: &Target,
    tls: &MakeRustlsConnect,
    (retry, is_first): (&mut Duration, &mut bool),
) -> Result<(), Fault> {
    // The client's own limit ends with the TCP connection; a server may fall silent after that.
    let limit = shared.settings.connect_timeout;
    let silent = || Fault::away("the server did not answer in time");
    let connected = timer::within(limit, target.config.connect(tls.clone())).await;
    let (client, mut connection) = connected.ok_or_else(silent)??;
    let mut too_late = Box::pin(timer::sleep(limit));
    let own = format!("{} ", shared.news.node);
    let topic = format!(" {}", topic(shared));
    let mut listening = Box::pin(client.batch_execute("LISTEN sms_consolidate"));
    let mut is_listening = false;
    poll_fn(|context| {
        use std::task::Poll;
        loop {
            if !is_listening && let Poll::Ready(done) = listening.as_mut().poll(context) {
                if let Err(error) = done {
                    return Poll::Ready(Err(error.into()));
                }
                (is_listening, *retry) = (true, FIRST_RETRY);
                // What was told while the connection was gone is not heard again.
                if !std::mem::take(is_first) {
                    shared.news.heard.send_replace(());
                }
            }
            match connection.poll_message(context) {
                Poll::Pending if !is_listening && too_late.as_mut().poll(context).is_ready() => {
                    return Poll::Ready(Err(silent()));
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error.into())),
                Poll::Ready(Some(Ok(AsyncMessage::Notification(note)))) => {
                    if !note.payload().starts_with(&own) && note.payload().ends_with(&topic) {
                        shared.news.heard.send_replace(());
                    }
                }
                Poll::Ready(Some(Ok(_))) => {}
            }
        }
    })
    .await
}
