//! All phrases by their words, and which listed word a word of a text is.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use super::text::{
    consonants, is_mark, is_one_slip, is_stretched, letters, plain_apostrophe, repeated, shape,
    without_repeats, words,
};

/// What a phrase does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// Counts for the rule at this place in the list.
    Rule(usize),
    /// Counts for the rule at this place, where no unknown word follows.
    Ending(usize),
    /// Counts for the rule at this place, where no unknown word stands before it.
    Opening(usize),
    /// Both an opening and an ending.
    Whole(usize),
    /// Is a negation of the rule at this place.
    Negation(usize),
    Role(super::Role),
}

/// A word of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    word: Option<WordId>,
    /// The word whose synonym it is.
    head: Option<WordId>,
    pub(super) is_filler: bool,
    /// Punctuation, which ends a clause, or a symbol.
    pub(super) is_mark: bool,
    /// A mark beyond ASCII, such as an emoji.
    pub(super) is_symbol: bool,
    pub(super) is_line_end: bool,
    /// Whether it is a day or a time by itself.
    pub(super) is_time: bool,
}

impl Token {
    /// Whether no list has the word, nor one that it is a form of.
    pub(super) fn is_unknown(self) -> bool {
        self.word.is_none() && !self.is_mark
    }
}

type WordId = u32;
type NodeId = u32;

const ROOT: NodeId = 0;

/// How many fillers in a row may stand between two words of a phrase.
pub(super) const MOST_FILLERS: u8 = 4;

/// Of how many bytes a word is at least that is read as a slip.
const LEAST_SLIPPED: usize = 3;

/// How many phrases are followed at once. It bounds the time, and is more than people's lists need.
const MOST_PLACES: usize = 8;

/// Where in the phrases a text has come to.
#[derive(Clone, Copy, Debug)]
struct Place {
    node: NodeId,
    /// How many fillers were left out since the last word.
    fillers: u8,
}

/// Memory that is used again for every phrase.
#[derive(Debug, Default)]
pub(super) struct Places {
    now: Vec<Place>,
    after: Vec<Place>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    words: HashMap<String, WordId>,
    /// By the words' characters without repetitions.
    unstretched: HashMap<String, WordId>,
    by_letters: HashMap<String, WordId>,
    by_consonants: HashMap<String, WordId>,
    heads: HashMap<WordId, WordId>,
    /// Synonyms, and what they stand for, that have a 0 for any digit.
    shapes: HashMap<String, WordId>,
    fillers: HashSet<WordId>,
    /// The words of which slips are known, with their spellings.
    slipping: Vec<(String, WordId)>,
    /// From the words before and the next one to the words with it.
    next: HashMap<(NodeId, WordId), NodeId>,
    /// What the phrase that ends at a node does, if one does.
    senses: Vec<Option<Sense>>,
}

impl Index {
    pub(super) fn add_synonym(&mut self, head: &str, synonym: &str) {
        let (Some(head), [synonym]) = (words(head).first().cloned(), &words(synonym)[..]) else { return };
        let head = self.shaped_id(&head);
        for spelling in spellings(synonym) {
            let synonym = self.shaped_id(&spelling);
            self.heads.entry(synonym).or_insert(head);
        }
    }

    fn shaped_id(&mut self, word: &str) -> WordId {
        let id = self.id(word);
        if shape(word).as_deref() == Some(word) {
            self.shapes.insert(word.into(), id);
        }
        id
    }

    pub(super) fn add_slipping(&mut self, word: &str) {
        for spelling in spellings(word) {
            if let [word] = &words(&spelling)[..] {
                let id = self.id(word);
                self.slipping.push((word.clone(), id));
            }
        }
    }

    pub(super) fn add_filler(&mut self, filler: &str) {
        for word in words(filler) {
            let word = self.id(&word);
            self.fillers.insert(word);
        }
    }

    /// A phrase that is there already keeps its sense.
    pub(super) fn insert(&mut self, phrase: &str, sense: Sense) {
        for spelling in spellings(phrase) {
            self.insert_words(&words(&spelling), sense);
        }
    }

    fn insert_words(&mut self, words: &[String], sense: Sense) {
        if words.is_empty() {
            return;
        }
        if self.senses.is_empty() {
            self.senses.push(None);
        }
        let mut node = ROOT;
        for word in words {
            let word = self.id(word);
            let new = NodeId::try_from(self.senses.len()).expect("phrases of memory's size have fewer words");
            node = *self.next.entry((node, word)).or_insert(new);
            if node == new {
                self.senses.push(None);
            }
        }
        let listed = self.senses[node as usize].get_or_insert(sense);
        if let (Sense::Ending(ending), Sense::Opening(opening)) = (*listed, sense)
            && ending == opening
        {
            *listed = Sense::Whole(ending);
        }
    }

