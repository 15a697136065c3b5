//! How far the policies were kept: rule by rule, policy by policy against the period before, and where most was missed.

use std::collections::BTreeMap;

use super::block::{Block, Cell, Head, Row, Table};
use super::kept::{self, Kept};
use super::maker::Maker;
use super::manifest::{Captioned, Which, Worst, WorstBy};
use super::rules::{self, chosen};
use crate::agenda;
use crate::document::chart::{self, Level};
use crate::document::redact::Redaction;
use crate::finding::Finding;
use crate::policy::{Judgement, Packs};
use crate::statistics::{Change, Permille, share_change, wilson};
use crate::text::Lang;

/// What a table of rules shows of each.
pub(super) struct Line {
    /// What it asks.
    pub title: String,
    /// Its clause.
    pub clause: String,
    /// The counts.
    pub kept: Kept,
}

/// A policy's rules.
pub(super) struct Chapter {
    /// The policy's title.
    pub title: String,
    /// Its rules.
    pub lines: Vec<Line>,
}

/// What a policy is called.
pub(super) fn policy_title(packs: &Packs, id: &str, lang: Lang) -> String {
    packs.get(id).map_or(id, |p| p.title.get(lang)).to_owned()
}

/// Rules under the titles of their policies; those of a policy follow each other.
pub(super) fn chapters<'j>(
    packs: &Packs,
    lang: Lang,
    rules: impl Iterator<Item = (&'j Judgement, Kept)>,
) -> Vec<Chapter> {
    let mut chapters: Vec<(&str, Chapter)> = Vec::new();
    for (j, kept) in rules {
        if chapters.last().is_none_or(|(id, _)| *id != j.policy) {
            let chapter = Chapter {
                title: policy_title(packs, &j.policy, lang),
                lines: Vec::new(),
            };
            chapters.push((&j.policy, chapter));
        }
        if let Some((_, chapter)) = chapters.last_mut() {
            chapter.lines.push(Line {
                title: j.title.get(lang).to_owned(),
                clause: j.clause.clone(),
                kept,
            });
        }
    }
    chapters.into_iter().map(|(_, c)| c).collect()
}

/// Compliance by policy and rule.
pub(super) fn compliance(m: &Maker<'_>) -> Vec<Block> {
    let rules = m.kept().iter().map(|(j, kept)| (*j, *kept));
    let chapters = chapters(m.packs, m.lang, rules);
    vec![Block::Table(table(&chapters, m.lang))]
}

/// The table of rules, each policy's sum above its rules.
pub(super) fn table(chapters: &[Chapter], lang: Lang) -> Table {
    let mut rows: Vec<Row> = Vec::new();
    for chapter in chapters {
        let sum = Kept::sum(chapter.lines.iter().map(|l| &l.kept));
        rows.push(Row {
            strong: true,
            ..row(&chapter.title, "", sum)
        });
        rows.extend(
            chapter
                .lines
                .iter()
                .map(|l| row(&l.title, &l.clause, l.kept)),
        );
    }
    let mut head = vec![
        Head::words(lang.pick("制度与要求", "Policy and rule"), 8),
        Head::words(lang.pick("条款", "Clause"), 4),
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
        head.push(Head::number(lang.pick(zh, en)));
    }
    Table {
        caption: lang.pick("各制度执行情况", "Compliance by policy and rule").to_owned(),
        head,
        rows,
        none: lang.pick("没有采用任何制度。", "No policy is adopted.").to_owned(),
        note: lang
            .pick(
                "应查＝本期应做到且已有结论的事项；以前遗留＝本期开始前已未做到、至今仍在的事项。",
                "Checked: what was due in the period and has been decided. Carried over: missed before the period and still so.",
            )
            .to_owned(),
        ..Table::default()
    }
}

/// `96.9%`, or a dash where nothing was decided.
pub(super) fn or_dash(rate: Option<Permille>) -> String {
    rate.map_or_else(|| "—".to_owned(), |p| p.to_string())
}

fn row(title: &str, clause: &str, kept: Kept) -> Row {
    let counts = [kept.checked(), kept.met, kept.missed, kept.waived].map(|n| n.to_string());
    let after = [kept.carried, kept.pending].map(|n| n.to_string());
    let mut cells = vec![Cell::from(title), Cell::from(clause)];
    cells.extend(counts.into_iter().map(Cell::from));
    cells.push(or_dash(kept.rate()).into());
    cells.extend(after.into_iter().map(Cell::from));
    Row::of(cells)
}

