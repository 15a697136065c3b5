//! What the policies found: new and settled findings, what falls due, compliance rule by rule, deviations and waivers.

use std::collections::BTreeMap;

use super::block::{Block, Cell, Head, Row, Table};
use super::edition::Snapshot;
use super::maker::{Figure, Maker};
use super::manifest::{Due, FindingsOf, Which};
use crate::finding::{Finding, Severity};
use crate::policy::{self, Change, Judgement, covers};
use crate::statistics::Permille;

/// The findings that a block tells of, in order of their place.
fn chosen<'m>(m: &'m Maker<'_>, which: Which) -> Vec<&'m Finding> {
    let (now, before) = (&m.edition.now, m.edition.before.as_ref());
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
fn title<'m>(m: &'m Maker<'_>, rule: &str) -> &'m str {
    let judged = m.edition.now.judgements.iter().find(|j| j.rule == rule);
    judged.map_or("", |j| j.title.get(m.lang))
}

/// A finding's words, with what must be hidden hidden.
fn message(m: &Maker<'_>, f: &Finding) -> String {
    let office = m.office();
    let record = f
        .kind
        .as_deref()
        .zip(f.record.as_deref())
        .and_then(|(kind, id)| {
            let kind = office.schema.kind(kind)?;
            Some((kind, office.row_of(kind, id)?))
        });
    m.redaction.text(office, record, f.message.get(m.lang))
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
    let rows = chosen(m, b.which).into_iter().map(|f| {
        let place = format!("{}:{}", f.place.file, f.place.line);
        Row::of([
            Cell::from(severity(m, f)),
            Cell::from(title(m, &f.rule)),
            Cell {
                text: message(m, f),
                place: place.clone(),
            },
            Cell::from(
                f.record
                    .clone()
                    .or_else(|| f.period.clone())
                    .unwrap_or_default(),
            ),
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
            Cell::from(f.due.map(|d| d.to_string()).unwrap_or_default()),
            Cell::from(title(m, &f.rule)),
            Cell {
                text: f
                    .record
                    .clone()
                    .or_else(|| f.period.clone())
                    .unwrap_or_default(),
                place: format!("{}:{}", f.place.file, f.place.line),
            },
            Cell::from(f.clause.clone()),
        ])
    });
    let head = vec![
        Head::words(m.say("最迟", "By"), 3),
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

/// The counts of a rule in the edition's period: what was decided by its end less what had been decided before it.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    met: u64,
    missed: u64,
    waived: u64,
    carried: u64,
    pending: u64,
    unjudged: u64,
}

impl Kept {
    fn add(&mut self, other: Self) {
        self.met += other.met;
        self.missed += other.missed;
        self.waived += other.waived;
        self.carried += other.carried;
        self.pending += other.pending;
        self.unjudged += other.unjudged;
    }

    fn cells(self) -> [Cell; 7] {
        let checked = self.met + self.missed;
        let rate =
            Permille::of(self.met, checked).map_or_else(|| "—".to_owned(), |p| p.to_string());
        [
            checked.to_string().into(),
            self.met.to_string().into(),
            self.missed.to_string().into(),
            self.waived.to_string().into(),
            rate.into(),
            self.carried.to_string().into(),
            self.pending.to_string().into(),
        ]
    }
}

/// Each rule once, in order, with its counts; a policy adopted in two wordings counts together.
fn kept<'m>(m: &'m Maker<'_>) -> Vec<(&'m Judgement, Kept)> {
    let before = m.edition.before.as_ref();
    let known = before.map(Snapshot::fingerprints).unwrap_or_default();
    let mut all: BTreeMap<&str, (&Judgement, Kept)> = BTreeMap::new();
    for j in &m.edition.now.judgements {
        let kept = &mut all.entry(&j.rule).or_insert((j, Kept::default())).1;
        kept.met += j.tally.met;
        kept.pending += j.tally.pending;
        kept.unjudged += j.tally.unjudged;
    }
    for j in before.iter().flat_map(|s| &s.judgements) {
        if let Some((_, kept)) = all.get_mut(j.rule.as_str()) {
            kept.met = kept.met.saturating_sub(j.tally.met);
        }
    }
    for f in &m.edition.now.findings {
        if let Some((_, kept)) = all.get_mut(f.rule.as_str()) {
            if known.contains(f.fingerprint.as_str()) {
                kept.carried += 1;
            } else {
                kept.missed += 1;
                kept.waived += u64::from(f.waived);
            }
        }
    }
    all.into_values().collect()
}

/// Compliance by policy and rule.
pub(super) fn compliance(m: &Maker<'_>) -> Vec<Block> {
    let mut rows: Vec<Row> = Vec::new();
    let rules = kept(m);
    let mut policies: Vec<&str> = rules.iter().map(|(j, _)| j.policy.as_str()).collect();
    policies.dedup();
    for id in policies {
        let mine: Vec<_> = rules.iter().filter(|(j, _)| j.policy == id).collect();
        let mut sum = Kept::default();
        mine.iter().for_each(|(_, k)| sum.add(*k));
        let name = m.packs.get(id).map_or(id, |p| p.title.get(m.lang));
        rows.push(Row {
            strong: true,
            ..compliance_row(name.to_owned(), String::new(), sum)
        });
        rows.extend(
            mine.iter()
                .map(|(j, k)| compliance_row(j.title.get(m.lang).to_owned(), j.clause.clone(), *k)),
        );
    }
    let mut head = vec![
        Head::words(m.say("制度与要求", "Policy and rule"), 8),
        Head::words(m.say("条款", "Clause"), 4),
    ];
    for (zh, en) in [
        ("应查", "Checked"),
        ("做到", "Met"),
        ("未做到", "Missed"),
        ("其中豁免", "Waived"),
        ("做到率", "Rate"),
        ("以前遗留", "Carried over"),
        ("未到期", "Pending"),
    ] {
        head.push(Head::number(m.say(zh, en)));
    }
    vec![Block::Table(Table {
        caption: m.say("各制度执行情况", "Compliance by policy and rule").to_owned(),
        head,
        rows,
        none: m.say("没有采用任何制度。", "No policy is adopted.").to_owned(),
        note: m
            .say(
                "应查＝本期应做到且已有结论的事项；以前遗留＝本期开始前已未做到、至今仍在的事项。",
                "Checked: what was due in the period and has been decided. Carried over: missed before the period and still so.",
            )
            .to_owned(),
        ..Table::default()
    })]
}

fn compliance_row(name: String, clause: String, kept: Kept) -> Row {
    let first = [Cell::from(name), Cell::from(clause)];
    Row::of(first.into_iter().chain(kept.cells()))
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
        let about = w.record.clone().or_else(|| w.period.clone());
        Row::of([
            Cell {
                text: w.rule.clone(),
                place: format!("{}:{}", w.place.file, w.place.line),
            },
            about
                .unwrap_or_else(|| m.say("全部", "all").to_owned())
                .into(),
            w.reason.clone().unwrap_or_default().into(),
            m.redaction
                .person(w.by.as_deref().unwrap_or_default())
                .into(),
            w.until.map(|d| d.to_string()).unwrap_or_default().into(),
            count.to_string().into(),
        ])
    });
    let head = vec![
        Head::words(m.say("要求", "Rule"), 5),
        Head::words(m.say("对象", "Of"), 3),
        Head::words(m.say("理由", "Reason"), 6),
        Head::words(m.say("批准人", "By"), 3),
        Head::words(m.say("至", "Until"), 4),
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
    let mut sum = Kept::default();
    if of == "compliance" {
        kept(m).iter().for_each(|(_, k)| sum.add(*k));
    }
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
        ("compliance", "rules") => count(kept(m).len()),
        ("compliance", "checked") => Some(Figure::Count(sum.met + sum.missed)),
        ("compliance", "met") => Some(Figure::Count(sum.met)),
        ("compliance", "missed") => Some(Figure::Count(sum.missed)),
        ("compliance", "carried") => Some(Figure::Count(sum.carried)),
        ("compliance", "pending") => Some(Figure::Count(sum.pending)),
        ("compliance", "rate") => Some(Permille::of(sum.met, sum.met + sum.missed).into()),
        ("policies", "count") => count(m.office().config.adoptions.len()),
        ("waivers", "count") => count(m.office().config.waivers.len()),
        _ => None,
    }
}
