//! Lists of records: what is unresolved and why, what comes up, who was not seen; and groups with several members.

use std::collections::{BTreeMap, BTreeSet};

use super::block::{Block, Cell, Head, Row, Table};
use super::compiled::field;
use super::maker::Maker;
use super::manifest::{ListColumn, Records, Repeats, Unnamed};
use crate::policy::expr::{self, Scope};
use crate::policy::value::View;
use crate::schema::{FieldId, FieldType, KindId};
use crate::statistics::{Key, Population, WrittenPopulation};
use crate::table::{Row as Line, Value};

/// A column with its fields found.
struct Column<'a> {
    fields: Vec<FieldId>,
    written: &'a ListColumn,
}

/// A list of records.
pub(super) fn records(m: &Maker<'_>, b: &Records) -> Result<Vec<Block>, String> {
    let office = m.office();
    let (kind, mut rows) = listed(m, &b.population, b.within)?;
    if let Some(unnamed) = &b.unnamed {
        let named = named(m, kind, unnamed)?;
        rows.retain(|row| !named.contains(row));
    }
    let mut columns = Vec::new();
    for written in &b.columns {
        let fields = written
            .fields
            .iter()
            .map(|n| field(&office.schema, kind, n));
        columns.push(Column {
            fields: fields.collect::<Result<_, _>>()?,
            written,
        });
    }
    let head = columns.iter().map(|c| {
        let first = c.fields.first().map(|f| office.schema.get(kind).get(*f));
        let label = c.written.label.as_ref().or(first.map(|f| &f.label));
        let wide = first.is_some_and(|f| f.personal && f.name != "name") || c.written.overdue;
        Head::words(
            label.map(|l| m.text(l)).unwrap_or_default(),
            if wide { 5 } else { 3 },
        )
    });
    let rows = rows
        .iter()
        .map(|row| Row::of(columns.iter().map(|c| cell(m, kind, *row, c))));
    Ok(vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head: head.collect(),
        rows: rows.collect(),
        none: m.text(&b.none),
        ..Table::default()
    })])
}

/// The records of a population whose condition may speak of the period, in order of their dates.
pub(super) fn listed(
    m: &Maker<'_>,
    written: &WrittenPopulation,
    within: bool,
) -> Result<(KindId, Vec<Line>), String> {
    let office = m.office();
    // The condition may speak of the period, which a population by itself does not know.
    let plain = WrittenPopulation {
        filter: None,
        ..written.clone()
    };
    let population = Population::compile(&plain, &office.schema)?;
    let kind = population.kind;
    let mut rows = population.rows(office, within.then(|| m.period()));
    if let Some(source) = &written.filter {
        let condition = expr::condition(source, &scope(m, kind))?;
        rows.retain(|row| {
            let view = View {
                period: Some(m.period()),
                ..View::of(office, (kind, *row))
            };
            view.holds(&condition)
        });
    }
    rows.sort_by_key(|row| (population.moment(office, *row).seconds(), *row));
    Ok((kind, rows))
}

fn scope<'s>(m: &'s Maker<'_>, kind: KindId) -> Scope<'s> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    Scope {
        schema: &m.office().schema,
        item: Some(kind),
        subject: Some(kind),
        lets: &[],
        defines: &NONE,
        number: &|_| None,
        table: &|_| None,
    }
}

/// The records of a kind that others name in the period.
fn named(m: &Maker<'_>, kind: KindId, unnamed: &Unnamed) -> Result<BTreeSet<Line>, String> {
    let office = m.office();
    let others = Population::compile(&unnamed.population, &office.schema)?;
    let by = field(&office.schema, others.kind, &unnamed.by)?;
    let rows = others.rows(office, Some(m.period()));
    Ok(rows
        .iter()
        .filter_map(|row| match office.value(others.kind, *row, by) {
            Value::Ref(to, row) if to == kind => Some(row),
            _ => None,
        })
        .collect())
}

fn cell(m: &Maker<'_>, kind: KindId, row: Line, column: &Column<'_>) -> Cell {
    let office = m.office();
    let is_id = |f: FieldId| office.schema.get(kind).get(f).ty == FieldType::Id;
    let present = |f: &&FieldId| is_id(**f) || office.value(kind, row, **f) != Value::Absent;
    if let Some(found) = column.fields.iter().find(present) {
        return m.cell(kind, row, *found);
    }
    if !column.written.overdue {
        return Cell::default();
    }
    let (name, id) = (&office.schema.get(kind).name, office.record_id(kind, row));
    let about = |f: &&crate::finding::Finding| {
        f.kind.as_deref() == Some(name) && f.record.as_deref() == Some(id) && f.due.is_some()
    };
    let late: BTreeSet<&str> = m
        .edition
        .now
        .findings
        .iter()
        .filter(about)
        .map(|f| f.rule.as_str())
        .collect();
    let titles: Vec<&str> = m
        .edition
        .now
        .judgements
        .iter()
        .filter(|j| late.contains(j.rule.as_str()))
        .map(|j| j.title.get(m.lang))
        .collect();
    if titles.is_empty() {
        return m.say("记录未写明原因", "the record gives no reason").into();
    }
    let missed = titles.join(m.say("；", "; "));
    format!(
        "{}{missed}",
        m.say(
            "记录未写明原因；未做到：",
            "the record gives no reason; missed: "
        )
    )
    .into()
}

/// Groups with several members.
pub(super) fn repeats(m: &Maker<'_>, b: &Repeats) -> Result<Vec<Block>, String> {
    let office = m.office();
    let population = Population::compile(&b.population, &office.schema)?;
    let kind = population.kind;
    let key = Key::compile(&b.key, kind, &office.schema)?;
    let mut groups: BTreeMap<_, Vec<Line>> = BTreeMap::new();
    for row in population.rows(office, Some(m.period())) {
        for group in key.groups(office, kind, row) {
            groups.entry(group).or_default().push(row);
        }
    }
    groups.retain(|group, rows| !group.is_absent() && rows.len() >= b.min);
    let rows = groups.iter().map(|(group, rows)| {
        let ids: Vec<&str> = rows.iter().map(|r| office.record_id(kind, *r)).collect();
        Row::of([
            Cell::from(m.group(group)),
            rows.len().to_string().into(),
            ids.join(m.say("、", ", ")).into(),
        ])
    });
    let head = vec![
        Head::words(key.label.get(m.lang), 4),
        Head::number(m.say("件数", "Count")),
        Head::words(m.text(&office.schema.get(kind).label), 10),
    ];
    Ok(vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head,
        rows: rows.collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    })])
}