    fn id(&mut self, word: &str) -> WordId {
        if let Some(id) = self.words.get(word) {
            return *id;
        }
        let id = WordId::try_from(self.words.len()).expect("phrases of memory's size have fewer words");
        self.words.insert(word.into(), id);
        self.unstretched.entry(without_repeats(word)).or_insert(id);
        if let Some(letters) = letters(word) {
            self.by_letters.entry(letters).or_insert(id);
        }
        if let Some(consonants) = consonants(word) {
            self.by_consonants.entry(consonants).or_insert(id);
        }
        id
    }

    pub(super) fn tokens(&self, text: &str) -> Vec<Token> {
        words(text).iter().map(|word| self.token(word)).collect()
    }

    fn token(&self, text: &str) -> Token {
        let listed = |word| self.words.get(word).copied();
        let word =
            listed(text).or_else(|| self.slipped(text)).or_else(|| listed(text.trim_end_matches('\'')));
        let word = word.or_else(|| self.nearest(text));
        let shaped = self.shapes.get(shape(text).as_deref().unwrap_or_default()).copied();
        let word = word.or(shaped);
        let head_of = |word| self.heads.get(&word).copied();
        let head = word.and_then(head_of).or_else(|| shaped.map(|shaped| head_of(shaped).unwrap_or(shaped)));
        let mut meant = word.into_iter().chain(head);
        Token {
            word,
            head,
            is_filler: meant.any(|word| self.fillers.contains(&word)),
            is_mark: is_mark(text),
            is_symbol: is_mark(text) && !text.is_ascii(),
            is_line_end: text == "\n",
            is_time: word.into_iter().chain(head).any(|word| self.is_time(word)),
        }
    }

    fn is_time(&self, word: WordId) -> bool {
        let node = self.next.get(&(ROOT, word));
        node.is_some_and(|node| self.senses[*node as usize] == Some(Sense::Role(super::Role::Time)))
    }

    /// The word of which an unlisted one is a slip.
    fn slipped(&self, word: &str) -> Option<WordId> {
        if word.len() < LEAST_SLIPPED {
            return None;
        }
        let slip = self.slipping.iter().find(|(meant, _)| is_one_slip(meant, word));
        slip.map(|(_, meant)| *meant)
    }

    /// The listed word that an unlisted one is a drawn-out or misspelt form of.
    fn nearest(&self, word: &str) -> Option<WordId> {
        if is_stretched(word)
            && let Some(listed) = self.unstretched.get(&without_repeats(word))
        {
            return Some(*listed);
        }
        let plain = repeated(word).and_then(|word| self.words.get(word));
        let plain = plain.or_else(|| self.by_letters.get(&letters(word)?));
        plain.or_else(|| self.by_consonants.get(&consonants(word)?)).copied()
    }

    /// How many of the first `tokens` the longest phrase takes, and what it does.
    pub(super) fn longest_phrase(&self, tokens: &[Token], places: &mut Places) -> Option<(usize, Sense)> {
        let mut longest = None;
        let Places { now: places, after } = places;
        places.clear();
        places.push(Place { node: ROOT, fillers: 0 });
        for (before, token) in tokens.iter().enumerate() {
            for place in places.drain(..) {
                for word in [token.word, token.head].into_iter().flatten() {
                    let Some(next) = self.next.get(&(place.node, word)) else { continue };
                    if let Some(sense) = self.senses[*next as usize]
                        && longest.is_none_or(|(length, _)| length <= before)
                    {
                        longest = Some((before + 1, sense));
                    }
                    after.push(Place { node: *next, fillers: 0 });
                }
                if token.is_filler && place.node != ROOT && place.fillers < MOST_FILLERS {
                    after.push(Place { fillers: place.fillers + 1, ..place });
                }
            }
            if after.is_empty() {
                break;
            }
            after.truncate(MOST_PLACES);
            std::mem::swap(places, after);
        }
        longest
    }
}

/// What is listed with apostrophes or hyphens may come without: can't as "cant", sang-ayon as "sangayon".
fn spellings(phrase: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let is_left_out = |c| plain_apostrophe(c) == '\'' || c == '-';
    let bare = phrase.contains(is_left_out).then(|| phrase.replace(is_left_out, ""));
    std::iter::once(Cow::Borrowed(phrase)).chain(bare.map(Cow::Owned))
}
