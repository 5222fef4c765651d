//! [`OpenAiClassifier`]: one batch, one answer, within one deadline.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_openai::Client;
use async_openai::types::chat::CreateChatCompletionRequest;
use secrecy::SecretString;
use sms_consolidate::{
    Classification, Classifier, ClassifyError, Clock, Context, Label, Message, Timestamp, Usage, async_trait,
};

use crate::answer::Completion;
use crate::breaker::{Breaker, Pass};
use crate::builder::Builder;
use crate::data::{Caps, Data};
use crate::dialect::{Dialect, Known, Lesson};
use crate::error::OpenAiError;
use crate::health::Health;
use crate::request::{Pseudonyms, Template};
use crate::transport::{Endpoint, Failure, recover};

/// The name of the method in classifications.
const METHOD: &str = "OpenAI";

/// The most requests that are made for one attempt at a batch.
const MAX_REQUESTS: u32 = 5;

/// The wait after the first failure; it doubles with each further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
const MAX_BACKOFF: Duration = Duration::from_secs(4);

/// The most that is left of the library's timeout for the next classifier.
const MAX_RESERVE: Duration = Duration::from_secs(1);

/// Classifies batches by asking the OpenAI API, or a server that is compatible with it, once per batch.
///
/// See the [crate's documentation](crate) for what it sends and how it fails. It holds a pool of connections, so build
/// one and keep it; to share it, put it into an [`Arc`], which is a classifier too.
pub struct OpenAiClassifier {
    pub(crate) client: Client<Endpoint>,
    pub(crate) template: Template,
    pub(crate) caps: Caps,
    pub(crate) dialect: Known,
    pub(crate) pseudonyms: Pseudonyms,
    pub(crate) labels: Vec<Label>,
    pub(crate) timing: Timing,
    pub(crate) breaker: Breaker,
    pub(crate) health: Health,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) used: Mutex<Usage>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) deadline: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_retry_after: Duration,
}

impl OpenAiClassifier {
    /// Starts the settings of a classifier that uses `api_key`.
    pub fn builder(api_key: impl Into<SecretString>) -> Builder {
        Builder::new(api_key.into())
    }

    /// The tokens that the service says it has charged since this classifier was built: those of every answer that
    /// named them, whether it was of use or not. Each figure stops at the largest that it can hold.
    ///
    /// A request that was given up before its answer came may have been charged too; nobody is told of that.
    #[must_use]
    pub fn usage(&self) -> Usage {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What requests hold now: the dialect that the classifier was built with, without what the service has rejected.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect.get()
    }

