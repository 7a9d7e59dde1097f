//! Search over everything: a small inverted index, made at the start.

use std::collections::HashMap;

use serde::Serialize;

/// Something to be found.
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// The address of its page below /docs, perhaps with an anchor.
    pub(crate) address: String,
    pub(crate) title: String,
    /// Other words by which it is looked for, such as its path.
    pub(crate) names: String,
    pub(crate) text: String,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An operation.
    Operation,
    /// An error code.
    Error,
    /// A part of a guide.
    Guide,
    /// A setting.
    Setting,
}

impl Kind {
    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Operation => "operation",
            Kind::Error => "error",
            Kind::Guide => "guide",
            Kind::Setting => "setting",
        }
    }
}

/// A place that a query is found at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// The address of the page below /docs, perhaps with an anchor.
    pub address: String,
    /// Its title.
    pub title: String,
    /// The beginning of its text, or where the query is.
    pub excerpt: String,
}

/// Longest excerpt, in characters.
const EXCERPT_CHARS_MAX: usize = 160;
/// Most words of a query that count.
const WORDS_MAX: usize = 12;
/// What a word counts in a title, among other names, and in the text.
const WEIGHTS: [f32; 3] = [8.0, 5.0, 1.0];

/// The index.
pub(crate) struct Index {
    entries: Vec<Entry>,
    /// Entries by word, each with the word's weight there; sorted by word, so that beginnings are found.
    words: Vec<(String, Vec<(usize, f32)>)>,
}

/// The words of a text, in small letters; names of several words are words as a whole too.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        let parts = crate::names::kebab(word);
        found.extend(parts.split(['-', '_']).filter(|part| *part != word && !part.is_empty()).map(str::to_owned));
        found.push(word.to_lowercase());
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl Index {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut by_word: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        for (place, entry) in entries.iter().enumerate() {
            let mut weights: HashMap<String, f32> = HashMap::new();
            for (text, weight) in [&entry.title, &entry.names, &entry.text].into_iter().zip(WEIGHTS) {
                words(text).into_iter().for_each(|word| *weights.entry(word).or_default() += weight);
            }
            weights.into_iter().for_each(|(word, weight)| by_word.entry(word).or_default().push((place, weight)));
        }
        let mut words: Vec<_> = by_word.into_iter().collect();
        words.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Index { entries, words }
    }

    /// The entries that have every word of the query, the best first. A word counts as found where one begins
    /// with it, for less.
    pub(crate) fn search(&self, query: &str, most: usize) -> Vec<Hit> {
        let asked: Vec<String> = query
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .take(WORDS_MAX)
            .map(str::to_lowercase)
            .collect();
        let mut scores: HashMap<usize, (usize, f32)> = HashMap::new();
        for word in &asked {
            for (place, score) in self.places(word) {
                let (count, sum) = scores.entry(place).or_default();
                *count += 1;
                *sum += score;
            }
        }
        let mut found: Vec<_> = scores.into_iter().filter(|(_, (count, _))| *count == asked.len()).collect();
        found.sort_by(|(a, (_, one)), (b, (_, other))| other.total_cmp(one).then(a.cmp(b)));
        let hit = |place: usize| self.entries.get(place).map(|entry| entry.hit(&asked));
        found.into_iter().take(most).filter_map(|(place, _)| hit(place)).collect()
    }

    /// Where a word is, each place once, with what it counts there.
    fn places(&self, word: &str) -> HashMap<usize, f32> {
        let first = self.words.partition_point(|(known, _)| known.as_str() < word);
        let mut places: HashMap<usize, f32> = HashMap::new();
        for (known, entries) in self.words.iter().skip(first).take_while(|(known, _)| known.starts_with(word)) {
            // Rare words say more; a longer word that begins so says less.
            let rarity = (1.0 + self.entries.len() as f32 / entries.len() as f32).ln();
            let likeness = word.len() as f32 / known.len() as f32;
            for (place, weight) in entries {
                let score = weight * rarity * likeness;
                let best = places.entry(*place).or_default();
                *best = best.max(score);
            }
        }
        places
    }
}

impl Entry {
    fn hit(&self, asked: &[String]) -> Hit {
        let lower = self.text.to_lowercase();
        let at = asked.iter().filter_map(|word| lower.find(word.as_str())).min().unwrap_or(0);
        // Small letters may be longer than capital ones: the place is where the text has it, or near.
        let before = lower.get(..at).map_or(0, |before| before.chars().count()).saturating_sub(40);
        let excerpt: String = self.text.chars().skip(before).take(EXCERPT_CHARS_MAX).collect();
        let excerpt = excerpt.split_whitespace().collect::<Vec<_>>().join(" ");
        let excerpt = if before > 0 { format!("…{excerpt}") } else { excerpt };
        Hit { kind: self.kind, address: self.address.clone(), title: self.title.clone(), excerpt }
    }
}
