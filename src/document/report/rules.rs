//! What the policies found: new and settled findings, what falls due, deviations and waivers.

use super::block::{Block, Cell, Head, Row, Table};
use super::edition::Snapshot;
use super::kept;
use super::maker::{Figure, Maker};
use super::manifest::{Due, FindingsOf, Which};
use crate::document::words;
use crate::finding::{Finding, Severity};
use crate::policy::{self, Change, covers};

/// The findings that a block tells of, in order of their place.
pub(super) fn chosen<'m>(m: &'m Maker<'_>, which: Which) -> Vec<&'m Finding> {
    let (now, before) = (&*m.edition.now, m.edition.before.as_deref());
    let all = |s: Option<&'m Snapshot>| s.map_or(&[][..], |s| s.findings.as_slice());
    let without = |these: &'m [Finding], those: Option<&'m Snapshot>| {
        let known = those.map(Snapshot::fingerprints).unwrap_or_default();
        let fresh = these
            .iter()
            .filter(move |f| !known.contains(f.fingerprint.as_str()));
        fresh.collect::<Vec<_>>()
    };
    let mut found = match which {
        Which::Open => all(Some(now)).iter().collect(),
        Which::New => without(all(Some(now)), before),
        Which::Settled => without(all(before), Some(now)),
    };
    found.sort_by_key(|f| (&f.place.file, f.place.line, f.place.column, &f.rule));
    found
}

/// The title of a rule.
pub(super) fn title<'m>(m: &'m Maker<'_>, rule: &str) -> &'m str {
    let judged = m.edition.now.judgements.iter().find(|j| j.rule == rule);
    judged.map_or("", |j| j.title.get(m.lang))
}

/// A finding's words, with what must be hidden hidden.
fn message(m: &Maker<'_>, f: &Finding) -> String {
    let record = m.office().record_of(f);
    m.redaction.text(m.office(), record, f.message.get(m.lang))
}

/// What a finding is about: a record's id, or a period.
pub(super) fn about(f: &Finding) -> String {
    let about = f.record.as_deref().or(f.period.as_deref());
    about.unwrap_or_default().to_owned()
}

/// The same where there is room for a period in words.
fn about_in_words(m: &Maker<'_>, f: &Finding) -> String {
    match f.record {
        Some(_) => about(f),
        None => words::written_period(f.period.as_deref().unwrap_or_default(), m.lang),
    }
}

/// Where a finding points.
pub(super) fn place(f: &Finding) -> String {
    format!("{}:{}", f.place.file, f.place.line)
}

fn severity(m: &Maker<'_>, f: &Finding) -> String {
    let words = match (f.waived, f.severity) {
        (true, _) => ("已豁免", "waived"),
        (false, Severity::Error) => ("错误", "error"),
        (false, Severity::Warning) => ("警告", "warning"),
    };
    m.say(words.0, words.1).to_owned()
}

/// Findings, each with its place.
pub(super) fn findings(m: &Maker<'_>, b: &FindingsOf) -> Vec<Block> {
    let mut all = chosen(m, b.which);
    let (count, most) = (all.len(), b.most.unwrap_or(usize::MAX));
    let mut note = String::new();
    if count > most {
        all.sort_by_key(|f| (f.waived, f.severity));
        all.truncate(most);
        note = m.lang.pick(
            format!("共 {count} 项，这里列出 {most} 项，错误在前；全部见问题清单。"),
            format!("{most} of {count}, errors first; all stand in the list of findings."),
        );
    }
    let rows = all.into_iter().map(|f| {
        Row::of([
            Cell::from(severity(m, f)),
            Cell::from(title(m, &f.rule)),
            Cell {
                text: message(m, f),
                place: place(f),
            },
            Cell::from(about_in_words(m, f)),
        ])
    });
    let head = vec![
        Head::words(m.say("级别", "Level"), 2),
        Head::words(m.say("要求", "Rule"), 5),
        Head::words(m.say("情况", "Finding"), 8),
        Head::words(m.say("记录或期间", "Record or period"), 4),
    ];
    vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head,
        rows: rows.collect(),
        none: m.say("没有。", "None.").to_owned(),
        note,
        ..Table::default()
    })]
}

/// What is pending at the edition's end and falls due in the period after it, earliest first.
fn due_next<'m>(m: &'m Maker<'_>) -> Vec<&'m Finding> {
    let next = m.period().next();
    let mut due: Vec<&Finding> = m
        .edition
        .now
        .pending
        .iter()
        .filter(|f| {
            f.due
                .is_some_and(|d| d > m.edition.subject.cut && d <= next.last)
        })
        .collect();
    due.sort_by_key(|f| (f.due, &f.rule, &f.record, &f.period));
    due
}

