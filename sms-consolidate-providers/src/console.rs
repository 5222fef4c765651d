use std::io::{self, Write};

use sms_consolidate::{Key, Receipt, Reply, ReplySender, SendError, async_trait};

/// Prints each reply as one line on standard output instead of sending it: for first runs and local work.
///
/// It is not idempotent: a reply that is asked for twice is printed twice.
///
/// ```
/// use sms_consolidate::{BatchIds, Conversation, Reply, ReplySender, Timestamp};
/// use sms_consolidate_providers::ConsoleSender;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let batch = BatchIds::new().next(Timestamp::from_unix_millis(0));
/// let to: Conversation = "+639123456789".parse().unwrap();
/// // REPLY | To: +63912•••6789 | "See you soon."
/// ConsoleSender::new().send(&Reply::new(batch, to, "See you soon.")).await.unwrap();
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ConsoleSender {
    full_numbers: bool,
}

impl ConsoleSender {
    /// A sender that masks whom the reply goes to.
    #[must_use]
    pub const fn new() -> Self {
        Self { full_numbers: false }
    }

    /// The same sender, showing whom the reply goes to in full.
    #[must_use]
    pub const fn show_full_numbers(mut self) -> Self {
        self.full_numbers = true;
        self
    }

    fn print<K: Key>(&self, reply: &Reply<K>, out: &mut impl Write) -> io::Result<()> {
        let to = if self.full_numbers { reply.to.to_string() } else { reply.to.redacted() };
        let mut line = format!("REPLY | To: {to} | \"");
        for c in reply.text.chars() {
            // A line feed or an escape sequence in the text must not look like another line, or drive the terminal.
            if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
        }
        line.push_str("\"\n");
        out.write_all(line.as_bytes())?;
        out.flush()
    }
}

#[async_trait]
impl<K: Key> ReplySender<K> for ConsoleSender {
    /// Prints the reply.
    ///
    /// # Errors
    /// [`SendError::Unknown`] if standard output cannot be written to: part of the line may have been.
    async fn send(&self, reply: &Reply<K>) -> Result<Receipt, SendError> {
        self.print(reply, &mut io::stdout().lock()).map_err(SendError::unknown)?;
        Ok(Receipt::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_consolidate::{BatchIds, Conversation, Timestamp};

    #[test]
    fn a_reply_is_one_line() {
        let check = |sender: ConsoleSender, text: &str, line: &str| {
            let to: Conversation = "+639123456789>office-1".parse().unwrap();
            let batch = BatchIds::with_seed(1).next(Timestamp::from_unix_millis(0));
            let mut out = Vec::new();
            sender.print(&Reply::new(batch, to, text), &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), line);
        };
        let masked = ConsoleSender::new();
        check(masked.clone(), "Salamat! 👍🏽", "REPLY | To: +63912•••6789 | \"Salamat! 👍🏽\"\n");
        check(masked, "a\nb\x1b[2J\0", "REPLY | To: +63912•••6789 | \"a\\nb\\u{1b}[2J\\u{0}\"\n");
        let full = ConsoleSender::new().show_full_numbers();
        check(full, "ok", "REPLY | To: +639123456789>office-1 | \"ok\"\n");
    }

    #[tokio::test]
    async fn it_is_a_sender_for_any_key_and_not_idempotent() {
        async fn check<K: Key>(key: K) {
            let batch = BatchIds::with_seed(1).next(Timestamp::from_unix_millis(0));
            let sender = ConsoleSender::new();
            let receipt = sender.send(&Reply::new(batch, key, "ok")).await.unwrap();
            assert_eq!(receipt, Receipt::default());
            assert!(!ReplySender::<K>::is_idempotent(&sender));
        }
        check("room-7".to_owned()).await;
        check("+639123456789".parse::<Conversation>().unwrap()).await;
    }
}
