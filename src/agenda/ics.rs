//! What is due as a calendar (RFC 5545): a day-long event each, the same bytes for the same records and day.

use std::io::{self, Write};

use chrono::NaiveDate;

use super::Entry;
use crate::text::Lang;

/// How many octets a line may have, its end apart (RFC 5545, 3.1).
const LINE: usize = 75;

/// Writes it; what has no last day has no place in a calendar.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(
    entries: &[Entry],
    as_of: NaiveDate,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut say =
        |name: &str, value: &str| out.write_all(fold(&format!("{name}:{value}")).as_bytes());
    say("BEGIN", "VCALENDAR")?;
    say("VERSION", "2.0")?;
    say("PRODID", "-//aftercare//due//EN")?;
    say("CALSCALE", "GREGORIAN")?;
    for e in entries {
        let (f, Some(due)) = (&e.finding, e.finding.due) else {
            continue;
        };
        say("BEGIN", "VEVENT")?;
        say("UID", &format!("{}@aftercare", f.fingerprint))?;
        say("DTSTAMP", &format!("{}T000000Z", as_of.format("%Y%m%d")))?;
        say("DTSTART;VALUE=DATE", &due.format("%Y%m%d").to_string())?;
        say("SUMMARY", &escape(&summary(e, lang)))?;
        say("DESCRIPTION", &escape(&description(e, lang)))?;
        say("CATEGORIES", &escape(&e.policy))?;
        say("TRANSP", "TRANSPARENT")?;
        say("END", "VEVENT")?;
    }
    say("END", "VCALENDAR")
}

fn summary(e: &Entry, lang: Lang) -> String {
    let parts = [e.title.get(lang).to_owned(), e.about(lang), e.who.clone()];
    let said: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    said.join(lang.pick("，", ", "))
}

fn description(e: &Entry, lang: Lang) -> String {
    let f = &e.finding;
    let rule = match (f.clause.as_str(), lang) {
        ("", _) => f.rule.clone(),
        (clause, Lang::Zh) => format!("{}（{clause}）", f.rule),
        (clause, Lang::En) => format!("{} ({clause})", f.rule),
    };
    let place = format!("{}:{}", f.place.file, f.place.line);
    format!("{}\n{rule}\n{}\n{place}", f.message.get(lang), e.office)
}

/// A text value: what would end it or part it is escaped, other control characters are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, parted into lines of at most 75 octets, never within a character.
fn fold(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name and value of each content line.
    fn read(text: &str) -> Vec<(String, String)> {
        assert!(text.ends_with("\r\n"));
        let lines = text.split_terminator("\r\n");
        assert!(lines.clone().all(|l| l.len() <= LINE && !l.contains('\n')));
        let whole = text.replace("\r\n ", "");
        let parted = whole.split_terminator("\r\n").map(|l| {
            let (name, value) = l.split_once(':').unwrap();
            (name.to_owned(), unescape(value))
        });
        parted.collect()
    }

    fn unescape(value: &str) -> String {
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => match chars.next().unwrap() {
                    'n' | 'N' => out.push('\n'),
                    c => out.push(c),
                },
                (c, false) => out.push(c),
            }
        }
        out
    }

    fn entry(message: &str) -> Entry {
        let place = crate::finding::Place {
            file: "records/o/visits.csv".to_owned(),
            line: 3,
            ..Default::default()
        };
        let both = |t: &str| crate::text::Bilingual::new(t, t);
        Entry {
            finding: crate::finding::Finding {
                rule: "p/r".to_owned(),
                severity: crate::finding::Severity::Error,
                office: "o".to_owned(),
                kind: Some("visits".to_owned()),
                record: Some("V-1".to_owned()),
                field: None,
                period: None,
                place,
                message: both(message),
                short: None,
                help: both(""),
                clause: "第三条".to_owned(),
                due: NaiveDate::from_ymd_opt(2025, 3, 9),
                waived: false,
                related: Vec::new(),
                fingerprint: "00ff".to_owned(),
            },
            title: both("标题"),
            policy: "p".to_owned(),
            office: "翠湖".to_owned(),
            kind: both("回访"),
            person: None,
            who: "王芳".to_owned(),
        }
    }

    #[test]
    fn a_calendar_is_read_back() {
        let message =
            "甲;乙,丙\\n丁\r\nEND:VEVENT 很长的一句话很长的一句话很长的一句话很长的一句话";
        let mut out = Vec::new();
        let day = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
        write(&[entry(message)], day, Lang::Zh, &mut out).unwrap();
        let read = read(&String::from_utf8(out).unwrap());
        let get = |name: &str| {
            let mut found = read.iter().filter(|(n, _)| n == name);
            (found.next().unwrap().1.clone(), found.count())
        };
        assert_eq!(get("UID"), ("00ff@aftercare".to_owned(), 0));
        assert_eq!(get("DTSTAMP").0, "20250301T000000Z");
        assert_eq!(get("DTSTART;VALUE=DATE").0, "20250309");
        assert_eq!(get("SUMMARY").0, "标题，回访「V-1」，王芳");
        let said = message.replace('\r', "");
        assert_eq!(
            get("DESCRIPTION").0,
            format!("{said}\np/r（第三条）\n翠湖\nrecords/o/visits.csv:3")
        );
        assert_eq!(get("END"), ("VEVENT".to_owned(), 1));
    }

    #[test]
    fn what_has_no_day_is_left_out() {
        let mut undated = entry("");
        undated.finding.due = None;
        let mut out = Vec::new();
        write(&[undated], NaiveDate::MIN, Lang::En, &mut out).unwrap();
        assert!(!String::from_utf8(out).unwrap().contains("VEVENT"));
    }
}
