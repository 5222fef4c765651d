//! The default lists: English, Filipino and a little Spanish, as people text them. Phrases are separated by commas or
//! line ends. They are written with the words that [`synonyms()`] gives synonyms for, and without the
//! [fillers](super::Role::Filler) between words.

mod agreement;
mod refusal;
mod roles;
mod slips;
mod synonyms;

pub(super) use agreement::{AGREEMENT, FIRM};
pub(super) use refusal::{DOUBT, NEGATIONS, REFUSAL};
pub(super) use roles::ROLES;
pub(super) use slips::SLIPPING;
pub(super) use synonyms::synonyms;
