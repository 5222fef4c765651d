//! Buttons that somebody tapped instead of typing.

use sms_consolidate::lane::Control;
use sms_consolidate::{Origin, SmsMessage};

/// What is written on the button by which WhatsApp lets people opt out of marketing, in the languages that a source
/// could be found for: English, Spanish and Portuguese.
///
/// WhatsApp offers it for marketing templates, and writes it in the template's language. Meta publishes no list, so if
/// your templates are in another language, add what your button says by the gateway's `with_opt_out_button`.
pub const OPT_OUT_BUTTONS: &[&str] = &["Stop promotions", "Detener promociones", "Parar promoções"];

/// The buttons that opt out: [`OPT_OUT_BUTTONS`], and the business's own.
#[derive(Clone, Debug, Default)]
pub(super) struct OptOutButtons {
    own: Vec<Box<str>>,
}

impl OptOutButtons {
    pub(super) fn add(&mut self, name: &str) {
        self.own.push(folded(name).into());
    }

    /// `message`, whose text is what is written on a button that was tapped. `name` is what the business calls it, its
    /// payload or id.
    pub(super) fn tapped(&self, message: SmsMessage, name: Option<&str>) -> SmsMessage {
        let opts_out = self.contains(sms_consolidate::Message::text(&message))
            || name.is_some_and(|name| self.contains(name));
        let message = message.with_origin(Origin::Button);
        if opts_out { message.with_control(Control::Stop) } else { message }
    }

    fn contains(&self, name: &str) -> bool {
        let name = folded(name);
        !name.is_empty()
            && (OPT_OUT_BUTTONS.iter().any(|known| folded(known) == name)
                || self.own.iter().any(|own| **own == *name))
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_consolidate::Message;

    #[test]
    fn only_buttons_that_opt_out_do() {
        let mut buttons = OptOutButtons::default();
        buttons.add(" Unsubscribe");
        buttons.add("");
        let check = |text: &str, name, control| {
            let tapped = buttons.tapped(SmsMessage::new(text), name);
            assert_eq!((tapped.control(), tapped.origin()), (control, Origin::Button), "{text} {name:?}");
        };
        check("Stop promotions", None, Some(Control::Stop));
        check(" STOP PROMOTIONS ", Some("1"), Some(Control::Stop));
        check("Parar Promoções", None, Some(Control::Stop));
        check("unsubscribe", None, Some(Control::Stop));
        check("No more, please", Some("UNSUBSCRIBE"), Some(Control::Stop));
        for text in ["Stop", "Cancel", "End", "Quit", "Start", "Help", "Info", "Stop promotions?", ""] {
            check(text, Some(text), None);
        }
    }
}
