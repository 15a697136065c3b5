//! Values as people read them, in both languages.

use chrono::{Datelike, NaiveDate, TimeDelta, Timelike};

use crate::calendar::{Period, Unit};
use crate::moment::Moment;
use crate::schema::{FieldId, FieldType, KindId};
use crate::table::{Office, Row, Value};
use crate::text::Lang;

/// A record's field as people read it; empty when absent. `day` leaves a time of day out.
pub(crate) fn field(
    office: &Office,
    lang: Lang,
    (kind, row): (KindId, Row),
    id: FieldId,
    day: bool,
) -> String {
    let field = office.schema.get(kind).get(id);
    if field.ty == FieldType::Id {
        return office.record_id(kind, row).to_owned();
    }
    let of = |c: u8| match &field.ty {
        FieldType::Enum(values) => usize::from(c).checked_sub(1).and_then(|i| values.get(i)),
        _ => None,
    };
    match office.value(kind, row, id) {
        _ if field.ty == FieldType::Id => office.record_id(kind, row).to_owned(),
        Value::Code(c) => of(c).map_or("", |v| v.label.get(lang)).to_owned(),
        Value::Text(t) if field.ty == FieldType::Period => written_period(t, lang),
        Value::List(t) => {
            let FieldType::List(values) = &field.ty else {
                return String::new();
            };
            let label = |part: &str| {
                let known = values.iter().find(|v| v.code == part);
                known.map_or(part, |v| v.label.get(lang)).to_owned()
            };
            let parts: Vec<String> = t.split('\u{1f}').map(label).collect();
            parts.join(lang.pick("、", ", "))
        }
        Value::Dangling => written(office, kind, row, id),
        Value::Moment(m) if day => date(m.date(), lang),
        v => value(office, lang, v),
    }
}

/// A value that does not stand in a field.
pub(crate) fn value(office: &Office, lang: Lang, v: Value<'_>) -> String {
    match v {
        Value::Text(t) => t.to_owned(),
        Value::List(t) => t.replace('\u{1f}', lang.pick("、", ", ")),
        Value::Bool(b) => lang.pick(["否", "是"], ["No", "Yes"])[usize::from(b)].to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Money(m) => money(m, lang),
        Value::Moment(m) => moment(m, lang),
        Value::Ref(kind, row) => name(office, kind, row),
        Value::Absent | Value::Present | Value::Code(_) | Value::Dangling => String::new(),
    }
}

/// A record's name, or its id where it has none.
pub(crate) fn name(office: &Office, kind: KindId, row: Row) -> String {
    let field = office.schema.get(kind).field("name");
    match field.map(|f| office.value(kind, row, f)) {
        Some(Value::Text(n)) => n.to_owned(),
        _ => office.record_id(kind, row).to_owned(),
    }
}

/// What a source file says at a field: a reference to nobody is printed as it was written.
pub(crate) fn written(office: &Office, kind: KindId, row: Row, id: FieldId) -> String {
    let place = office.place(kind, row, Some(id));
    let skip = (place.column - place.excerpt_column) as usize;
    let text = place.excerpt.chars().skip(skip);
    let text: String = text.take(place.width as usize).collect();
    text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'')
        .to_owned()
}

