//! Source rows → records as they will be written, or the reasons why not.

use chrono_tz::Tz;

use super::header::{Header, missing};
use super::map::{Map, Named};
use super::moment;
use super::reason::{Reason, Why};
use super::rule::{Context, FieldRule, Picked};
use super::sheet::Row;
use super::value::Speller;
use crate::load::{is_absent, trim};
use crate::pipeline::Failure;
use crate::schema::{Field, FieldType, Kind};
use crate::text::Bilingual;

/// A record as it will be written: one text for each rule of the map.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Where its row stands.
    pub at: At,
    /// Its fields, in the order of the map's rules.
    pub values: Box<[String]>,
}

/// Where a row stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Its number in a spreadsheet; the first is 1.
    pub row: u32,
    /// The line on which it begins, in a text file.
    pub line: Option<u32>,
}

/// A row that was not taken.
#[derive(Debug)]
pub struct Refused {
    /// Where it stands.
    pub at: At,
    /// All that is wrong with it.
    pub reasons: Vec<Reason>,
}

/// What became of the rows.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// Taken.
    pub taken: Vec<Taken>,
    /// Left out by a condition of the map, and by which.
    pub filtered: Vec<(At, usize)>,
    /// Refused.
    pub refused: Vec<Refused>,
}

/// A map with its columns found in a source.
pub(crate) struct Taker<'m> {
    map: &'m Map,
    def: &'m Kind,
    speller: Speller<'m>,
    zones: (Tz, Tz),
    header_row: u32,
    width: usize,
    rules: Vec<Vec<Option<usize>>>,
    conditions: Vec<Option<usize>>,
    fill: Vec<(usize, String)>,
    // A rule for a period comes last, since how it is read depends on other fields.
    order: Vec<usize>,
    /// The rows so far.
    pub sorted: Sorted,
}

impl<'m> Taker<'m> {
    /// Finds the map's columns. `zones`: of the source and of the office.
    ///
    /// # Errors
    /// A column that the source lacks.
    pub fn new(
        map: &'m Map,
        def: &'m Kind,
        speller: Speller<'m>,
        zones: (Tz, Tz),
        header: &Header,
    ) -> Result<Self, Failure> {
        let find = |n: &Named, optional: bool| match header.find(&n.text) {
            None if !optional => Err(missing(map, n, header)),
            found => Ok(found),
        };
        let rules = map
            .fields
            .iter()
            .map(|r| r.columns.iter().map(|n| find(n, r.optional)).collect());
        let rules = rules.collect::<Result<_, Failure>>()?;
        let conditions = map
            .conditions
            .iter()
            .map(|c| find(&c.column, false))
            .collect::<Result<_, _>>()?;
        let fill = map
            .fill_down
            .iter()
            .map(|n| find(n, false))
            .collect::<Result<Vec<_>, _>>()?;
        let mut order: Vec<usize> = (0..map.fields.len()).collect();
        order.sort_by_key(|i| def.get(map.fields[*i].field).ty == FieldType::Period);
        Ok(Self {
            map,
            def,
            speller,
            zones,
            header_row: header.row,
            width: header.names.len(),
            rules,
            conditions,
            fill: fill
                .into_iter()
                .flatten()
                .map(|c| (c, String::new()))
                .collect(),
            order,
            sorted: Sorted::default(),
        })
    }

    /// Sorts a row below the header.
    pub fn row(&mut self, mut row: Row<'_>) {
        if row.is_blank() {
            return;
        }
        let at = At {
            row: row.number,
            line: row.line,
        };
        self.fill_down(&mut row);
        let refused = |reasons| Refused { at, reasons };
        match self.shape(&row).map_or_else(|| self.filtered(&row), Err) {
            Err(reason) => self.sorted.refused.push(refused(vec![reason])),
            Ok(Some(condition)) => self.sorted.filtered.push((at, condition)),
            Ok(None) => match self.record(&row) {
                Ok(values) => self.sorted.taken.push(Taken { at, values }),
                Err(reasons) => self.sorted.refused.push(refused(reasons)),
            },
        }
    }

    fn fill_down(&mut self, row: &mut Row<'_>) {
        for (column, last) in &mut self.fill {
            let Some(cell) = row.cells.get_mut(*column) else {
                continue;
            };
            if trim(&cell.text).is_empty() {
                cell.text = last.clone().into();
            } else {
                cell.text.as_ref().clone_into(last);
            }
        }
    }

    /// A row of text whose cells are not as many as the headers: a break or separator in it is not quoted.
    fn shape(&self, row: &Row<'_>) -> Option<Reason> {
        if row.fault.is_some() || row.line.is_none() {
            return row.fault.clone();
        }
        let width = row.cells.len();
        let extra = row
            .cells
            .iter()
            .skip(self.width)
            .any(|c| !trim(&c.text).is_empty());
        if width >= self.width && !extra {
            return None;
        }
        let wanted = self.width;
        Some(Reason::row(
            Why::Shape,
            format!(
                "这一行有 {width} 格，表头有 {wanted} 格：内容里有逗号、换行或引号的格要加引号（用 Excel 打开核对后另存即可）"
            ),
            format!(
                "this row has {width} cells, the header {wanted}: a cell with separators, line breaks or quotation marks must be quoted"
            ),
        ))
    }

