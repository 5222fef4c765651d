//! The keywords that a gateway finds by itself.

use sms_consolidate::lane::{Control, Keyword};
use sms_consolidate::{Message, OptOut, SmsMessage};

/// `message`, which its gateway says is `control`.
///
/// A YES that is said to be a START is left to the library: of a sender who is not opted out it is an answer.
pub(super) fn found(message: SmsMessage, control: Control) -> SmsMessage {
    let may_be_an_answer =
        control == Control::Start && OptOut::sms().keyword(message.text()) == Some(Keyword::StartIfStopped);
    if may_be_an_answer { message } else { message.with_control(control) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_may_be_an_answer() {
        let check = |text: &str, control, kept| {
            assert_eq!(found(SmsMessage::new(text), control).control(), kept, "{text}");
        };
        check("Yes!", Control::Start, None);
        check("Arrêt", Control::Stop, Some(Control::Stop));
        check("Go", Control::Start, Some(Control::Start));
        check("yes", Control::Stop, Some(Control::Stop));
        check("Info", Control::Help, Some(Control::Help));
    }
}