/// Each policy's rate, against the period before; as a chart and a table.
pub(super) fn policies(m: &Maker<'_>, b: &Captioned) -> Vec<Block> {
    let before = m.edition.before.as_deref();
    let earlier = before.map(|s| kept::kept(s, m.edition.earlier.as_deref()));
    let now = kept::by_policy(m.kept());
    let then = earlier.as_deref().map(kept::by_policy).unwrap_or_default();
    let title = |id: &str| policy_title(m.packs, id, m.lang);
    let mut rows: Vec<Row> = Vec::new();
    for (id, kept) in &now {
        let then = then.get(id).copied().unwrap_or_default();
        rows.push(compared(m.lang, title(id), *kept, then));
    }
    if now.len() > 1 {
        let total = m.say("合计", "Total").to_owned();
        let sums = (Kept::sum(now.values()), Kept::sum(then.values()));
        rows.push(Row {
            strong: true,
            ..compared(m.lang, total, sums.0, sums.1)
        });
    }
    let caption = m.text(&b.caption);
    let mut table = Table {
        caption: caption.clone(),
        head: compared_head(m),
        rows,
        none: m
            .say("没有采用任何制度。", "No policy is adopted.")
            .to_owned(),
        note: interval_note(m.lang),
        ..Table::default()
    };
    let levels: Vec<Level> = now
        .iter()
        .filter(|(_, k)| k.checked() > 0)
        .map(|(id, k)| level(title(id), *k))
        .collect();
    let mut blocks = Vec::new();
    if !levels.is_empty() {
        blocks.push(levels_chart(m.lang, &caption, &levels));
        table.caption = figures(m.lang, &caption);
    }
    blocks.push(Block::Table(table));
    blocks
}

/// What the table of a chart's figures is called.
pub(super) fn figures(lang: Lang, caption: &str) -> String {
    format!("{caption}{}", lang.pick("（数据）", " (figures)"))
}

/// A bar of a rate, with its counts beside it.
pub(super) fn level(label: String, kept: Kept) -> Level {
    Level {
        label,
        value: kept.rate().unwrap_or(Permille(0)).ratio(),
        note: format!("{} ({}/{})", or_dash(kept.rate()), kept.met, kept.checked()),
        ..Level::default()
    }
}

/// A chart of rates; its table stands below it.
pub(super) fn levels_chart(lang: Lang, caption: &str, levels: &[Level]) -> Block {
    let unit = lang.pick(
        "做到率（%），括号内为做到／应查",
        "Rate (%); in brackets met of checked",
    );
    Block::Chart {
        svg: chart::levels(levels, &chart::percents(), unit),
        alt: format!(
            "{caption}{}",
            lang.pick("。数据见下表。", ". The table below has the figures.")
        ),
        caption: caption.to_owned(),
    }
}

fn compared_head(m: &Maker<'_>) -> Vec<Head> {
    let mut head = vec![Head::words(m.say("制度", "Policy"), 6)];
    for (zh, en, width) in [
        ("应查", "Checked", 2),
        ("做到", "Met", 2),
        ("做到率", "Rate", 3),
        ("95%区间", "95% interval", 5),
        ("上期", "Before", 5),
    ] {
        let column = Head::number(m.say(zh, en));
        head.push(Head { width, ..column });
    }
    head.push(Head::words(m.say("与上期相比", "Against it"), 5));
    head
}

fn compared(lang: Lang, title: String, now: Kept, then: Kept) -> Row {
    let before = match then.rate() {
        Some(rate) => format!("{rate} ({}/{})", then.met, then.checked()),
        None => "—".to_owned(),
    };
    Row::of([
        Cell::from(title),
        now.checked().to_string().into(),
        now.met.to_string().into(),
        or_dash(now.rate()).into(),
        interval(now.met, now.checked()).into(),
        before.into(),
        change(lang, (now.met, now.checked()), (then.met, then.checked())).into(),
    ])
}

/// `39.7%–89.2%`, or a dash.
pub(super) fn interval(met: u64, of: u64) -> String {
    wilson(met, of).map_or_else(|| "—".to_owned(), |(low, high)| format!("{low}–{high}"))
}

/// How a share stands to the one before: the difference in percentage points, and whether the intervals overlap.
pub(super) fn change(lang: Lang, now: (u64, u64), then: (u64, u64)) -> String {
    let (Some(a), Some(b)) = (Permille::of(now.0, now.1), Permille::of(then.0, then.1)) else {
        return "—".to_owned();
    };
    let (sign, apart) = match a.cmp(&b) {
        std::cmp::Ordering::Less => ("−", b.0 - a.0),
        std::cmp::Ordering::Equal => ("±", 0),
        std::cmp::Ordering::Greater => ("+", a.0 - b.0),
    };
    let words = match share_change(now, then) {
        Change::TooFew => lang.pick("件数太少", "too few"),
        Change::Overlap => lang.pick("区间重叠", "intervals overlap"),
        Change::Higher => lang.pick("区间不重叠，上升", "apart: risen"),
        Change::Lower => lang.pick("区间不重叠，下降", "apart: fallen"),
    };
    let comma = lang.pick("，", ", ");
    format!("{sign}{}.{}{comma}{words}", apart / 10, apart % 10)
}

/// What the intervals mean.
pub(super) fn interval_note(lang: Lang) -> String {
    lang.pick(
        "与上期相比：相差的百分点；两期的 Wilson 95% 区间重叠的，差异可能出于偶然。",
        "Against the period before: the difference in percentage points; where the Wilson 95% intervals overlap it may be chance.",
    )
    .to_owned()
}

