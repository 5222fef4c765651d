//! The classifier and the sender of the server: they ask the peers.

use std::time::Duration;

use serde_json::Value;
use sms_consolidate::{
    Classification, Classifier, ClassifyError, Context, Conversation, Label, Message, Receipt, Reply,
    ReplySender, SendError, SmsMessage, async_trait,
};

use crate::journal::Request;
use crate::steps;

/// Longer than the timeouts that the server sets, so that those decide.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One of the peers.
#[derive(Clone, Debug)]
pub struct Remote {
    url: String,
    client: reqwest::Client,
}

impl Remote {
    /// The peer at `url`.
    ///
    /// # Errors
    /// If there can be no HTTP client.
    pub fn new(url: String) -> reqwest::Result<Self> {
        Ok(Self { url, client: reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()? })
    }

    async fn ask(&self, request: &Request) -> Result<Value, reqwest::Error> {
        let body = serde_json::to_vec(request).expect("a request is plain data");
        let call = self.client.post(&self.url).header("Content-Type", "application/json").body(body);
        let answer = call.send().await?.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }
}

fn text_of(answer: &Value, field: &str) -> String {
    answer[field].as_str().unwrap_or_default().to_owned()
}

#[async_trait]
impl Classifier<SmsMessage> for Remote {
    async fn classify(
        &self,
        messages: &[SmsMessage],
        context: &Context,
    ) -> Result<Classification, ClassifyError> {
        let request = Request {
            run: steps::run().to_owned(),
            batch: context.batch.to_string(),
            key: context.key.clone(),
            ids: messages.iter().filter_map(|message| message.id().map(str::to_owned)).collect(),
            texts: messages.iter().map(|message| message.text().to_owned()).collect(),
        };
        let answer = self.ask(&request).await.map_err(ClassifyError::retryable)?;
        let label = Label::new(text_of(&answer, "label"));
        Ok(Classification::new(label, "Peer").with_proposed_reply(text_of(&answer, "reply")))
    }
}

/// The gateway, and what the library is told of it.
#[derive(Debug)]
pub struct Gateway {
    /// Where it is.
    pub remote: Remote,
    /// Whether it is said to know its replies again.
    pub idempotent: bool,
    /// A planted bug: every reply is sent twice.
    pub sends_twice: bool,
    /// Whether every reply waits for its turn, and not only every other one. Before such a wait the classification is
    /// recorded; else that is recorded together with the begin of the reply.
    pub always_waits: bool,
}

#[async_trait]
impl ReplySender<Conversation> for Gateway {
    async fn ready(&self, reply: &Reply<Conversation>) -> Result<(), SendError> {
        let [.., last] = reply.batch.as_bytes();
        if self.always_waits || last % 2 == 0 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        let request = Request {
            run: steps::run().to_owned(),
            batch: reply.batch.to_string(),
            key: reply.to.to_string(),
            ids: Vec::new(),
            texts: vec![reply.text.clone()],
        };
        if self.sends_twice {
            let _ = self.remote.ask(&request).await;
        }
        match self.remote.ask(&request).await {
            Ok(answer) => Ok(Receipt::new(text_of(&answer, "receipt"))),
            Err(error) if error.is_connect() => Err(SendError::not_sent(error)),
            Err(error) => Err(SendError::unknown(error)),
        }
    }

    fn is_idempotent(&self) -> bool {
        self.idempotent
    }
}
