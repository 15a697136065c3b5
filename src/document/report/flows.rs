//! Tables and charts of what came in, was done and is open.

use super::block::{Block, Cell, Head, Row, Table};
use super::maker::Maker;
use super::manifest::{Classes, FlowBy, FlowTable, FlowTrend};
use crate::calendar::{Period, Unit};
use crate::document::chart::{self, Bar};
use crate::statistics::{Activity, Flow, Key, Permille, Population};
use crate::table::Value;

fn head(m: &Maker<'_>, first: &str, can_be_open: bool) -> Vec<Head> {
    let came = if can_be_open {
        ("收到", "Received")
    } else {
        ("次数", "Count")
    };
    let mut head = vec![Head::words(first, 5), Head::number(m.say(came.0, came.1))];
    if can_be_open {
        for (zh, en) in [
            ("办结", "Done"),
            ("未办结", "Open"),
            ("其中逾期", "Overdue"),
            ("平均办结天数", "Days to done"),
        ] {
            head.push(Head::number(m.say(zh, en)));
        }
    }
    head
}

fn row(first: impl Into<Cell>, a: &Activity, flow: &Flow, wide: bool) -> Row {
    let mut cells = vec![first.into(), a.received.to_string().into()];
    if wide && flow.can_be_open() {
        let counts = [a.done, a.open, a.overdue];
        cells.extend(counts.iter().map(|n| Cell::from(n.to_string())));
        cells.push(a.average_days().unwrap_or_else(|| "—".to_owned()).into());
    } else if wide {
        cells.extend((0..4).map(|_| Cell::from("—")));
    }
    Row::of(cells)
}

/// Flows side by side.
pub(super) fn table(m: &Maker<'_>, b: &FlowTable) -> Result<Vec<Block>, String> {
    if b.before && m.edition.before.is_some() {
        return Ok(vec![Block::Table(against_before(m, b)?)]);
    }
    let mut rows = Vec::new();
    for name in &b.flows {
        let flow = m.flow(name)?;
        rows.push(row(m.text(&flow.label), &m.activity(flow), flow, true));
    }
    Ok(vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head: head(m, m.say("事项", "Item"), true),
        rows,
        ..Table::default()
    })])
}

/// Each flow, itself in the period before (as it stood then), and the difference.
fn against_before(m: &Maker<'_>, b: &FlowTable) -> Result<Table, String> {
    let mut rows = Vec::new();
    for name in &b.flows {
        let flow = m.flow(name)?;
        let now = m.activity(flow);
        let before = m.edition.before.as_deref().map(|s| {
            let kind = flow.population.kind;
            flow.count(&s.office, m.period().previous(), &|row| {
                s.is_late(kind, row)
            })
        });
        let before = before.unwrap_or_default();
        let label = m.text(&flow.label);
        rows.push(Row {
            strong: true,
            ..row(label, &now, flow, true)
        });
        rows.push(row(m.say("　上期", "– before"), &before, flow, true));
        let mut cells = vec![Cell::from(m.say("　增减", "– difference"))];
        cells.push(difference(now.received, before.received).into());
        if flow.can_be_open() {
            let pairs = [
                (now.done, before.done),
                (now.open, before.open),
                (now.overdue, before.overdue),
            ];
            cells.extend(pairs.map(|(a, b)| Cell::from(difference(a, b))));
            cells.push("".into());
        } else {
            cells.extend((0..4).map(|_| Cell::from("—")));
        }
        rows.push(Row::of(cells));
    }
    Ok(Table {
        caption: m.text(&b.caption),
        head: head(m, m.say("事项", "Item"), true),
        rows,
        ..Table::default()
    })
}

/// `+3`, `−2`, `0`.
fn difference(now: u64, before: u64) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Greater => format!("+{}", now - before),
        std::cmp::Ordering::Equal => "0".to_owned(),
        std::cmp::Ordering::Less => format!("−{}", before - now),
    }
}

/// One flow by groups, with a total.
pub(super) fn by_group(m: &Maker<'_>, b: &FlowBy) -> Result<Vec<Block>, String> {
    let flow = m.flow(&b.flow)?;
    let kind = flow.population.kind;
    let key = Key::compile(&b.key, kind, &m.office().schema)?;
    let late = |row| m.edition.now.is_late(kind, row);
    let groups = flow.by_group(m.office(), m.period(), &late, &key);
    let wide = flow.can_be_open();
    let mut rows: Vec<Row> = groups
        .iter()
        .map(|(group, a)| row(m.group(group), a, flow, wide))
        .collect();
    if rows.len() > 1 {
        let total = row(m.say("合计", "Total"), &m.activity(flow), flow, wide);
        rows.push(Row {
            strong: true,
            ..total
        });
    }
    Ok(vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head: head(m, key.label.get(m.lang), wide),
        rows,
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    })])
}

