//! The shares that rules reckon (so many of the completed repairs visited), against the number each demands and against
//! the period before.

use super::block::{Block, Cell, Head, Row, Table};
use super::compliance::{change, figures, interval, interval_note};
use super::maker::Maker;
use super::manifest::Captioned;
use crate::calendar::Period;
use crate::document::chart::{self, Level};
use crate::policy::Judgement;
use crate::policy::verdict::Reckoned;
use crate::statistics::Permille;

/// A rule's share in a period.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    met: u64,
    population: u64,
    /// How many periods of the rule's own, or records, were added.
    parts: u64,
    /// Whether it can still change.
    open: bool,
    at_most: bool,
    milli_percent: u64,
}

impl Rate {
    /// Adds the shares of a rule that belong to a period, as of a day.
    fn of(shares: &[&Reckoned], as_of: chrono::NaiveDate) -> Option<Self> {
        let mut all = Self::default();
        for s in shares {
            all.met += s.met;
            all.population += s.population;
            all.parts += 1;
            all.open |= s.due >= as_of;
            (all.at_most, all.milli_percent) = (s.at_most, s.milli_percent);
        }
        (all.population > 0).then_some(all)
    }

    fn share(self) -> Permille {
        Permille::of(self.met, self.population).unwrap_or(Permille(0))
    }

    fn is_kept(self) -> bool {
        let (part, whole) = (u128::from(self.met) * 100_000, u128::from(self.population));
        let demanded = whole * u128::from(self.milli_percent);
        if self.at_most {
            part <= demanded
        } else {
            part >= demanded
        }
    }

    /// `≥60%`, `≤1%`.
    fn demanded(self) -> String {
        let sign = if self.at_most { "≤" } else { "≥" };
        let (whole, rest) = (self.milli_percent / 1000, self.milli_percent % 1000);
        let decimals = format!("{rest:03}");
        match decimals.trim_end_matches('0') {
            "" => format!("{sign}{whole}%"),
            decimals => format!("{sign}{whole}.{decimals}%"),
        }
    }
}

/// Whether a share is told in a period: its own lies within (or it falls due in) it, or holds it and is not over.
fn told(s: &Reckoned, period: Period) -> bool {
    match s.period {
        None => period.contains(s.due),
        Some(own) => {
            let holds = |a: Period, b: Period| a.first <= b.first && a.last >= b.last;
            holds(period, own) || holds(own, period)
        }
    }
}

fn chosen(j: &[&Judgement], period: Period) -> Vec<Reckoned> {
    let shares = j.iter().flat_map(|j| &j.shares);
    shares.filter(|s| told(s, period)).cloned().collect()
}

/// A rule's line.
struct Line<'m> {
    judgement: &'m Judgement,
    now: Rate,
    before: Option<Rate>,
    /// Whether its own period is longer than the edition's.
    longer: bool,
}

fn lines<'m>(m: &'m Maker<'_>) -> Vec<Line<'m>> {
    let now = &m.edition.now;
    let (period, as_of) = (m.period(), now.office.as_of);
    let mut all: Vec<Line<'_>> = Vec::new();
    let mut rest = now.judgements.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|j| j.rule == first.rule).count();
        let wordings: Vec<&Judgement> = rest[..same].iter().collect();
        rest = &rest[same..];
        let of = |period| {
            let shares = chosen(&wordings, period);
            let refs: Vec<&Reckoned> = shares.iter().collect();
            Rate::of(&refs, as_of)
        };
        let Some(rate) = of(period) else { continue };
        let longer = |s: &Reckoned| {
            s.period
                .is_some_and(|own| own.first < period.first || own.last > period.last)
        };
        let longer = chosen(&wordings, period).iter().any(longer);
        all.push(Line {
            judgement: first,
            now: rate,
            before: if longer { None } else { of(period.previous()) },
            longer,
        });
    }
    all
}

/// Rates as a chart and a table; nothing where no rule reckons one.
pub(super) fn rates(m: &Maker<'_>, b: &Captioned) -> Vec<Block> {
    let lines = lines(m);
    if lines.is_empty() {
        return Vec::new();
    }
    let caption = m.text(&b.caption);
    let table = Table {
        caption: figures(m.lang, &caption),
        head: head(m),
        rows: lines.iter().map(|l| row(m, l)).collect(),
        note: interval_note(m.lang),
        ..Table::default()
    };
    vec![drawn(m, &caption, &lines), Block::Table(table)]
}