/// What falls due in the period after the edition's.
pub(super) fn due(m: &Maker<'_>, b: &Due) -> Vec<Block> {
    let rows = due_next(m).into_iter().map(|f| {
        Row::of([
            Cell::from(f.due.map(|d| words::date(d, m.lang)).unwrap_or_default()),
            Cell::from(title(m, &f.rule)),
            Cell {
                text: about_in_words(m, f),
                place: place(f),
            },
            Cell::from(f.clause.clone()),
        ])
    });
    let head = vec![
        Head::words(m.say("最迟", "By"), 4),
        Head::words(m.say("要做的事", "What"), 6),
        Head::words(m.say("记录或期间", "Record or period"), 4),
        Head::words(m.say("条款", "Clause"), 4),
    ];
    vec![Block::Table(Table {
        caption: m.text(&b.caption),
        head,
        rows: rows.collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    })]
}

/// Every departure of the office from its packs; waivers have a table of their own.
pub(super) fn deviations(m: &Maker<'_>) -> Vec<Block> {
    let all = policy::deviations(&m.office().config, m.packs);
    let rows = all.iter().filter(|d| d.change != Change::Waiver).map(|d| {
        let pack = m.packs.get(&d.policy);
        let policy = pack.map_or_else(
            || m.say("全部制度", "all policies"),
            |p| p.title.get(m.lang),
        );
        Row::of([
            Cell::from(policy),
            Cell::from(d.title.as_ref().map(|t| m.text(t)).unwrap_or_default()),
            Cell {
                text: m.text(&d.message),
                place: format!("{}:{}", d.place.file, d.place.line),
            },
        ])
    });
    let head = vec![
        Head::words(m.say("制度", "Policy"), 4),
        Head::words(m.say("要求", "Rule"), 5),
        Head::words(m.say("本单位的规定", "Here"), 4),
    ];
    vec![Block::Table(Table {
        caption: m
            .say(
                "与制度原文的差异",
                "Departures from the policies as written",
            )
            .to_owned(),
        head,
        rows: rows.collect(),
        none: m
            .say(
                "没有差异，各制度按原文执行。",
                "None: every policy applies as written.",
            )
            .to_owned(),
        ..Table::default()
    })]
}

/// Waivers, each with its reason and how many findings it covers.
pub(super) fn waivers(m: &Maker<'_>) -> Vec<Block> {
    let config = &m.office().config;
    let rows = config.waivers.iter().map(|w| {
        let count = m
            .edition
            .now
            .findings
            .iter()
            .filter(|f| f.waived && covers(w, f))
            .count();
        let period = w
            .period
            .as_deref()
            .map(|p| words::written_period(p, m.lang));
        let about = w.record.clone().or(period);
        // Of a rule that no policy here has, its id.
        let rule = match title(m, &w.rule) {
            "" => &w.rule,
            title => title,
        };
        Row::of([
            Cell {
                text: rule.to_owned(),
                place: format!("{}:{}", w.place.file, w.place.line),
            },
            about
                .unwrap_or_else(|| m.say("全部", "all").to_owned())
                .into(),
            w.reason.clone().unwrap_or_default().into(),
            m.redaction
                .person(w.by.as_deref().unwrap_or_default())
                .into(),
            w.until
                .map(|d| words::date(d, m.lang))
                .unwrap_or_default()
                .into(),
            count.to_string().into(),
        ])
    });
    let head = vec![
        Head::words(m.say("要求", "Rule"), 5),
        Head::words(m.say("对象", "Of"), 3),
        Head::words(m.say("理由", "Reason"), 5),
        Head::words(m.say("批准人", "By"), 3),
        Head::words(m.say("至", "Until"), 5),
        Head::number(m.say("用于", "Used")),
    ];
    vec![Block::Table(Table {
        caption: m.say("豁免", "Waivers").to_owned(),
        head,
        rows: rows.collect(),
        none: m.say("没有豁免。", "None.").to_owned(),
        ..Table::default()
    })]
}

/// `findings.*`, `due.*`, `compliance.*`, `deviations.*`, `waivers.*`.
pub(super) fn figure(m: &Maker<'_>, of: &str, what: &str) -> Option<Figure> {
    let count = |n: usize| Some(Figure::Count(n as u64));
    let open = || m.edition.now.findings.iter().filter(|f| !f.waived);
    match (of, what) {
        ("findings", "open") => count(open().count()),
        ("findings", "errors") => count(open().filter(|f| f.severity == Severity::Error).count()),
        ("findings", "warnings") => {
            count(open().filter(|f| f.severity == Severity::Warning).count())
        }
        ("findings", "waived") => count(m.edition.now.findings.iter().filter(|f| f.waived).count()),
        ("findings", "new") => count(chosen(m, Which::New).len()),
        ("findings", "settled") => count(chosen(m, Which::Settled).len()),
        ("due", "next") => count(due_next(m).len()),
        ("compliance", _) => kept::figure(m.kept(), what),
        ("policies", "count") => count(m.office().config.adoptions.len()),
        ("waivers", "count") => count(m.office().config.waivers.len()),
        _ => None,
    }
}
