//! Everything pending, by day: what, for whom, by which rule, until when.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::block::{Block, Cell, Head, Row, Table};
use super::compliance::policy_title;
use super::maker::{Figure, Maker};
use super::manifest::Captioned;
use super::rules::place;
use crate::agenda::{self, Entry};
use crate::document::redact::Redaction;
use crate::document::words;

/// Everything pending, earliest first.
fn entries(m: &Maker<'_>) -> Vec<Entry> {
    let now = &m.edition.now;
    let pending = now.pending.iter().cloned();
    agenda::of(m.office(), &now.judgements, pending, None)
}

/// A table with a line over the entries of each day.
pub(super) fn agenda(m: &Maker<'_>, b: &Captioned) -> Vec<Block> {
    let mut days: Vec<(Option<NaiveDate>, Vec<Entry>)> = Vec::new();
    for e in entries(m) {
        match days.last_mut() {
            Some((day, of_day)) if *day == e.finding.due => of_day.push(e),
            _ => days.push((e.finding.due, vec![e])),
        }
    }
    let mut rows = Vec::new();
    for (day, of_day) in &days {
        rows.push(heading(m, *day, of_day.len()));
        rows.extend(of_day.iter().map(|e| row(m, e)));
    }
    vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head: vec![
            Head::words(m.say("要做的事", "What"), 6),
            Head::words(m.say("对象", "About"), 5),
            Head::words(m.say("责任人", "By whom"), 3),
            Head::words(m.say("依据", "Rule"), 5),
            Head::words(m.say("最迟", "Last day"), 5),
        ],
        rows,
        none: m.say("没有到期事项。", "Nothing is pending.").to_owned(),
        ..Table::default()
    })]
}

/// `2026年1月4日 星期日，2 项`.
fn heading(m: &Maker<'_>, day: Option<NaiveDate>, count: usize) -> Row {
    const ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    const EN: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let named = match day {
        None => m.say("没有定日期", "Without a day").to_owned(),
        Some(d) => {
            let at = d.weekday().num_days_from_monday() as usize;
            let date = words::date(d, m.lang);
            m.lang.pick(
                format!("{date} 星期{}", ZH[at]),
                format!("{}, {date}", EN[at]),
            )
        }
    };
    let text = m
        .lang
        .pick(format!("{named}，{count} 项"), format!("{named}: {count}"));
    Row {
        strong: true,
        spans: true,
        ..Row::of([Cell::from(text)])
    }
}

fn row(m: &Maker<'_>, e: &Entry) -> Row {
    let f = &e.finding;
    let hidden = e.person.is_some_and(|(kind, _)| {
        let name = m.office().schema.get(kind).field("name");
        name.is_some_and(|n| m.redaction.hides(kind, n))
    });
    let who = if hidden {
        Redaction::masked(&e.who)
    } else {
        e.who.clone()
    };
    let policy = policy_title(m.packs, &e.policy, m.lang);
    let rule = match (f.clause.as_str(), m.lang) {
        ("", _) => policy,
        (clause, crate::text::Lang::Zh) => format!("《{policy}》{clause}"),
        (clause, crate::text::Lang::En) => format!("{policy}, {clause}"),
    };
    Row::of([
        Cell::from(m.text(&e.title)),
        Cell {
            text: e.about(m.lang),
            place: place(f),
        },
        who.into(),
        rule.into(),
        f.due
            .map(|d| words::date(d, m.lang))
            .unwrap_or_default()
            .into(),
    ])
}

/// `agenda.count`, `agenda.week` (due within seven days), `agenda.month` (within thirty), `agenda.people`.
pub(super) fn figure(m: &Maker<'_>, what: &str) -> Option<Figure> {
    let all = entries(m);
    let within = |days: i64| {
        let soon = |e: &&Entry| {
            let left = e
                .finding
                .due
                .map(|d| (d - m.edition.subject.cut).num_days());
            left.is_some_and(|left| left <= days)
        };
        all.iter().filter(soon).count() as u64
    };
    let people = || {
        let mut people: BTreeMap<_, u64> = BTreeMap::new();
        all.iter()
            .filter_map(|e| e.person)
            .for_each(|p| *people.entry(p).or_default() += 1);
        people.len() as u64
    };
    Some(Figure::Count(match what {
        "count" => all.len() as u64,
        "week" => within(7),
        "month" => within(30),
        "people" => people(),
        _ => return None,
    }))
}
