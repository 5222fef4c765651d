//! Contenders side by side: interleaved rounds, medians, and ratios round by round.

use crate::settings;
use crate::table::{Table, figures, verdict};
use crate::time::{median, quantile};

/// What the project wants of a contender, measured against another one of the same contest.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// Costs at most so many times what that one costs.
    AtMost(f64, &'static str),
    /// Is at least so many times faster than that one.
    FasterBy(f64, &'static str),
}

struct Contender<'a> {
    name: &'static str,
    round: Box<dyn FnMut() -> f64 + 'a>,
    reaches: Vec<Reach>,
    costs: Vec<f64>,
}

/// Runs contenders in turn, so that whatever else the machine does meets all of them.
///
/// The first one is the baseline. The order turns by one place each round, so that none always follows the same.
pub struct Contest<'a> {
    title: String,
    unit: &'static str,
    contenders: Vec<Contender<'a>>,
}

impl std::fmt::Debug for Contest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contest").field("title", &self.title).finish_non_exhaustive()
    }
}

impl<'a> Contest<'a> {
    /// A contest whose rounds return nanoseconds for each `unit`.
    #[must_use]
    pub fn new(title: impl Into<String>, unit: &'static str) -> Self {
        Self { title: title.into(), unit, contenders: Vec::new() }
    }

    /// Adds a contender. `round` sets up, measures, tears down, and returns what one unit cost in nanoseconds.
    pub fn enter(&mut self, name: &'static str, reaches: &[Reach], round: impl FnMut() -> f64 + 'a) {
        if !settings::takes_part(name) {
            return;
        }
        let (round, reaches) = (Box::new(round), reaches.to_vec());
        self.contenders.push(Contender { name, round, reaches, costs: Vec::new() });
    }

    /// Runs `rounds` rounds and prints the table. No round is left out: the median is not moved by a first one that
    /// found the machine cold.
    pub fn run(mut self, rounds: usize) -> Standings {
        let count = self.contenders.len();
        for round in 0..rounds {
            for position in 0..count {
                let contender = &mut self.contenders[(round + position) % count];
                contender.costs.push((contender.round)());
            }
        }
        let costs = self.contenders.iter().map(|contender| (contender.name, contender.costs.clone()));
        let standings = Standings { costs: costs.collect() };
        self.print(rounds, &standings);
        standings
    }

    fn print(&self, rounds: usize, standings: &Standings) {
        let Some(baseline) = self.contenders.first().map(|contender| contender.name) else { return };
        let title = format!("{} (median of {rounds} rounds)", self.title);
        let (cost, ratio) = (format!("ns/{}", self.unit), format!("× {baseline}"));
        let mut table = Table::new(title, &["contender", &cost, "least to most", &ratio, "M/s", "reach"]);
        for contender in &self.contenders {
            let mut sorted = contender.costs.clone();
            sorted.sort_by(f64::total_cmp);
            let (least, middle, most) =
                (quantile(&sorted, 0.0), quantile(&sorted, 0.5), quantile(&sorted, 1.0));
            table.row([
                contender.name.to_owned(),
                figures(middle),
                format!("{} to {}", figures(least), figures(most)),
                figures(standings.ratio(contender.name, baseline)),
                figures(1_000.0 / middle),
                standings.reaches(contender.name, &contender.reaches),
            ]);
        }
        table.print();
    }
}

/// What each contender cost in each round.
#[derive(Debug)]
pub struct Standings {
    costs: Vec<(&'static str, Vec<f64>)>,
}

impl Standings {
    /// What each round of `name` cost. Nothing if it did not take part.
    #[must_use]
    pub fn costs(&self, name: &str) -> &[f64] {
        let found = self.costs.iter().find(|(contender, _)| *contender == name);
        found.map_or(&[], |(_, costs)| costs)
    }

    /// The median cost of `name`.
    #[must_use]
    pub fn median(&self, name: &str) -> f64 {
        median(self.costs(name).to_vec())
    }

    /// How many times the cost of `other` the cost of `name` is: the median of the ratios round by round, which a
    /// machine that slows down in between moves less than the ratio of the medians.
    #[must_use]
    pub fn ratio(&self, name: &str, other: &str) -> f64 {
        let rounds = self.costs(name).iter().zip(self.costs(other));
        median(rounds.map(|(cost, other)| cost / other).collect())
    }

    fn reaches(&self, name: &str, reaches: &[Reach]) -> String {
        let takes_part = |reach: &&Reach| {
            let (Reach::AtMost(_, other) | Reach::FasterBy(_, other)) = **reach;
            !self.costs(other).is_empty()
        };
        let reaches = reaches.iter().filter(takes_part).map(|reach| match *reach {
            Reach::AtMost(limit, other) => {
                let ratio = self.ratio(name, other);
                format!("{} × {other}, ≤ {limit} {}", figures(ratio), verdict(ratio <= limit))
            }
            Reach::FasterBy(least, other) => {
                let faster = self.ratio(other, name);
                format!("{} × faster than {other}, ≥ {least} {}", figures(faster), verdict(faster >= least))
            }
        });
        reaches.collect::<Vec<_>>().join("; ")
    }
}
