//! Satisfaction: tables, distributions and trends of answers, each with n, response rate and interval.

use super::block::{Block, Cell, Head, Row, Table};
use super::edition::{Subject, in_words};
use super::flows::{short, within};
use super::maker::Maker;
use super::manifest::{AnswersBy, AnswersOf, AnswersTrend};
use crate::calendar::Period;
use crate::document::chart::{self, Point, Share};
use crate::schema::EnumValue;
use crate::statistics::{self, Answers, Change, Distribution, Key, MIN_ANSWERS, Scale, compare};
use crate::table::{Office, Row as Line, Value};

/// The records asked in an edition.
pub(super) fn rows(office: &Office, answers: &Answers, subject: &Subject) -> Vec<Line> {
    let kind = answers.asked.kind;
    match (subject.record, answers.names) {
        (None, _) => answers.asked.rows(office, Some(subject.period)),
        (Some((to, row)), Some(field)) => {
            let mut rows = answers.asked.rows(office, None);
            rows.retain(|r| office.value(kind, *r, field) == Value::Ref(to, row));
            rows
        }
        (Some(_), None) => Vec::new(),
    }
}

fn count(m: &Maker<'_>, answers: &Answers, scale: &Scale, subject: &Subject) -> Distribution {
    scale.count(
        m.office(),
        answers.asked.kind,
        &rows(m.office(), answers, subject),
    )
}

/// The answers to the general question.
pub(super) fn overall(m: &Maker<'_>, answers: &Answers, subject: &Subject) -> Distribution {
    let (_, scale) = &answers.scales[0];
    count(m, answers, scale, subject)
}

fn head(m: &Maker<'_>, first: &str, levels: &[EnumValue]) -> Vec<Head> {
    let mut head = vec![Head::words(first, 4)];
    for (zh, en, width) in [
        ("调查数", "Asked", 2),
        ("作答 n", "n", 2),
        ("应答率", "Response", 3),
        ("满意率", "Rate", 3),
        ("95%区间", "95% interval", 5),
        ("均分", "Mean", 2),
    ] {
        let column = Head::number(m.say(zh, en));
        head.push(Head { width, ..column });
    }
    head.extend(levels.iter().map(|l| Head::number(m.text(&l.label))));
    head
}

fn row(first: String, d: &Distribution) -> Row {
    let or_dash = |t: Option<String>| Cell::from(t.unwrap_or_else(|| "—".to_owned()));
    let mut cells = vec![
        Cell::from(first),
        d.asked().to_string().into(),
        d.answered().to_string().into(),
        or_dash(d.response().map(|p| p.to_string())),
        or_dash(d.rate().map(|p| p.to_string())),
        or_dash(d.interval().map(|(low, high)| format!("{low}–{high}"))),
        or_dash(d.mean()),
    ];
    cells.extend(d.levels.iter().map(|n| Cell::from(n.to_string())));
    Row::of(cells)
}

/// What the figures mean.
pub(super) fn note(lang: crate::text::Lang) -> String {
    match lang {
        crate::text::Lang::Zh => format!(
            "满意率＝（非常满意＋满意）÷n；n 为已作答数，未作答不计为满意。区间为 Wilson 95% 置信区间；n 小于 {MIN_ANSWERS} 的只列件数。均分 5 分最好。"
        ),
        crate::text::Lang::En => format!(
            "Rate = (very satisfied + satisfied) / n, n being those who answered; no answer is never counted as satisfied. The interval is Wilson's (95%); with n below {MIN_ANSWERS} only counts are shown. The best mean score is 5."
        ),
    }
}

/// A row for each question, and how the general one stands to the edition before.
pub(super) fn table(m: &Maker<'_>, b: &AnswersOf) -> Result<Vec<Block>, String> {
    let answers = m.answers(&b.answers)?;
    let subject = &m.edition.subject;
    let told = answers
        .scales
        .iter()
        .map(|(label, scale)| row(m.text(label), &count(m, answers, scale, subject)));
    if overall(m, answers, subject).asked() == 0 {
        return Ok(vec![nobody(m, m.text(&b.caption))]);
    }
    let table = Table {
        caption: m.text(&b.caption),
        head: head(m, m.say("项目", "Question"), &answers.scales[0].1.levels),
        rows: told.collect(),
        note: note(m.lang),
        ..Table::default()
    };
    let mut blocks = vec![Block::Table(table), distribution(m, answers)];
    blocks.extend(change(m, answers).map(|text| Block::Text { text }));
    Ok(blocks)
}

/// That there is nothing to tell.
fn nobody(m: &Maker<'_>, caption: String) -> Block {
    Block::Table(Table {
        caption,
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    })
}

fn distribution(m: &Maker<'_>, answers: &Answers) -> Block {
    let shares = answers.scales.iter().map(|(label, scale)| Share {
        label: m.text(label),
        parts: count(m, answers, scale, &m.edition.subject).levels,
    });
    shares_chart(
        m,
        m.text(&answers.label),
        &shares.collect::<Vec<_>>(),
        &answers.scales[0].1,
    )
}

