//! Visits without an occasion: officers on their rounds, what they are asked, and enquiries at the desk.

use chrono::{Datelike, NaiveDate};

use super::clock::{self, days, office_hours, show, show_day};
use super::record::Record;
use super::rng::{Deck, Rng};
use super::story::Story;
use super::words::{Row, words};

/// Draws a scene that suits the month.
pub fn in_season(deck: &mut Deck<Row>, rng: &mut Rng, month: u32) -> Row {
    let suits = |row: &Row| {
        let months = row.get("months");
        months.is_empty() || months.split(' ').any(|m| m == month.to_string())
    };
    loop {
        let row = deck.draw(rng);
        if suits(&row) {
            return row;
        }
    }
}

/// A visit at home by an officer; it is signed at the door.
pub fn walk(
    s: &mut Story,
    talk: &Row,
    officer: &str,
    customer: &str,
    day: NaiveDate,
    reviewer: &str,
) -> Record {
    let date = office_hours(&mut s.rng, day);
    let home = s
        .office
        .find("customers", customer)
        .get("address")
        .to_owned();
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", customer),
        ("staff", officer),
        ("method", "onsite"),
        ("type", "regular"),
        ("place", &home),
    ]);
    for field in ["purpose", "content", "opinion"] {
        v.set(field, talk.get(field));
    }
    v.set("satisfaction", talk.get("grade"));
    let follow = talk.get("follow_up");
    v.set("follow_up", if follow == "无" { "" } else { follow });
    let who = s.respondent(&mut v, customer);
    v.set("signed_by", who);
    s.reviewed(&mut v, date, reviewer);
    s.three_signatures(&mut v, day);
    v
}

/// Some questions for a visit: mostly none, sometimes one, rarely two.
pub fn questions(
    s: &mut Story,
    visit: &mut Record,
    asked: &mut Deck<Row>,
    mut make: impl FnMut(&mut Story, &Row) -> Record,
) {
    let count = match s.rng.range(1, 20) {
        1..=7 => 1,
        8 => 2,
        _ => 0,
    };
    let mut all = Vec::new();
    for _ in 0..count {
        let row = asked.draw(&mut s.rng);
        all.push(make(s, &row));
    }
    if !all.is_empty() {
        visit.nested.push(("questions", all));
    }
}

/// A question with its answer and how it was settled.
pub fn question(row: &Row) -> Record {
    let mut q = Record::new();
    for field in ["category", "text", "answer", "resolution"] {
        q.set(field, row.get(field));
    }
    q
}

/// A day of a month, early enough in December for all that follows it.
pub fn day_in(rng: &mut Rng, month: u32, last: i64) -> NaiveDate {
    let last = if month == 12 { last.min(19) } else { last };
    clock::day(month, 1) + days(rng.range(2, last - 1))
}

/// Calls that were settled on the spot.
pub fn enquiries(s: &mut Story, count: usize) {
    let mut rows = Deck::new(words!("enquiries"), &mut s.rng);
    for _ in 0..count {
        let day = clock::day(1, 2) + days(s.rng.range(0, 360));
        let t = office_hours(&mut s.rng, day);
        let row = in_season(&mut rows, &mut s.rng, day.month());
        let customer = s.customer(|_| true);
        s.call(t, &customer, "", "", row.get("content"), row.get("result"));
    }
}

/// The day on which something follows a day, but not after the year.
pub fn by_year_end(day: NaiveDate) -> String {
    show_day(day.min(clock::day(12, 31)))
}