/// The periods of a length that a period holds, as far as they have begun.
pub(super) fn within(m: &Maker<'_>, unit: Unit) -> Vec<Period> {
    let whole = m.period();
    let first = Period::containing(unit, whole.first);
    // A week belongs to the year of its Thursday, as its name says.
    let mine = |p: &Period| {
        let middle = p.first + (p.last - p.first) / 2;
        whole.contains(middle)
    };
    let begun = |p: &Period| p.first <= m.edition.subject.cut && p.first <= whole.last;
    std::iter::successors(Some(first), |p| Some(p.next()))
        .take_while(begun)
        .filter(mine)
        .collect()
}

/// So many periods up to the edition's end.
fn last(m: &Maker<'_>, unit: Unit, n: usize) -> Vec<Period> {
    let end = Period::containing(unit, m.edition.subject.cut);
    let back = std::iter::successors(Some(end), |p| Some(p.previous()));
    let mut periods: Vec<Period> = back.take(n).collect();
    periods.reverse();
    periods
}

/// A flow over time: what came in and was done as bars, what was open at each end as a line.
pub(super) fn trend(m: &Maker<'_>, b: &FlowTrend) -> Result<Vec<Block>, String> {
    let flow = m.flow(&b.flow)?;
    let periods = match b.last {
        Some(n) => last(m, b.per, n),
        None => within(m, b.per),
    };
    let counts: Vec<[u64; 3]> = periods
        .iter()
        .map(|p| {
            let a = flow.count(m.office(), *p, &|_| false);
            [a.received, a.done, a.open]
        })
        .collect();
    let caption = m.text(&b.caption);
    let none = m.say("没有。", "None.").to_owned();
    if counts.iter().flatten().all(|n| *n == 0) {
        return Ok(vec![Block::Table(Table {
            caption,
            none,
            ..Table::default()
        })]);
    }
    let names = [
        ("收到", "Received"),
        ("办结", "Done"),
        ("期末未办结", "Open at the end"),
    ];
    let names: Vec<&str> = names.iter().map(|(zh, en)| m.say(zh, en)).collect();
    let chart = trend_chart(m, &caption, &periods, &counts, &names);
    let rows = periods.iter().zip(&counts).map(|(p, counts)| {
        let cells = counts.iter().map(|n| Cell::from(n.to_string()));
        Row::of(std::iter::once(Cell::from(p.to_string())).chain(cells))
    });
    let mut head = vec![Head::words(m.say("期间", "Period"), 4)];
    head.extend(names.iter().map(|n| Head::number(*n)));
    let table = Table {
        caption: format!("{caption}{}", m.say("（数据）", " (figures)")),
        head,
        rows: rows.collect(),
        aside: true,
        ..Table::default()
    };
    Ok(vec![chart, Block::Table(table)])
}

fn trend_chart(
    m: &Maker<'_>,
    caption: &str,
    periods: &[Period],
    counts: &[[u64; 3]],
    names: &[&str],
) -> Block {
    let bars: Vec<Bar> = periods
        .iter()
        .zip(counts)
        .map(|(p, counts)| Bar {
            label: short(*p),
            values: counts.to_vec(),
        })
        .collect();
    let alt = m.say(
        "。数据见所附数据表。",
        ". The table of figures beside it has them.",
    );
    Block::Chart {
        svg: chart::bars(&bars, names, m.say("件", "count")),
        alt: format!("{caption}{alt}"),
        caption: caption.to_owned(),
    }
}

/// A period as a chart's axis names it: `W14`, `3`, `Q1`.
pub(super) fn short(p: Period) -> String {
    let text = p.to_string();
    let short = text.split_once('-').map_or(text.as_str(), |(_, rest)| rest);
    short.trim_start_matches('0').to_owned()
}

/// How many of each group, with their share and how many are done.
pub(super) fn classes(m: &Maker<'_>, b: &Classes) -> Result<Vec<Block>, String> {
    let office = m.office();
    let population = Population::compile(&b.population, &office.schema)?;
    let kind = population.kind;
    let key = Key::compile(&b.key, kind, &office.schema)?;
    let done = b
        .done
        .as_ref()
        .map(|name| super::compiled::field(&office.schema, kind, name))
        .transpose()?;
    let rows = population.rows(office, Some(m.period()));
    let mut groups = std::collections::BTreeMap::new();
    for row in &rows {
        let is_done = done.is_some_and(|f| office.value(kind, *row, f) != Value::Absent);
        for group in key.groups(office, kind, *row) {
            let count: &mut (u64, u64) = groups.entry(group).or_default();
            count.0 += 1;
            count.1 += u64::from(is_done);
        }
    }
    let total = rows.len() as u64;
    let mut head = vec![
        Head::words(key.label.get(m.lang), 5),
        Head::number(m.say("件数", "Count")),
        Head::number(m.say("占比", "Share")),
    ];
    if done.is_some() {
        head.push(Head::number(m.say("已解决", "Settled")));
    }
    let rows = groups.iter().map(|(group, (n, settled))| {
        let share = Permille::of(*n, total)
            .map(|p| p.to_string())
            .unwrap_or_default();
        let mut cells = vec![
            Cell::from(m.group(group)),
            n.to_string().into(),
            share.into(),
        ];
        if done.is_some() {
            cells.push(settled.to_string().into());
        }
        Row::of(cells)
    });
    Ok(vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head,
        rows: rows.collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    })])
}