fn drawn(m: &Maker<'_>, caption: &str, lines: &[Line<'_>]) -> Block {
    let levels: Vec<Level> = lines
        .iter()
        .map(|l| Level {
            label: l.judgement.title.get(m.lang).to_owned(),
            value: l.now.share().ratio(),
            mark: u32::try_from(l.now.milli_percent / 100)
                .ok()
                .map(|p| Permille(p).ratio()),
            hollow: !l.now.is_kept(),
            note: format!("{} ({})", l.now.share(), l.now.demanded()),
            ..Level::default()
        })
        .collect();
    let unit = m.say(
        "比率（%），竖线为规定的数；空心为未达到",
        "Rate (%); the line is what is demanded, hollow what falls short",
    );
    Block::Chart {
        svg: chart::levels(&levels, &chart::percents(), unit),
        alt: format!(
            "{caption}{}",
            m.say("。数据见下表。", ". The table below has the figures.")
        ),
        caption: caption.to_owned(),
    }
}

fn head(m: &Maker<'_>) -> Vec<Head> {
    let number = |zh, en, width| Head {
        width,
        ..Head::number(m.say(zh, en))
    };
    vec![
        Head::words(m.say("要求", "Rule"), 6),
        Head::words(m.say("条款", "Clause"), 4),
        number("规定", "Required", 3),
        number("本期", "Now", 5),
        Head::words(m.say("结果", "Result"), 3),
        number("95%区间", "95% interval", 5),
        number("上期", "Before", 5),
        Head::words(m.say("与上期相比", "Against it"), 5),
    ]
}

fn row(m: &Maker<'_>, l: &Line<'_>) -> Row {
    let written = |r: Rate| format!("{} ({}/{})", r.share(), r.met, r.population);
    let result = match (l.now.open, l.now.is_kept()) {
        (true, _) if l.longer => m.say("累计，未满期", "so far"),
        (true, true) => m.say("未满期，已达到", "reached, not over"),
        (true, false) => m.say("未满期", "not over"),
        (false, true) => m.say("达到", "met"),
        (false, false) => m.say("未达到", "missed"),
    };
    let pair = |r: Rate| (r.met, r.population);
    let change = l.before.map(|b| change(m.lang, pair(l.now), pair(b)));
    Row::of([
        Cell::from(l.judgement.title.get(m.lang)),
        l.judgement.clause.clone().into(),
        l.now.demanded().into(),
        written(l.now).into(),
        result.into(),
        interval(l.now.met, l.now.population).into(),
        l.before.map_or_else(|| "—".to_owned(), written).into(),
        change.unwrap_or_else(|| "—".to_owned()).into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(met: u64, population: u64, milli_percent: u64, at_most: bool) -> Rate {
        Rate {
            met,
            population,
            parts: 1,
            open: false,
            at_most,
            milli_percent,
        }
    }

    #[test]
    fn the_number_demanded_is_met_on_it_and_missed_beyond() {
        assert!(rate(6, 10, 60_000, false).is_kept());
        assert!(!rate(59, 100, 60_000, false).is_kept());
        assert!(rate(1, 100, 1_000, true).is_kept());
        assert!(!rate(11, 1000, 1_000, true).is_kept());
        assert_eq!(rate(1, 2, 60_000, false).demanded(), "≥60%");
        assert_eq!(rate(1, 2, 1_500, true).demanded(), "≤1.5%");
    }

    #[test]
    fn a_period_tells_the_shares_within_it_and_the_one_it_lies_in() {
        let share = |own: &str| Reckoned {
            period: Period::parse(own),
            record: None,
            due: "2025-04-07".parse().unwrap(),
            met: 1,
            population: 2,
            milli_percent: 10_000,
            at_most: false,
        };
        let quarter = Period::parse("2025-Q1").unwrap();
        let told = |own: &str| told(&share(own), quarter);
        assert!(told("2025-01") && told("2025-03") && told("2025-Q1") && told("2025"));
        assert!(!told("2025-04") && !told("2024") && !told("2025-H2"));
    }
}