/// `1,234.50 元`.
pub(crate) fn money(cents: i64, lang: Lang) -> String {
    let whole = (cents / 100).unsigned_abs().to_string();
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    let sign = if cents < 0 { "-" } else { "" };
    let amount = format!("{sign}{grouped}.{:02}", cents.unsigned_abs() % 100);
    lang.pick(format!("{amount} 元"), format!("CNY {amount}"))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `2025年3月1日`, `1 March 2025`.
pub(crate) fn date(d: NaiveDate, lang: Lang) -> String {
    let (y, m, day) = (d.year(), d.month(), d.day());
    lang.pick(
        format!("{y}年{m}月{day}日"),
        format!("{day} {} {y}", MONTHS[d.month0() as usize]),
    )
}

/// A day with its time of day, where it is known.
pub(crate) fn moment(m: Moment, lang: Lang) -> String {
    of_moment(m, false, lang)
}

/// A day, with its time of day where that is known and wanted.
pub(crate) fn of_moment(m: Moment, day: bool, lang: Lang) -> String {
    if !m.is_present() {
        return String::new();
    }
    timed(m, day, date(m.date(), lang))
}

/// As it stands in a column: `3月1日 09:20` and `1 Mar 09:20` where the year is that of the sheet's period, else with
/// the year.
pub(crate) fn brief(m: Moment, day: bool, lang: Lang, period: Option<Period>) -> String {
    if !m.is_present() {
        return String::new();
    }
    let d = m.date();
    let known = period.is_some_and(|p| p.first.year() == d.year() && p.last.year() == d.year());
    let (month, n) = (&MONTHS[d.month0() as usize][..3], d.day());
    let short = match (known, lang) {
        (true, Lang::Zh) => format!("{}月{n}日", d.month()),
        (false, Lang::Zh) => date(d, lang),
        (true, Lang::En) => format!("{n} {month}"),
        (false, Lang::En) => format!("{n} {month} {}", d.year()),
    };
    timed(m, day, short)
}

fn timed(m: Moment, day: bool, date: String) -> String {
    if day || !m.has_time() {
        return date;
    }
    let t = m.datetime();
    let seconds = match t.second() {
        0 => String::new(),
        s => format!(":{s:02}"),
    };
    format!("{date} {:02}:{:02}{seconds}", t.hour(), t.minute())
}

/// How long something lasts: `1 小时 30 分钟`, `1 h 30 min`; what is shorter than a minute is told in seconds.
pub(crate) fn length(t: TimeDelta, lang: Lang) -> String {
    let parts = [
        (t.num_hours(), lang.pick("小时", "h")),
        (t.num_minutes() % 60, lang.pick("分钟", "min")),
        (t.num_seconds() % 60, lang.pick("秒", "s")),
    ];
    let told = parts.iter().filter(|(n, _)| *n != 0);
    let told: Vec<String> = told.map(|(n, unit)| format!("{n} {unit}")).collect();
    told.join(" ")
}

/// A period in words: `2025年第14周（3月31日至4月6日）`, `2025年3月`.
pub(crate) fn period(p: Period, lang: Lang) -> String {
    let (y, m) = (p.first.year(), p.first.month());
    match (p.unit, lang) {
        (Unit::Day, _) => date(p.first, lang),
        (Unit::SaturdayWeek | Unit::Stretch, Lang::Zh) => {
            format!("{}至{}", date(p.first, lang), date(p.last, lang))
        }
        (Unit::SaturdayWeek | Unit::Stretch, Lang::En) => {
            format!("{} to {}", date(p.first, lang), date(p.last, lang))
        }
        (Unit::Week, Lang::Zh) => {
            let week = p.first.iso_week();
            let day = |d: NaiveDate| format!("{}月{}日", d.month(), d.day());
            let (a, b) = (day(p.first), day(p.last));
            format!("{}年第{}周（{a}至{b}）", week.year(), week.week())
        }
        (Unit::Week, Lang::En) => {
            let (a, b) = (date(p.first, lang), date(p.last, lang));
            let week = p.first.iso_week();
            format!("week {} of {} ({a} to {b})", week.week(), week.year())
        }
        (Unit::Month, Lang::Zh) => format!("{y}年{m}月"),
        (Unit::Month, Lang::En) => format!("{} {y}", MONTHS[p.first.month0() as usize]),
        (Unit::Quarter, Lang::Zh) => format!("{y}年第{}季度", m.div_ceil(3)),
        (Unit::Quarter, Lang::En) => format!("quarter {} of {y}", m.div_ceil(3)),
        (Unit::Half, Lang::Zh) => {
            format!("{y}年{}半年", if m < 7 { "上" } else { "下" })
        }
        (Unit::Half, Lang::En) => format!("half {} of {y}", m.div_ceil(6)),
        (Unit::Year, Lang::Zh) => format!("{y}年"),
        (Unit::Year, Lang::En) => y.to_string(),
    }
}

/// The same of a period as it is written in records; what is none stays as it is.
pub(crate) fn written_period(text: &str, lang: Lang) -> String {
    Period::parse(text).map_or_else(|| text.to_owned(), |p| period(p, lang))
}
