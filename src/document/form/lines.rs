//! The records that a sheet looks at, in order of time; counted, added up, or one a line of a table.

use std::cmp::Ordering;

use rustc_hash::FxHashSet;

use super::capitals::capitals;
use super::definition::Show;
use super::fill::{Filler, Told, is_blank};
use super::model::{Column, Figure, Members, Sum, Table};
use super::sheet::{Block, Entry, Value as Shown};
use crate::document::words;
use crate::document::workbook::Quantity;
use crate::moment::Moment;
use crate::policy::exact::Exact;
use crate::policy::expr::Expr;
use crate::policy::value::{Record, View};
use crate::table::Value;
use crate::text::natural;

/// A line of a table: when, of which entry of `from`, what its columns see, and its record.
struct Line<'a> {
    at: Moment,
    from: usize,
    view: View<'a>,
    record: Option<Record>,
}

impl<'a> Filler<'a> {
    /// The records of a set, each with the view that its columns have of it, in order of time.
    pub fn members(&self, m: &Members, view: &View<'a>) -> Vec<(View<'a>, Record)> {
        let rows = self.linked(m, view).into_iter();
        let mut members: Vec<(Moment, View<'a>, Record)> =
            rows.filter_map(|r| self.member(m, view, r)).collect();
        members.sort_by(|a, b| {
            let key = |m: &Moment| (!m.is_present(), m.day_number(), m.seconds());
            let id = |r: &Record| self.office.record_id(r.0, r.1);
            let by_id = || natural(id(&a.2), id(&b.2));
            key(&a.0).cmp(&key(&b.0)).then_with(by_id)
        });
        if let Some(e) = &m.distinct {
            let mut seen = FxHashSet::default();
            members.retain(|(_, v, _)| seen.insert(format!("{:?}", v.value(e))));
        }
        members.into_iter().map(|(_, v, r)| (v, r)).collect()
    }

    /// A record as one of a set; none where it is not in it, or not in the period.
    fn member(
        &self,
        m: &Members,
        view: &View<'a>,
        record: Record,
    ) -> Option<(Moment, View<'a>, Record)> {
        let mut inner = View {
            item: Some(record),
            subject: view.item,
            ..*view
        };
        let in_period = |at: Moment| {
            let holds = |p: crate::calendar::Period| at.is_present() && p.contains(at.date());
            view.period.is_none_or(holds)
        };
        if m.filter.as_ref().is_some_and(|f| !inner.holds(f)) {
            return None;
        }
        if !m.on_late && !in_period(self.moment(m, &inner, record)) {
            return None;
        }
        for (i, link) in m.lets.iter().enumerate() {
            let found = self.context.picked(&inner, link);
            if let Some(place) = inner.lets.get_mut(m.named + i) {
                *place = found;
            }
        }
        let at = self.moment(m, &inner, record);
        let late = m.late.as_ref().is_none_or(|f| inner.holds(f));
        (late && in_period(at)).then_some((at, inner, record))
    }

    /// The records that the links of a set lead to; all of the kind without any.
    fn linked(&self, m: &Members, view: &View<'a>) -> Vec<Record> {
        let sheet = View {
            subject: view.item,
            ..*view
        };
        if !m.guards.iter().all(|g| sheet.holds(g)) {
            return Vec::new();
        }
        let Some((first, more)) = m.links.split_first() else {
            return self.context.live(m.of).map(|row| (m.of, row)).collect();
        };
        let mut rows: Vec<Record> = self.context.linked(view, first).collect();
        for link in more {
            let step = |record: &Record| -> Vec<Record> {
                let between = View {
                    item: Some(*record),
                    ..*view
                };
                self.context.linked(&between, link).collect()
            };
            rows = rows.iter().flat_map(step).collect();
        }
        rows
    }

    /// The moments of a set's records, those that `distinct` would leave out too: each period has its own first one.
    pub fn moments(&self, m: &Members, view: &View<'a>) -> Vec<Moment> {
        let rows = self.linked(m, view).into_iter();
        let moments = rows.filter_map(|r| self.member(m, view, r).map(|found| found.0));
        moments.filter(|m| m.is_present()).collect()
    }

    /// The moment that puts a record into a period.
    fn moment(&self, m: &Members, view: &View<'a>, record: Record) -> Moment {
        match &m.on {
            Some(e) => view.moment(e),
            None => self.context.own_date(record),
        }
    }

    /// The share of a set that fulfils something.
    pub fn share(&mut self, m: &Members, met: &Expr, view: &View<'a>) -> String {
        let rows = self.members(m, view);
        let met = rows.iter().filter(|(v, _)| v.holds(met)).count();
        super::distribution::share(met as u64, rows.len() as u64, self.lang)
    }

    /// A sum over a set, or what it leaves or is of something else, as text; nothing of nothing.
    pub fn sum(&mut self, s: &Sum, view: &View<'a>) -> Option<Added> {
        let values = self.members(&s.of, view).into_iter();
        let values = values.filter_map(|(v, _)| Exact::of(v.value(&s.value)));
        let sum = values.map(Some).reduce(|a, b| a?.plus(b?));
        let none = || Exact::of(Value::Money(0));
        if let Some(e) = &s.share_of {
            let whole = Exact::of(view.value(e))?;
            let permille = sum.unwrap_or_else(none)?.permille_of(whole)?;
            return Some(Added::Share(told_permille(permille)));
        }
        match &s.left_of {
            None => sum?.map(Added::Amount),
            Some(e) => {
                let left = Exact::of(view.value(e))?.plus(sum.unwrap_or_else(none)?.negative());
                left.map(Added::Amount)
            }
        }
    }

    /// An amount as people read it.
    pub fn amount(&self, added: Option<Added>, in_capitals: bool) -> String {
        match added {
            None => String::new(),
            Some(Added::Share(text)) => text,
            Some(Added::Amount(a)) if in_capitals => a.cents().map(capitals).unwrap_or_default(),
            Some(Added::Amount(a)) => {
                let value = a.value().unwrap_or(Value::Absent);
                words::value(self.office, self.lang, value)
            }
        }
    }

    pub fn table(&mut self, t: &Table, view: &View<'a>) -> Block {
        let lines = self.lines(t, view);
        let mut rows = Vec::new();
        let mut count = 0;
        let mut whole = Totals::of(t);
        let mut seen = FxHashSet::default();
        let groups = self.grouped(t, lines);
        let several = groups.len() > 1;
        let mut open = self.open(t, view);
        for (group, lines) in groups {
            let headed = group.is_some();
            rows.extend(group.map(|group| Entry::Group { group }));
            let mut part = Totals::of(t);
            for line in lines {
                if let Some(r) = line.record {
                    self.used.whole(r);
                }
                rows.extend(self.gaps_before(&mut open, Some(line.at), view));
                count += 1;
                let mut cells = Vec::new();
                let first = line.record.is_none_or(|r| seen.insert(r));
                for (i, c) in t.columns.iter().enumerate() {
                    let (shown, value) = self.column(c, &line, count);
                    cells.push(shown);
                    part.add(i, value);
                    if first {
                        whole.add(i, value);
                    }
                }
                rows.push(Entry::Cells(cells));
            }
            if headed && several {
                rows.extend(part.line(self, t, self.lang.pick("小计", "Subtotal")));
            }
        }
        rows.extend(self.gaps_before(&mut open, None, view));
        for _ in count..t.min_rows {
            rows.push(Entry::Cells(vec![Shown::default(); t.columns.len()]));
        }
        rows.extend(whole.line(self, t, self.lang.pick("合计", "Total")));
        let label = |l: &crate::text::Bilingual| l.get(self.lang).to_owned();
        Block::Table {
            columns: t.columns.iter().map(|c| c.width).collect(),
            label: t.label.as_ref().map(label),
            head: t.columns.iter().map(|c| label(&c.label)).collect(),
            rows,
        }
    }

    /// The lines of a table in their order.
    fn lines(&self, t: &Table, view: &View<'a>) -> Vec<Line<'a>> {
        let fixed = (0..t.fixed).map(|from| Line {
            at: Moment::ABSENT,
            from,
            view: *view,
            record: None,
        });
        let mut lines: Vec<Line<'a>> = fixed.collect();
        for (from, m) in t.from.iter().enumerate().filter(|_| !is_blank(view)) {
            let members = self.members(m, view).into_iter();
            lines.extend(members.map(|(view, r)| Line {
                at: self.moment(m, &view, r),
                from,
                view,
                record: Some(r),
            }));
        }
        if t.from.len() > 1 {
            lines.sort_by_key(|l| {
                let at = l.at;
                (!at.is_present(), at.day_number(), at.seconds(), l.from)
            });
        }
        lines.sort_by(|a, b| {
            let keys = |l: &Line<'a>| {
                let exprs = t.order.get(l.from).into_iter().flatten();
                exprs.map(|e| self.rank(&l.view, e)).collect::<Vec<_>>()
            };
            if t.order.iter().all(Vec::is_empty) {
                return Ordering::Equal;
            }
            let (a, b) = (keys(a), keys(b));
            let mut pairs = a.iter().zip(&b).map(|(a, b)| a.compare(b));
            pairs.find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        });
        lines
    }

    /// Where a value stands among others.
    fn rank(&self, view: &View<'a>, e: &Expr) -> Rank {
        let value = view.value(e);
        #[expect(clippy::cast_precision_loss, reason = "days and seconds below 2^53")]
        let number = match value {
            Value::Code(c) => f64::from(c),
            Value::Bool(b) => f64::from(u8::from(b)),
            Value::Moment(m) => m.seconds() as f64,
            v => crate::policy::value::as_number(v).unwrap_or(0.0),
        };
        let text = match value {
            Value::Code(_) | Value::Bool(_) | Value::Moment(_) => String::new(),
            v => words::value(self.office, self.lang, v),
        };
        Rank {
            absent: matches!(value, Value::Absent | Value::Dangling),
            number,
            text,
        }
    }

    /// The lines under their subheadings; those without a value last.
    fn grouped(&mut self, t: &Table, lines: Vec<Line<'a>>) -> Vec<(Option<String>, Vec<Line<'a>>)> {
        if t.group.is_empty() {
            return vec![(None, lines)];
        }
        let mut groups: Vec<(u8, String, Vec<Line<'a>>)> = Vec::new();
        for line in lines {
            let value = line.view.value(&t.group[line.from]);
            // The values of a field stand in the schema's order, others in that of their text.
            let place = match value {
                Value::Code(c) => c,
                _ => 0,
            };
            let names: Vec<String> = match value {
                Value::List(parts) => parts.split('\u{1f}').map(str::to_owned).collect(),
                _ => vec![self.told(&line.view, &t.group[line.from], false).0],
            };
            for name in names {
                let line = Line { ..line };
                match groups.iter_mut().find(|g| g.1 == name) {
                    Some(g) => g.2.push(line),
                    None => groups.push((place, name, vec![line])),
                }
            }
        }
        groups.sort_by(|a, b| {
            let (x, y) = (a.1.is_empty(), b.1.is_empty());
            let by_name = || natural(&a.1, &b.1);
            x.cmp(&y).then(a.0.cmp(&b.0)).then_with(by_name)
        });
        let unsorted = self.lang.pick("未归类", "Not sorted");
        let headed = groups.into_iter().map(|(_, name, lines)| {
            let name = if name.is_empty() {
                unsorted.to_owned()
            } else {
                name
            };
            let heading = self.lang.pick(
                format!("{name}（{} 条）", lines.len()),
                format!("{name} ({})", lines.len()),
            );
            (Some(heading), lines)
        });
        headed.collect()
    }

    /// What a column shows of a line, and what it adds to the column's total.
    fn column(&mut self, c: &Column, line: &Line<'a>, number: usize) -> (Shown, Option<Exact>) {
        let short = |text: String| Shown {
            text,
            short: true,
            ..Shown::default()
        };
        let counted = |n: usize| Shown {
            quantity: Some(Quantity::Number(n.to_string())),
            ..short(n.to_string())
        };
        if c.show == Some(Show::Ordinal) {
            return (counted(number), None);
        }
        let Some(figure) = c.values.get(line.from).and_then(Option::as_ref) else {
            return (Shown::default(), None);
        };
        let view = &line.view;
        let e = match figure {
            Figure::Value(e) => e,
            Figure::Words(w) => {
                let text = w.get(self.lang).to_owned();
                return (
                    Shown {
                        text,
                        ..Shown::default()
                    },
                    None,
                );
            }
            Figure::Text(zh, en) => {
                let (text, place) = self.words(self.lang.pick(zh, en), view);
                let shown = Shown {
                    text,
                    place,
                    ..Shown::default()
                };
                return (shown, None);
            }
            _ if is_blank(view) => return (Shown::default(), None),
            Figure::Count(m) => {
                let n = self.members(m, view).len();
                let value = i64::try_from(n).ok().map(Value::Int);
                return (counted(n), value.and_then(Exact::of));
            }
            Figure::Share(m, met) => return (short(self.share(m, met, view)), None),
            Figure::Sum(s) => {
                let added = self.sum(s, view);
                let value = added.as_ref().and_then(Added::exact);
                let quantity = added.as_ref().and_then(Added::quantity);
                let shown = short(self.amount(added, false));
                return (Shown { quantity, ..shown }, value);
            }
        };
        let (text, place): Told = match c.show {
            Some(Show::Capitals) => {
                let cents = Exact::of(view.value(e)).and_then(Exact::cents);
                (cents.map(capitals).unwrap_or_default(), None)
            }
            show => self.briefly(view, e, show == Some(Show::Date)),
        };
        let value = if c.total {
            Exact::of(view.value(e))
        } else {
            None
        };
        let quantity = match c.show {
            Some(Show::Capitals) => None,
            show => Quantity::of(view.value(e), show == Some(Show::Date)),
        };
        let shown = Shown {
            text,
            place,
            short: c.short,
            quantity,
            ..Shown::default()
        };
        (shown, value)
    }
}

impl<'a> Filler<'a> {
    /// As `told`, a moment in the short form that tables have.
    fn briefly(&mut self, view: &View<'a>, e: &Expr, day: bool) -> Told {
        let (text, place) = self.told(view, e, day);
        match view.value(e) {
            // What must not be shown is not shown in short either.
            Value::Moment(m) if text == words::of_moment(m, day, self.lang) => {
                (words::brief(m, day, self.lang, view.period), place)
            }
            _ => (text, place),
        }
    }
}

/// `92.3%`; more than the whole is told too.
fn told_permille(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let n = n.unsigned_abs();
    format!("{sign}{}.{}%", n / 10, n % 10)
}

/// What was added up: an amount, or its share of something.
pub(super) enum Added {
    Amount(Exact),
    Share(String),
}

impl Added {
    fn exact(&self) -> Option<Exact> {
        match self {
            Self::Amount(a) => Some(*a),
            Self::Share(_) => None,
        }
    }

    /// What a spreadsheet reckons with.
    pub fn quantity(&self) -> Option<Quantity> {
        self.exact().and_then(Quantity::exact)
    }
}

/// Where a value stands among others: those that are not there last.
struct Rank {
    absent: bool,
    number: f64,
    text: String,
}

impl Rank {
    fn compare(&self, other: &Self) -> Ordering {
        let by_text = || natural(&self.text, &other.text);
        let by_number = || self.number.total_cmp(&other.number);
        let absent = self.absent.cmp(&other.absent);
        absent.then_with(by_number).then_with(by_text)
    }
}

/// The sums of a table's columns so far; of one that overflowed, none.
struct Totals(Vec<Option<Exact>>);

impl Totals {
    fn of(t: &Table) -> Self {
        Self(vec![None; t.columns.len()])
    }

    fn add(&mut self, column: usize, value: Option<Exact>) {
        if let (Some(v), Some(sum)) = (value, self.0.get_mut(column)) {
            *sum = match *sum {
                None => Some(v),
                Some(s) => s.plus(v),
            };
        }
    }

    /// The last line, for the columns that are added up; its word stands in one of the others.
    fn line(&self, filler: &Filler<'_>, t: &Table, word: &str) -> Option<Entry> {
        t.columns.iter().find(|c| c.total)?;
        // Before the first sum, where there is most room.
        let before = t.columns.iter().enumerate().take_while(|(_, c)| !c.total);
        let place = before
            .max_by_key(|(i, c)| (c.width, std::cmp::Reverse(*i)))
            .or_else(|| t.columns.iter().enumerate().find(|(_, c)| !c.total))
            .map(|(i, _)| i);
        let cell = |(i, c): (usize, &Column)| {
            let sum = self.0[i].filter(|_| c.total);
            let text = match sum {
                Some(sum) => filler.amount(Some(Added::Amount(sum)), false),
                _ if Some(i) == place => word.to_owned(),
                _ => String::new(),
            };
            Shown {
                text,
                short: true,
                quantity: sum.and_then(Quantity::exact),
                sum: true,
                ..Shown::default()
            }
        };
        Some(Entry::Cells(
            t.columns.iter().enumerate().map(cell).collect(),
        ))
    }
}