    /// The first condition that the row does not meet.
    fn filtered(&self, row: &Row<'_>) -> Result<Option<usize>, Reason> {
        for (i, (condition, column)) in self.map.conditions.iter().zip(&self.conditions).enumerate()
        {
            let text = column
                .and_then(|c| row.cells.get(c))
                .map_or("", |c| trim(&c.text));
            let text = if self.map.empty.iter().any(|e| e == text) {
                ""
            } else {
                text
            };
            match condition.holds(text) {
                Some(true) => {}
                Some(false) => return Ok(Some(i)),
                None => {
                    let (name, what) = (&condition.column.text, super::reason::shown(text));
                    return Err(Reason::row(
                        Why::Value,
                        format!(
                            "条件要看「{name}」列的日期，这里是「{what}」：改正它，或在条件里写 format"
                        ),
                        format!(
                            "a condition needs a date in column `{name}`, but here is `{what}`: correct it, or write `format` in the condition"
                        ),
                    ));
                }
            }
        }
        Ok(None)
    }

    fn record(&mut self, row: &Row<'_>) -> Result<Box<[String]>, Vec<Reason>> {
        self.speller.start();
        let mut values = vec![String::new(); self.map.fields.len()];
        let mut reasons = Vec::new();
        let context = Context {
            row,
            number: row.number - self.header_row,
            empty: &self.map.empty,
        };
        for n in 0..self.order.len() {
            let i = self.order[n];
            match self.value(i, context) {
                Ok(text) => values[i] = text,
                Err(reason) => reasons.push(reason),
            }
        }
        if reasons.is_empty() {
            Ok(values.into_boxed_slice())
        } else {
            Err(reasons)
        }
    }

    fn value(&mut self, i: usize, context: Context<'_, '_>) -> Result<String, Reason> {
        let rule = &self.map.fields[i];
        let field = self.def.get(rule.field);
        let about = |(why, m)| about(field, why, &m);
        let picked = rule.pick(&self.rules[i], context).map_err(about)?;
        if is_absent(&picked.text) {
            return if field.required {
                Err(lacking(rule, field))
            } else {
                Ok(String::new())
            };
        }
        let moment = matches!(field.ty, FieldType::Date | FieldType::Time);
        // A value that the map itself writes is no text of the source.
        if !moment || rule.columns.is_empty() {
            return self
                .speller
                .spell(rule.field, &picked.text)
                .map_err(|m| about((Why::Value, m)));
        }
        self.moment(rule, field, &picked)
    }

    fn moment(
        &mut self,
        rule: &FieldRule,
        field: &Field,
        picked: &Picked<'_>,
    ) -> Result<String, Reason> {
        let formats = if picked.dated {
            &[]
        } else {
            rule.formats.as_slice()
        };
        let read = moment::local(&picked.text, formats, self.zones.0);
        // Columns of which one is a true date may be joined to what the formats describe.
        let read = read.or_else(|| moment::local(&picked.text, &rule.formats, self.zones.0));
        let Some(read) = read else {
            return Err(self.no_moment(rule, field, &picked.text));
        };
        let Some(here) = moment::moved(read, self.zones.0, self.zones.1) else {
            return Err(skipped(field, &read.to_string(), self.zones.0));
        };
        let whole = field.ty == FieldType::Time;
        if !whole && here.has_time() && here.seconds().rem_euclid(86_400) != 0 && !rule.day_only {
            return Err(clock(field, &here.to_string()));
        }
        let written = if whole && !rule.day_only {
            here.to_string()
        } else {
            here.date().to_string()
        };
        self.speller
            .spell(rule.field, &written)
            .map_err(|m| about(field, Why::Value, &m))
    }

    fn no_moment(&mut self, rule: &FieldRule, field: &Field, text: &str) -> Reason {
        let told = if rule.formats.is_empty() {
            self.speller.spell(rule.field, text).err()
        } else {
            None
        };
        let what = super::reason::shown(text);
        let told = told.unwrap_or_else(|| {
            Bilingual::new(
                format!(
                    "{}不能是「{what}」：与对照表里的日期格式（format）都不符",
                    field.label.zh
                ),
                format!(
                    "{} cannot be `{what}`: it fits none of the map's formats",
                    field.label.en
                ),
            )
        });
        about(field, Why::Value, &told)
    }
}

fn about(field: &Field, why: Why, message: &Bilingual) -> Reason {
    let (zh, en) = (one_line(&message.zh), one_line(&message.en));
    Reason::field(why, &field.label, zh, en)
}

fn skipped(field: &Field, text: &str, zone: Tz) -> Reason {
    Reason::field(
        Why::Zone,
        &field.label,
        format!("{zone} 没有 {text} 这个时刻（夏令时拨快了钟）：请核对"),
        format!("{zone} has no {text}: clocks skipped it"),
    )
}

fn lacking(rule: &FieldRule, field: &Field) -> Reason {
    let from = rule.names();
    Reason::field(
        Why::Missing,
        &field.label,
        format!("没有{}：「{from}」列是空的", field.label.zh),
        format!("{} is missing: column `{from}` is empty", field.label.en),
    )
}

fn clock(field: &Field, text: &str) -> Reason {
    Reason::field(
        Why::Clock,
        &field.label,
        format!(
            "{}只记日期，这里是「{text}」：只要日期就在对照表里写 take: day",
            field.label.zh
        ),
        format!(
            "{} is a day, but here is `{text}`: write `take: day` in the map to keep the day",
            field.label.en
        ),
    )
}

fn one_line(text: &str) -> String {
    text.split(char::is_control)
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
