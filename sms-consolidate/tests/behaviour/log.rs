//! Captures what a test logs through `tracing`.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
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

struct Capture {
    lines: Vec<Line>,
    with_texts: bool,
}

thread_local! {
    static CAPTURE: RefCell<Option<Capture>> = const { RefCell::new(None) };
}

/// Everything that this thread logs while it lives. The tests' runtimes have one thread each.
pub(crate) struct Log(());

impl Log {
    /// Every level, but without the target under which texts are logged.
    pub(crate) fn capture() -> Self {
        Self::start(false)
    }

    pub(crate) fn capture_texts() -> Self {
        Self::start(true)
    }

    fn start(with_texts: bool) -> Self {
        CAPTURE.set(Some(Capture { lines: Vec::new(), with_texts }));
        Self(())
    }

    pub(crate) fn all(&self) -> Vec<Line> {
        CAPTURE.with_borrow(|capture| capture.as_ref().map_or_else(Vec::new, |capture| capture.lines.clone()))
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

impl Drop for Log {
    fn drop(&mut self) {
        CAPTURE.set(None);
    }
}

/// Must come before anything is logged. `tracing` caches for the whole process who is interested in a log line, so
/// subscribers of single threads would race with one another; this one asks the thread each time.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| tracing::subscriber::set_global_default(ByThread).unwrap());
}

struct ByThread;

impl Subscriber for ByThread {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        CAPTURE.with_borrow(|capture| {
            capture.as_ref().is_some_and(|capture| {
                target.starts_with("sms_consolidate")
                    && (capture.with_texts || target != "sms_consolidate::text")
            })
        })
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line { level: *event.metadata().level(), message: String::new(), fields: Vec::new() };
        event.record(&mut line);
        CAPTURE.with_borrow_mut(|capture| {
            if let Some(capture) = capture {
                capture.lines.push(line);
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