fn shares_chart(m: &Maker<'_>, of: String, shares: &[Share], scale: &Scale) -> Block {
    let levels: Vec<&str> = scale.levels.iter().map(|l| l.label.get(m.lang)).collect();
    let caption = format!("{of}{}", m.say("：各档分布", ": distribution"));
    let alt = m.say("数据见上表。", "The table above has the figures.");
    Block::Chart {
        svg: chart::shares(shares, &levels),
        alt: format!("{caption}{}{alt}", m.say("。", ". ")),
        caption,
    }
}

/// How the rate stands to the edition before, judged by the intervals.
fn change(m: &Maker<'_>, answers: &Answers) -> Option<String> {
    let previous = m.edition.previous.as_ref()?;
    let (now, before) = (
        overall(m, answers, &m.edition.subject),
        overall(m, answers, previous),
    );
    let (rate, interval) = (before.rate()?, before.interval()?);
    let name = in_words(m.office(), previous, m.lang);
    let (low, high) = interval;
    let zh = match compare(&now, &before) {
        Change::TooFew => return None,
        Change::Overlap => "两期区间重叠，差异可能出于偶然",
        Change::Higher => "两期区间不重叠，满意率上升",
        Change::Lower => "两期区间不重叠，满意率下降",
    };
    let en = match compare(&now, &before) {
        Change::Higher => "The intervals do not overlap: satisfaction has risen",
        Change::Lower => "The intervals do not overlap: satisfaction has fallen",
        _ => "The intervals overlap: the difference may be chance",
    };
    Some(match m.lang {
        crate::text::Lang::Zh => {
            format!("与上期（{name}，满意率 {rate}，区间 {low}–{high}）相比：{zh}。")
        }
        crate::text::Lang::En => {
            format!("Against the period before ({name}, rate {rate}, interval {low}–{high}): {en}.")
        }
    })
}

/// Answers to the general question by group.
pub(super) fn by_group(m: &Maker<'_>, b: &AnswersBy) -> Result<Vec<Block>, String> {
    let answers = m.answers(&b.answers)?;
    let kind = answers.asked.kind;
    let key = Key::compile(&b.key, kind, &m.office().schema)?;
    let (_, scale) = &answers.scales[0];
    let rows = rows(m.office(), answers, &m.edition.subject);
    let groups = statistics::by_group(m.office(), kind, &rows, scale, &key);
    let shares: Vec<Share> = groups
        .iter()
        .filter(|(_, d)| d.is_enough())
        .map(|(group, d)| Share {
            label: m.group(group),
            parts: d.levels.clone(),
        })
        .collect();
    let caption = m.text(&b.caption);
    let table = Table {
        caption: caption.clone(),
        head: head(m, key.label.get(m.lang), &scale.levels),
        rows: groups
            .iter()
            .map(|(group, d)| row(m.group(group), d))
            .collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    };
    let mut blocks = vec![Block::Table(table)];
    if shares.len() > 1 {
        blocks.push(shares_chart(m, caption, &shares, scale));
    }
    Ok(blocks)
}

/// Answers to the general question over time: by the periods within, or by the editions there were.
pub(super) fn trend(m: &Maker<'_>, b: &AnswersTrend) -> Result<Vec<Block>, String> {
    let answers = m.answers(&b.answers)?;
    let told: Vec<(String, String, Distribution)> = match b.per {
        Some(unit) => within(m, unit)
            .into_iter()
            .map(|p| {
                (
                    p.to_string(),
                    short(p),
                    overall(m, answers, &of_period(m, p)),
                )
            })
            .collect(),
        None => m
            .edition
            .history
            .iter()
            .map(|s| {
                let name = in_words(m.office(), s, m.lang);
                (name.clone(), name, overall(m, answers, s))
            })
            .collect(),
    };
    let points: Vec<Point> = told
        .iter()
        .map(|(_, short, d)| Point {
            label: short.clone(),
            value: d.rate(),
            band: d.interval(),
        })
        .collect();
    let caption = m.text(&b.caption);
    if told.iter().all(|(_, _, d)| d.asked() == 0) {
        return Ok(vec![nobody(m, caption)]);
    }
    let (_, scale) = &answers.scales[0];
    let table = Table {
        caption: format!("{caption}{}", m.say("（数据）", " (figures)")),
        head: head(m, m.say("期间", "Period"), &scale.levels),
        rows: told
            .iter()
            .map(|(name, _, d)| row(name.clone(), d))
            .collect(),
        none: m.say("没有。", "None.").to_owned(),
        ..Table::default()
    };
    let mut blocks = Vec::new();
    if points.iter().filter(|p| p.value.is_some()).count() > 1 {
        let alt = m.say("数据见下表。", "The table below has the figures.");
        blocks.push(Block::Chart {
            svg: chart::trend(
                &points,
                m.say(
                    "满意率（%），竖条为 95% 区间",
                    "Rate (%), bars are 95% intervals",
                ),
            ),
            alt: format!("{caption}{}{alt}", m.say("。", ". ")),
            caption,
        });
    }
    blocks.push(Block::Table(table));
    Ok(blocks)
}

fn of_period(m: &Maker<'_>, period: Period) -> Subject {
    Subject::of_period(period, m.edition.subject.cut)
}
