use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::classify::{Classification, Classifier, ClassifyError, Context, Label};
use crate::message::Message;

/// What a [`ScriptedClassifier`] does with one call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ScriptedAnswer {
    /// Answers with this.
    Answer(Classification),
    /// Fails for now, and asks to wait so long.
    Fail(Option<Duration>),
    /// Fails for good.
    FailForGood,
    /// Never answers.
    Hang,
    /// Panics.
    Panic,
}

/// A classifier that does what it is told, and remembers what it was asked. Clones share their script and memory.
#[derive(Clone, Debug)]
pub struct ScriptedClassifier {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    otherwise: Classification,
    script: VecDeque<ScriptedAnswer>,
    calls: Vec<Vec<String>>,
}

impl ScriptedClassifier {
    /// Answers `label` whenever the script is empty.
    #[must_use]
    pub fn answering(label: Label) -> Self {
        let otherwise = Classification::new(label, "Scripted");
        Self { state: Arc::new(Mutex::new(State { otherwise, script: VecDeque::new(), calls: Vec::new() })) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does these next, one per call.
    pub fn then(&self, answers: impl IntoIterator<Item = ScriptedAnswer>) {
        self.lock().script.extend(answers);
    }

    /// The texts of each call so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Vec<String>> {
        self.lock().calls.clone()
    }
}

#[async_trait]
impl<M: Message> Classifier<M> for ScriptedClassifier {
    #[expect(clippy::panic, reason = "panicking is what it was told")]
    async fn classify(&self, messages: &[M], _context: &Context) -> Result<Classification, ClassifyError> {
        let answer = {
            let mut state = self.lock();
            state.calls.push(messages.iter().map(|message| message.text().to_owned()).collect());
            state.script.pop_front().unwrap_or_else(|| ScriptedAnswer::Answer(state.otherwise.clone()))
        };
        match answer {
            ScriptedAnswer::Answer(classification) => Ok(classification),
            ScriptedAnswer::Fail(retry_after) => {
                Err(ClassifyError::Retryable { retry_after, usage: None, source: "scripted failure".into() })
            }
            ScriptedAnswer::FailForGood => Err(ClassifyError::permanent("scripted failure for good")),
            ScriptedAnswer::Hang => std::future::pending().await,
            ScriptedAnswer::Panic => panic!("scripted panic"),
        }
    }
}
