//! Captures what a test logs through `tracing`.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// One log event.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) message: String,
    fields: Vec<(&'static str, String)>,
}

impl Line {
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| *field == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a field, as it would be printed. Panics if there is none of that name.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("{self:?} has no {name}"))
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.to_owned(),
            name => self.fields.push((name, value.to_owned())),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Everything that this thread logs while it lives. The tests' runtimes have one thread each.
pub(crate) struct Log {
    lines: Arc<Mutex<Vec<Line>>>,
    _guard: DefaultGuard,
}

impl Log {
    /// Every level, but without the target under which texts are logged.
    pub(crate) fn capture() -> Self {
        Self::start(false)
    }

    pub(crate) fn capture_texts() -> Self {
        Self::start(true)
    }

    fn start(with_texts: bool) -> Self {
        let lines = Arc::<Mutex<Vec<Line>>>::default();
        let capture = Capture { lines: Arc::clone(&lines), with_texts };
        Self { lines, _guard: tracing::subscriber::set_default(capture) }
    }

    pub(crate) fn all(&self) -> Vec<Line> {
        self.lines.lock().unwrap().clone()
    }

    /// The lines with this message.
    pub(crate) fn lines(&self, message: &str) -> Vec<Line> {
        self.all().into_iter().filter(|line| line.message == message).collect()
    }

    /// The one line with this message.
    pub(crate) fn only(&self, message: &str) -> Line {
        let mut lines = self.lines(message);
        assert_eq!(lines.len(), 1, "one {message}: {lines:?}");
        lines.remove(0)
    }
}

struct Capture {
    lines: Arc<Mutex<Vec<Line>>>,
    with_texts: bool,
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        target.starts_with("sms_consolidate") && (self.with_texts || target != "sms_consolidate::text")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line { level: *event.metadata().level(), message: String::new(), fields: Vec::new() };
        event.record(&mut line);
        self.lines.lock().unwrap().push(line);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
