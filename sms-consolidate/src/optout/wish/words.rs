//! Cutting a text into sentences of words, as they are compared with the grammar.

use super::pattern::{Grammar, WordId};
use super::{grammar, spelling};
use unicode_normalization::UnicodeNormalization;

use crate::optout::normal::is_invisible;

/// The words between two ends of sentences.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    pub(super) words: Vec<Word>,
    pub(super) is_question: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The word of the grammar that it is.
    pub(super) id: Option<WordId>,
    kind: Kind,
    /// A "please" stood before it.
    pub(super) is_after_courtesy: bool,
    pub(super) is_misspelt_stop: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    /// A comma, or what parts clauses like one.
    Comma,
    Quote,
    /// The end of a sentence.
    End,
    /// The end of a question.
    Question,
}

impl Word {
    const fn mark(kind: Kind) -> Self {
        Self { id: None, kind, is_after_courtesy: false, is_misspelt_stop: false }
    }

    pub(super) fn is_mark(&self) -> bool {
        self.kind != Kind::Word
    }
}

/// The first `most` visible characters of `text`, and the last where it has more.
pub(super) fn ends(text: &str, most: usize) -> (String, Option<String>) {
    let visible = || text.chars().filter(|c| !is_invisible(*c));
    let mut rest = visible();
    let beginning: String = rest.by_ref().take(most).collect();
    let end = rest.next().map(|_| {
        let end: Vec<char> = visible().rev().take(most).collect();
        // The first word may be the rest of one.
        end.into_iter().rev().skip_while(|c| !c.is_whitespace()).collect()
    });
    (beginning, end)
}

/// The sentences of `text`: without what is quoted from others, and without courtesy.
pub(super) fn sentences(text: &str, grammar: &Grammar) -> Vec<Sentence> {
    let words = without_quotes(&words(text, grammar));
    let ends = |word: &Word| matches!(word.kind, Kind::End | Kind::Question);
    let sentences = words.split_inclusive(ends).map(|words| Sentence {
        is_question: words.last().is_some_and(|word| word.kind == Kind::Question),
        words: words.iter().filter(|word| !ends(word)).copied().collect(),
    });
    sentences.filter(|sentence| sentence.words.iter().any(|word| !word.is_mark())).collect()
}

fn words(text: &str, grammar: &Grammar) -> Vec<Word> {
    let mut cutter =
        Cutter { grammar, words: Vec::new(), word: String::new(), part: 0, is_after_courtesy: false };
    let mut chars = text.nfkd().flat_map(char::to_lowercase).map(plain).peekable();
    while let Some(c) = chars.next() {
        let next_is_letter = chars.peek().is_some_and(|next| next.is_alphanumeric());
        cutter.take(c, next_is_letter);
    }
    cutter.end_word();
    cutter.words
}

struct Cutter<'a> {
    grammar: &'a Grammar,
    words: Vec<Word>,
    word: String,
    /// How many letters the word has since its last dot.
    part: usize,
    is_after_courtesy: bool,
}

impl Cutter<'_> {
    fn take(&mut self, c: char, next_is_letter: bool) {
        if c.is_alphanumeric() {
            self.word.push(c);
            self.part += 1;
            return;
        }
        let is_within = next_is_letter && !self.word.is_empty();
        match c {
            '\'' | '\u{300}'..='\u{36f}' => return,
            '.' if is_within && self.part == 1 => {
                self.part = 0;
                return;
            }
            '-' if is_within && self.joins_by_hyphen() => return,
            _ => self.end_word(),
        }
        match c {
            '?' => self.words.push(Word::mark(Kind::Question)),
            '.' | '!' | ';' | '\n' | '…' => self.words.push(Word::mark(Kind::End)),
            '"' => self.words.push(Word::mark(Kind::Quote)),
            '-' if is_within => {}
            '#' if !next_is_letter => {
                self.word.push_str("number");
                self.end_word();
            }
            '/' | '*' | '_' | '#' | '@' | '+' => {}
            _ if c.is_whitespace() => {}
            '😂' | '🤣' | '😆' | '😹' | '😅' | '😄' | '😁' | '💀' | '😭' | '🥰' | '😍' | '❤' | '😘' | '☺'
            | '😊' => {
                let laugh = Word { id: self.grammar.word("haha"), ..Word::mark(Kind::Word) };
                self.words.extend([Word::mark(Kind::Comma), laugh, Word::mark(Kind::Comma)]);
            }
            _ => self.words.push(Word::mark(Kind::Comma)),
        }
    }

    /// Prefixes of Filipino verbs, and the words that people write with a hyphen or without; digits.
    fn joins_by_hyphen(&self) -> bool {
        grammar::PREFIXES.contains(&&*self.word) || self.word.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn end_word(&mut self) {
        self.part = 0;
        if self.word.is_empty() {
            return;
        }
        let word = spelling::squeezed(&std::mem::take(&mut self.word));
        if grammar::FILLERS.contains(&&*word) {
            return;
        }
        if grammar::PLEASE.contains(&&*word) {
            self.is_after_courtesy = true;
            return;
        }
        let id = self.grammar.word(&word).or_else(|| self.grammar.word(spelling::known(&word)?));
        self.words.push(Word {
            id,
            kind: Kind::Word,
            is_after_courtesy: std::mem::take(&mut self.is_after_courtesy),
            is_misspelt_stop: spelling::is_misspelt_stop(&word),
        });
    }
}

/// Without what stands between quotation marks, unless that is all there is, or a single word (I said "stop").
fn without_quotes(words: &[Word]) -> Vec<Word> {
    let is_quote = |word: &Word| word.kind == Kind::Quote;
    let count_words = |words: &[Word]| words.iter().filter(|word| !word.is_mark()).count();
    let parts: Vec<&[Word]> = words.split(is_quote).collect();
    let own: usize = parts.iter().step_by(2).map(|part| count_words(part)).sum();
    if own == 0 || parts.len().is_multiple_of(2) {
        return words.iter().filter(|word| !is_quote(word)).copied().collect();
    }
    let own_part = |(place, part): (usize, &&[Word])| -> Vec<Word> {
        if place % 2 == 0 || count_words(part) < 2 { part.to_vec() } else { vec![Word::mark(Kind::Comma)] }
    };
    parts.iter().enumerate().flat_map(own_part).collect()
}

/// Without the accents that keyboards leave out, and with one kind of apostrophe, hyphen and quotation mark.
fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        '‘' | '’' | 'ʼ' | '`' | '´' => '\'',
        '“' | '”' | '«' | '»' | '„' => '"',
        '‐' | '‑' => '-',
        _ => c,
    }
}
