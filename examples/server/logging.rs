//! Log formats. `classic` writes the library's events as the one-line forms with pipes that operators grep for.

use std::borrow::Cow;
use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent};
use tracing_subscriber::registry::LookupSpan;

use crate::config::LogFormat;

/// Starts logging to standard output.
pub(crate) fn start(format: LogFormat, filter: EnvFilter) {
    let logs = tracing_subscriber::fmt();
    match format {
        LogFormat::Pretty => logs.with_env_filter(filter).with_target(false).init(),
        LogFormat::Json => logs.with_env_filter(filter).json().flatten_event(true).init(),
        LogFormat::Classic => {
            // The classic line of a reply quotes it.
            let quoting = "sms_consolidate::text=debug".parse().expect("the directive is well-formed");
            logs.with_env_filter(filter.add_directive(quoting)).event_format(Classic).init();
        }
    }
}

struct Classic;

impl<S, N> FormatEvent<S, N> for Classic
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        writeln!(writer, "{}", fields.line(*event.metadata().level()))
    }
}

/// An event's message and fields.
#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message = value,
            name => self.others.push((name, value)),
        }
    }

    fn get(&self, name: &str) -> Cow<'_, str> {
        let value = self.others.iter().find(|other| other.0 == name).map_or("", |other| &*other.1);
        one_line(value)
    }

    fn line(&self, level: Level) -> String {
        let get = |name| self.get(name);
        match self.message.as_str() {
            "SMS RECEIVED" => format!("SMS RECEIVED | From: {} | GUID: {}", get("from"), get("guid")),
            "DUPLICATE IGNORED" => {
                format!("DUPLICATE IGNORED | From: {} | GUID: {}", get("from"), get("guid"))
            }
            "CONSOLIDATION STARTED" => format!(
                "CONSOLIDATION STARTED | From: {} | Message 1 buffered, waiting {} for more...",
                get("from"),
                seconds(&get("window_ms"))
            ),
            "CONSOLIDATION UPDATE" => {
                format!("CONSOLIDATION UPDATE | From: {} | Total: {}", get("from"), get("total"))
            }
            "CONSOLIDATION TIMEOUT" => format!(
                "CONSOLIDATION TIMEOUT | From: {} | Messages: {} | Reason: {}",
                get("from"),
                get("messages"),
                get("reason")
            ),
            "BATCH RECEIVED" => format!("BATCH RECEIVED | From: {} | Count: {}", get("from"), get("count")),
            "CONSOLIDATED CLASSIFICATION" => format!(
                "CONSOLIDATED CLASSIFICATION ✓ {} | From: {} | Method: {} | Messages: {}",
                get("label"),
                get("from"),
                get("method"),
                get("messages")
            ),
            "AUTO-REPLY SENT (batch)" => format!(
                "AUTO-REPLY SENT (batch) | To: {} | Messages: {} | \"{}\"",
                get("to"),
                get("messages"),
                get("text")
            ),
            "AUTO-REPLY SKIPPED" => {
                format!("AUTO-REPLY SKIPPED | To: {} | Reason: {}", get("to"), get("why"))
            }
            "BATCH PROCESSING COMPLETE" => format!(
                "BATCH PROCESSING COMPLETE | From: {} | Result: {} | Messages: {}",
                get("from"),
                get("result"),
                get("messages")
            ),
            _ => self.any_line(level),
        }
    }

    /// Events without a form of their own.
    fn any_line(&self, level: Level) -> String {
        let mut line = if level <= Level::WARN { format!("{level} | ") } else { String::new() };
        line.push_str(&one_line(&self.message));
        for (name, value) in &self.others {
            let _ = write!(line, " | {name}: {}", one_line(value));
        }
        line
    }
}

/// Ids come from outside: none may look like a line of its own, or drive a terminal.
fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// `60000` is `60s`, `500` is `500ms`.
fn seconds(millis: &str) -> String {
    match millis.strip_suffix("000") {
        Some("") | None => format!("{millis}ms"),
        Some(seconds) => format!("{seconds}s"),
    }
}
