//! What is due, all of it, by day: a page, a calendar and a table for spreadsheets.

use serde::Serialize;

use super::facts::{Facts, published};
use super::pages::{Page, crumbs, page};
use crate::agenda::{self, Entry};
use crate::document::redact::Redaction;
use crate::document::{Recipe, Templates};
use crate::pipeline::Judged;

/// Everything pending of an office, as it is published.
pub(super) fn entries(judged: &Judged, templates: &Templates) -> Vec<Entry> {
    let redaction = Redaction::of(&judged.office, templates);
    let mut all = agenda::entries(judged, None);
    for e in &mut all {
        let told = std::mem::take(&mut e.finding);
        e.finding = published(&judged.office, &redaction, told);
        let hidden = e.person.is_some_and(|(kind, _)| {
            let name = judged.office.schema.get(kind).field("name");
            name.is_some_and(|n| redaction.hides(kind, n))
        });
        if hidden {
            e.who = Redaction::masked(&e.who);
        }
    }
    all
}

#[derive(Serialize)]
struct DuePage<'a> {
    #[serde(flatten)]
    page: Page,
    name: &'a str,
    days: Vec<Day<'a>>,
}

#[derive(Serialize)]
struct Day<'a> {
    day: String,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    who: &'a str,
    title: &'a str,
    about: String,
    message: &'a str,
    rule: &'a str,
    clause: &'a str,
    place: String,
}

/// `due.html`, `due.ics` and `due.csv`.
pub(super) fn recipes(f: &Facts<'_>, above: bool) -> Result<Vec<Recipe>, serde_json::Error> {
    let lang = f.lang();
    let path = f.path("due.html");
    let mut days: Vec<Day<'_>> = Vec::new();
    for e in &f.agenda {
        let day = e.finding.due.map(|d| d.to_string()).unwrap_or_default();
        if days.last().is_none_or(|d| d.day != day) {
            days.push(Day {
                day,
                items: Vec::new(),
            });
        }
        if let Some(last) = days.last_mut() {
            last.items.push(Item {
                who: &e.who,
                title: e.title.get(lang),
                about: e.about(lang),
                message: e.finding.message.get(lang),
                rule: &e.finding.rule,
                clause: &e.finding.clause,
                place: format!("{}:{}", e.finding.place.file, e.finding.place.line),
            });
        }
    }
    let title = lang.pick("到期事项", "What is due");
    let context = DuePage {
        page: page(lang, &path, title, f.office.as_of, crumbs(f, &path, above)),
        name: &f.office.config.name,
        days,
    };
    let (mut csv, mut ics) = (Vec::new(), Vec::new());
    // Writing to memory cannot fail.
    let _ = agenda::csv::write(&f.agenda, lang, &mut csv);
    let _ = agenda::ics::write(&f.agenda, f.office.as_of, lang, &mut ics);
    Ok(vec![
        Recipe::html(&path, "site/due.html", &context)?,
        Recipe::verbatim(f.path("due.ics"), ics),
        Recipe::verbatim(f.path("due.csv"), csv),
    ])
}