/// Where most was missed in the period; what is waived is left out.
pub(super) fn worst(m: &Maker<'_>, b: &Worst) -> Result<Vec<Block>, String> {
    let missed: Vec<&Finding> = chosen(m, Which::New)
        .into_iter()
        .filter(|f| !f.waived)
        .collect();
    let table = match b.by {
        WorstBy::Rule => by_rule(m, &missed, b),
        WorstBy::Person => by_place(m, &missed, b, m.say("责任人", "Who answers"), &|f| {
            person(m, f)
        }),
        WorstBy::File => by_place(m, &missed, b, m.say("文件", "File"), &|f| {
            f.place.file.clone()
        }),
        WorstBy::Record => by_place(
            m,
            &missed,
            b,
            m.say("记录或期间", "Record or period"),
            &rules::about,
        ),
        WorstBy::Office => return Err("`worst` by office is for all offices together".to_owned()),
    };
    Ok(vec![Block::Table(table)])
}

/// Who answers for what a finding is about.
fn person(m: &Maker<'_>, f: &Finding) -> String {
    let office = m.office();
    let judgement = m.edition.now.judgements.iter().find(|j| j.rule == f.rule);
    let path = judgement.and_then(|j| j.who.as_deref());
    let who = office
        .record_of(f)
        .and_then(|r| agenda::responsible(office, path, r));
    let Some(who) = who else {
        return m.say("记录未指明", "the record names nobody").to_owned();
    };
    let name = agenda::name(office, who);
    let field = office.schema.get(who.0).field("name");
    if field.is_some_and(|n| m.redaction.hides(who.0, n)) {
        Redaction::masked(&name)
    } else {
        name
    }
}

/// Most first; where as many, in order of their names.
pub(super) fn ranked<T: Ord>(counts: BTreeMap<T, Vec<&Finding>>) -> Vec<(T, Vec<&Finding>)> {
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    all
}

fn by_place(
    m: &Maker<'_>,
    missed: &[&Finding],
    b: &Worst,
    first: &str,
    of: &dyn Fn(&Finding) -> String,
) -> Table {
    let mut counts: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for f in missed {
        counts.entry(of(f)).or_default().push(f);
    }
    let rows = ranked(counts)
        .into_iter()
        .take(b.most)
        .map(|(place, found)| {
            let told = rules_of(m, &found);
            let count = found.len().to_string();
            Row::of([Cell::from(place), count.into(), told.into()])
        });
    Table {
        caption: m.text(&b.caption),
        head: vec![
            Head::words(first, 5),
            Head::number(m.say("未做到", "Missed")),
            Head::words(m.say("未做到的要求", "Rules missed"), 9),
        ],
        rows: rows.collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    }
}

/// The rules that these miss, most first, each with how often.
fn rules_of(m: &Maker<'_>, found: &[&Finding]) -> String {
    const TOLD: usize = 3;
    let mut counts: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for f in found {
        counts.entry(&f.rule).or_default().push(f);
    }
    let all = ranked(counts);
    let one = |(rule, found): &(&str, Vec<&Finding>)| {
        let title = rules::title(m, rule);
        match found.len() {
            1 => title.to_owned(),
            n => format!("{title} ×{n}"),
        }
    };
    let mut told: Vec<String> = all.iter().take(TOLD).map(one).collect();
    told.extend(more(m.lang, all.len(), TOLD));
    told.join(m.say("；", "; "))
}

/// That there are more than are told.
fn more(lang: Lang, all: usize, told: usize) -> Option<String> {
    let left = all.saturating_sub(told);
    (left > 0).then(|| lang.pick(format!("另 {left} 项"), format!("{left} more")))
}

fn by_rule(m: &Maker<'_>, missed: &[&Finding], b: &Worst) -> Table {
    const TOLD: usize = 4;
    let mut counts: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for f in missed {
        counts.entry(&f.rule).or_default().push(f);
    }
    let most = |found: &[&Finding], of: &dyn Fn(&Finding) -> String| {
        let mut counts: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
        for f in found {
            counts.entry(of(f)).or_default().push(f);
        }
        let first = ranked(counts).into_iter().next();
        first.map_or_else(String::new, |(place, found)| {
            format!("{place} ({})", found.len())
        })
    };
    let rows = ranked(counts)
        .into_iter()
        .take(b.most)
        .map(|(rule, found)| {
            let mut about: Vec<String> = found.iter().take(TOLD).map(|f| rules::about(f)).collect();
            about.extend(more(m.lang, found.len(), TOLD));
            Row::of([
                Cell::from(rules::title(m, rule)),
                found.len().to_string().into(),
                most(&found, &|f| person(m, f)).into(),
                most(&found, &|f| f.place.file.clone()).into(),
                about.join(m.say("、", ", ")).into(),
            ])
        });
    Table {
        caption: m.text(&b.caption),
        head: vec![
            Head::words(m.say("要求", "Rule"), 5),
            Head::number(m.say("未做到", "Missed")),
            Head::words(m.say("最多的责任人", "Most often"), 4),
            Head::words(m.say("最多的文件", "Worst file"), 5),
            Head::words(m.say("记录或期间", "Records or periods"), 5),
        ],
        rows: rows.collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    }
}