    /// What an operator should know, for a status page: that no call has led to a label for five minutes and longer,
    /// how many there were, why the last one did not, and what to look at. Empty if all is well, or if nothing was
    /// asked.
    ///
    /// The same is logged at `warn` as `OPENAI DECIDES NOTHING`, once in five minutes.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.health.outage().iter().map(ToString::to_string).collect()
    }

    async fn ask<M: Message>(&self, messages: &[M], context: &Context) -> Result<Classification, Failure> {
        let now = self.clock.now();
        let reserve = (context.timeout / 10).min(MAX_RESERVE);
        let deadline = now + self.timing.deadline.min(context.timeout - reserve);
        let data = Data::of(messages, self.caps);
        if data.messages_left_out > 0 || data.messages_cut > 0 {
            let (left_out, cut) = (data.messages_left_out, data.messages_cut);
            tracing::info!(batch = %context.batch, messages = messages.len(), left_out, cut, "OPENAI TEXT LEFT OUT");
        }
        let (completion, usage) = self.complete(&data, &self.pseudonyms.of(&context.key), deadline).await?;
        tracing::debug!(batch = %context.batch, ?usage, "OPENAI ANSWERED");
        let label =
            completion.label(&self.labels, &data.texts).map_err(|error| Failure::new(error, usage))?;
        let mut classification = Classification::new(label, METHOD);
        classification.usage = usage;
        Ok(classification)
    }

    /// The service's answer to a request for `data`, asked for until it comes, fails for good, or `deadline` is near; and what
    /// all the answers to it have cost.
    async fn complete(
        &self,
        data: &Data,
        safety_identifier: &str,
        deadline: Timestamp,
    ) -> Result<(Completion, Option<Usage>), Failure> {
        let mut failures = 0;
        let mut used = None;
        loop {
            let now = self.clock.now();
            let until = deadline.min(now + self.timing.attempt_timeout);
            let pass = self.breaker.enter(now, until).map_err(|error| Failure::new(error, used))?;
            let dialect = self.dialect.get();
            let request = self.template.fill(data, safety_identifier, dialect);
            let answer = self.request_once(request, until).await;
            self.count(&mut used, answer.as_ref().map_or_else(|failure| failure.usage, Completion::usage));
            let failure = match answer {
                Ok(completion) => {
                    pass.close();
                    return Ok((completion, used));
                }
                Err(failure) => failure,
            };
            // There is an end to what can be left out, and so to the requests that are made for it.
            if self.learns_from(&failure, dialect, data) && self.clock.now() < deadline {
                pass.close();
                continue;
            }
            let error = failure.error;
            self.report(&error, pass);
            failures += 1;
            let Some(at) = self.next_request(&error, failures, deadline) else {
                return Err(Failure::new(error, used));
            };
            tracing::debug!(%error, next = %at, "OPENAI RETRY");
            self.clock.sleep_until(at).await;
        }
    }

    async fn request_once(
        &self,
        request: CreateChatCompletionRequest,
        until: Timestamp,
    ) -> Result<Completion, Failure> {
        let chat = self.client.chat();
        tokio::select! {
            biased;
            answer = chat.create_byot(request) => answer.map_err(recover),
            () = self.clock.sleep_until(until) => Err(OpenAiError::TimedOut.into()),
        }
    }

    /// Leaves out what the service objects to in a request in the dialect `sent`, one field at a time. Returns whether
    /// the next request will differ.
    ///
    /// A sentence that names a field counts only if no text of the batch names it: services quote what they were sent,
    /// and a sender must not talk the classifier out of a field.
    fn learns_from(&self, failure: &Failure, sent: Dialect, data: &Data) -> bool {
        let is_quotable =
            |name: &&str| data.texts.iter().any(|text| text.to_ascii_lowercase().contains(*name));
        let objection = failure.objections.iter().find(|objection| {
            let could_be_quoted = objection.in_words && objection.field.names().iter().any(is_quotable);
            sent.sends(objection.field) && !could_be_quoted
        });
        let Some(objection) = objection else { return false };
        if self.dialect.leave_out(objection.field, sent) == Lesson::New {
            let dialect = self.dialect.get();
            let (error, field) = (&failure.error, objection.field.name());
            tracing::warn!(%error, field, now = ?dialect, "OPENAI FIELD NOT TAKEN");
        }
        true
    }

    /// Counts what one answer cost, for its batch and for all of them.
    fn count(&self, batch: &mut Option<Usage>, cost: Option<Usage>) {
        let Some(cost) = cost else { return };
        *batch = Some(batch.unwrap_or_default().saturating_add(cost));
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_add(cost);
    }

    /// When to ask again, if that makes sense. There is no point in a request that the deadline would cut off at
    /// once, and a fallback is glad of the time.
    fn next_request(&self, error: &OpenAiError, failures: u32, deadline: Timestamp) -> Option<Timestamp> {
        if !error.is_transient() || failures >= MAX_REQUESTS {
            return None;
        }
        let wait = match error.retry_after() {
            Some(asked) if asked > self.timing.max_retry_after => return None,
            Some(asked) => asked + FIRST_BACKOFF.mul_f64(fastrand::f64()),
            None => {
                let backoff = (FIRST_BACKOFF * 2_u32.pow(failures - 1)).min(MAX_BACKOFF);
                backoff.mul_f64(0.5 + fastrand::f64() / 2.0)
            }
        };
        let at = self.clock.now() + wait;
        (at < deadline).then_some(at)
    }

    /// Tells the operator what no retry can mend, and stops calling if no call could succeed.
    fn report(&self, error: &OpenAiError, pass: Pass<'_>) {
        if error.concerns_account() {
            if let Some(until) = pass.open(self.clock.now()) {
                tracing::warn!(%error, %until, "OPENAI SUSPENDED");
            }
            return;
        }
        if error.is_answer() {
            pass.close();
        }
        if matches!(error, OpenAiError::Rejected { .. }) {
            tracing::warn!(%error, "OPENAI REJECTED");
        }
    }
}

#[async_trait]
impl<M: Message> Classifier<M> for OpenAiClassifier {
    /// Asks the model. Dropping the future drops the request; the service may have charged for it.
    async fn classify(&self, messages: &[M], context: &Context) -> Result<Classification, ClassifyError> {
        let answer = self.ask(messages, context).await;
        match &answer {
            Ok(_) => self.health.succeeded(),
            Err(failure) => {
                if let Some(outage) = self.health.failed(&failure.error, self.clock.now()) {
                    tracing::warn!(%outage, "OPENAI DECIDES NOTHING");
                }
            }
        }
        answer.map_err(Into::into)
    }
}

/// Without the key.
impl fmt::Debug for OpenAiClassifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiClassifier")
            .field("labels", &self.labels)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}
