//! The default lists: English, Filipino and a little Spanish, as people text them. Phrases are separated by commas or
//! line ends. They are written with the words that [`synonyms()`] gives synonyms for, and without the
//! [fillers](super::Role::Filler) between words.

mod agreement;
mod aside;
mod delight;
mod idiom;
mod promise;
mod refusal;
mod roles;
mod slips;
mod synonyms;
mod unsettled;

pub(super) use agreement::{AGREEMENT, FIRM};
pub(super) use aside::{HELD, NO_ANSWER};
pub(super) use delight::DELIGHT;
pub(super) use idiom::IDIOMS;
pub(super) use promise::PROMISES;
pub(super) use refusal::{DOUBT, NEGATIONS, REFUSAL};
pub(super) use roles::ROLES;
pub(super) use slips::SLIPPING;
pub(super) use synonyms::synonyms;
pub(super) use unsettled::{DECLINING, HINDRANCES, UNSETTLED, declined};
