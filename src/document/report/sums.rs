//! Amounts by group against others: what was spent in each region against its budget.

use std::collections::BTreeMap;

use super::block::{Block, Cell, Head, Row, Table};
use super::compiled::field;
use super::compliance::figures;
use super::lists::listed;
use super::maker::Maker;
use super::manifest::{Amount, Sums};
use crate::document::chart::{self, Level};
use crate::document::words;
use crate::schema::FieldType;
use crate::statistics::{Group, Key, Permille, WrittenKey};
use crate::table::Value;
use crate::text::Bilingual;

/// An amount by group, in hundredths.
struct Summed {
    label: String,
    money: bool,
    groups: BTreeMap<Group, i64>,
    by: Bilingual,
}

fn summed(m: &Maker<'_>, a: &Amount) -> Result<Summed, String> {
    let office = m.office();
    let (kind, rows) = listed(m, &a.population, a.within)?;
    let id = field(&office.schema, kind, &a.field)?;
    let f = office.schema.get(kind).get(id);
    let written = WrittenKey {
        by: a.by.clone(),
        per: None,
        label: None,
    };
    let key = Key::compile(&written, kind, &office.schema)?;
    let mut groups: BTreeMap<Group, i64> = BTreeMap::new();
    for row in rows {
        let amount = match office.value(kind, row, id) {
            Value::Money(cents) => cents,
            Value::Int(n) => n.saturating_mul(100),
            _ => continue,
        };
        for group in key.groups(office, kind, row) {
            let sum = groups.entry(group).or_default();
            *sum = sum.saturating_add(amount);
        }
    }
    Ok(Summed {
        label: m.text(a.label.as_ref().unwrap_or(&f.label)),
        money: f.ty == FieldType::Money,
        groups,
        by: key.label,
    })
}

/// A chart and a table; nothing where there is neither a sum nor anything to hold it against.
pub(super) fn sums(m: &Maker<'_>, b: &Sums) -> Result<Vec<Block>, String> {
    let (sum, against) = (summed(m, &b.sum)?, summed(m, &b.against)?);
    // Where nothing is set, a sum has nothing to be held against.
    if against.groups.is_empty() {
        return Ok(Vec::new());
    }
    let mut groups: Vec<&Group> = sum.groups.keys().chain(against.groups.keys()).collect();
    groups.sort();
    groups.dedup();
    let lines: Vec<(String, i64, Option<i64>)> = groups
        .into_iter()
        .map(|g| {
            let spent = sum.groups.get(g).copied().unwrap_or_default();
            (m.group(g), spent, against.groups.get(g).copied())
        })
        .collect();
    let first = m.text(b.label.as_ref().unwrap_or(&sum.by));
    let caption = m.text(&b.caption);
    let chart = drawn(m, &caption, &lines, (&sum, &against));
    let table = Table {
        caption: figures(m.lang, &caption),
        head: vec![
            Head::words(first, 5),
            Head {
                width: 4,
                ..Head::number(sum.label.clone())
            },
            Head {
                width: 4,
                ..Head::number(against.label.clone())
            },
            Head {
                width: 4,
                ..Head::number(m.say("余额", "Left"))
            },
            Head {
                width: 3,
                ..Head::number(m.say("执行率", "Used"))
            },
        ],
        rows: rows(m, &lines, sum.money),
        ..Table::default()
    };
    Ok(vec![chart, Block::Table(table)])
}

fn amount(m: &Maker<'_>, cents: i64, money: bool) -> String {
    if money {
        words::money(cents, m.lang)
    } else {
        (cents / 100).to_string()
    }
}

fn used(spent: i64, whole: i64) -> Option<Permille> {
    Permille::of(u64::try_from(spent).ok()?, u64::try_from(whole).ok()?)
}

fn rows(m: &Maker<'_>, lines: &[(String, i64, Option<i64>)], money: bool) -> Vec<Row> {
    let row = |label: &str, spent: i64, whole: Option<i64>| {
        let dash = || "—".to_owned();
        Row::of([
            Cell::from(label),
            amount(m, spent, money).into(),
            whole.map_or_else(dash, |w| amount(m, w, money)).into(),
            whole
                .map_or_else(dash, |w| amount(m, w.saturating_sub(spent), money))
                .into(),
            whole
                .and_then(|w| used(spent, w))
                .map_or_else(dash, |p| p.to_string())
                .into(),
        ])
    };
    let mut rows: Vec<Row> = lines.iter().map(|(g, s, w)| row(g, *s, *w)).collect();
    if lines.len() > 1 {
        let spent = lines.iter().fold(0i64, |sum, l| sum.saturating_add(l.1));
        let whole = lines
            .iter()
            .fold(0i64, |sum, l| sum.saturating_add(l.2.unwrap_or(0)));
        rows.push(Row {
            strong: true,
            ..row(m.say("合计", "Total"), spent, Some(whole))
        });
    }
    rows
}

fn drawn(
    m: &Maker<'_>,
    caption: &str,
    lines: &[(String, i64, Option<i64>)],
    (sum, against): (&Summed, &Summed),
) -> Block {
    let most = lines
        .iter()
        .flat_map(|(_, s, w)| [*s, w.unwrap_or(0)])
        .max()
        .unwrap_or(0);
    let whole = u64::try_from(most / 100 + i64::from(most % 100 != 0)).unwrap_or(0);
    let (ceiling, ticks) = chart::counts(whole);
    #[expect(clippy::cast_precision_loss, reason = "drawn")]
    let at = |cents: i64| cents.max(0) as f64 / 100.0 / ceiling;
    let levels: Vec<Level> = lines
        .iter()
        .map(|(label, spent, whole)| Level {
            label: label.clone(),
            value: at(*spent),
            mark: whole.map(at),
            hollow: whole.is_some_and(|w| *spent > w),
            note: amount(m, *spent, sum.money),
            ..Level::default()
        })
        .collect();
    let unit = if sum.money {
        m.say("（元）", " (CNY)")
    } else {
        ""
    };
    let unit = m.lang.pick(
        format!("{}{unit}，竖线为{}；空心为超出", sum.label, against.label),
        format!(
            "{}{unit}; the line is {}, hollow is beyond it",
            sum.label, against.label
        ),
    );
    Block::Chart {
        svg: chart::levels(&levels, &ticks, &unit),
        alt: format!(
            "{caption}{}",
            m.say("。数据见下表。", ". The table below has the figures.")
        ),
        caption: caption.to_owned(),
    }
}
