//! All offices of a workspace together: side by side, and added up.

use std::collections::BTreeMap;

use super::answers;
use super::block::{Block, Cell, Head, Row, Table};
use super::compliance::{self, figures, interval, or_dash, ranked};
use super::kept::{self, Kept};
use super::maker::{Figure, Maker, Tell, activity_figure, answer_figure};
use super::manifest::{Offices, Show, Which, Worst, WorstBy, WrittenBlock};
use super::rules::{chosen, title};
use crate::document::chart::{self, Level};
use crate::document::words;
use crate::finding::{Finding, Severity};
use crate::policy::Judgement;
use crate::statistics::{Activity, Distribution};
use crate::text::Lang;

/// The offices of an edition, each as its own report would tell of it.
pub struct Group<'a> {
    /// Them, in order.
    pub makers: Vec<Maker<'a>>,
    /// The group's language.
    pub lang: Lang,
}

impl Tell for Group<'_> {
    fn lang(&self) -> Lang {
        self.lang
    }

    fn figure(&self, name: &str) -> Result<Figure, String> {
        let unknown = || format!("there is no figure `{name}` of all offices together");
        let first = self.makers.first().ok_or_else(unknown)?;
        let (of, what) = name.split_once('.').unwrap_or((name, ""));
        let sum =
            |one: &dyn Fn(&Maker<'_>) -> u64| Figure::Count(self.makers.iter().map(one).sum());
        if let Some(flow) = first.report.flows.get(of) {
            let mut all = Activity::default();
            self.makers.iter().for_each(|m| all.add(m.activity(flow)));
            return activity_figure(&all, what).ok_or_else(unknown);
        }
        if first.report.answers.contains_key(of) {
            let all = self.answers(of)?;
            return answer_figure(&all, what).ok_or_else(unknown);
        }
        match (of, what) {
            ("offices", "count") => Ok(Figure::Count(self.makers.len() as u64)),
            ("period", _) => Ok(Figure::Text(words::period(first.period(), self.lang))),
            ("as_of", _) => Ok(Figure::Text(words::date(
                first.edition.subject.cut,
                self.lang,
            ))),
            ("findings", "errors") => Ok(sum(&|m| open(m, Severity::Error))),
            ("findings", "warnings") => Ok(sum(&|m| open(m, Severity::Warning))),
            ("findings", "waived") => Ok(sum(&|m| {
                m.edition.now.findings.iter().filter(|f| f.waived).count() as u64
            })),
            ("records", "count") => Ok(sum(&|m| records(m))),
            ("compliance", _) => {
                let all: Vec<(&Judgement, Kept)> =
                    self.makers.iter().flat_map(|m| m.kept()).copied().collect();
                kept::figure(&all, what).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }
}

/// How many findings of a level stand open at the end.
fn open(m: &Maker<'_>, level: Severity) -> u64 {
    let findings = m.edition.now.findings.iter();
    findings
        .filter(|f| !f.waived && f.severity == level)
        .count() as u64
}

/// How many records an office has, as it stood.
fn records(m: &Maker<'_>) -> u64 {
    let office = m.office();
    let kinds = office.schema.of_files();
    kinds
        .map(|(kind, _)| office.table(kind))
        .map(|t| t.live.iter().filter(|l| **l).count() as u64)
        .sum()
}

impl Group<'_> {
    fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    fn answers(&self, name: &str) -> Result<Distribution, String> {
        let mut all: Option<Distribution> = None;
        for m in &self.makers {
            let one = answers::overall(m, m.answers(name)?, &m.edition.subject);
            match &mut all {
                Some(sum) => sum.merge(&one),
                None => all = Some(one),
            }
        }
        all.ok_or_else(|| "there is no office".to_owned())
    }

    /// Makes the blocks that a manifest asks for.
    ///
    /// # Errors
    /// What is wrong in the manifest.
    pub fn blocks(&self, written: &WrittenBlock) -> Result<Vec<Block>, String> {
        match written {
            WrittenBlock::Say(sentences) => Ok(self.paragraph(sentences)?.into_iter().collect()),
            WrittenBlock::Figures(all) => Ok(vec![self.figures(all)?]),
            WrittenBlock::Offices(b) => self.offices(b),
            WrittenBlock::Compliance(_) => Ok(vec![Block::Table(self.compliance())]),
            WrittenBlock::Worst(b) => self.worst(b),
            _ => Err(
                "all offices together have no such block: only say, figures, offices, compliance and worst"
                    .to_owned(),
            ),
        }
    }

    fn offices(&self, b: &Offices) -> Result<Vec<Block>, String> {
        let caption = b.caption.get(self.lang).to_owned();
        match &b.show {
            Show::Findings => Ok(vec![Block::Table(self.findings(caption))]),
            Show::Compliance => Ok(self.kept(caption)),
            Show::Answers(name) => self.satisfied(caption, name),
            Show::Flow(name) => self.flow(caption, name),
        }
    }

    fn table(&self, caption: String, columns: Vec<Head>, rows: Vec<Row>, total: Row) -> Table {
        let mut head = vec![Head::words(self.say("单位", "Office"), 6)];
        head.extend(columns);
        let mut all = rows;
        all.push(Row {
            strong: true,
            ..total
        });
        Table {
            caption,
            head,
            rows: all,
            ..Table::default()
        }
    }

    fn name(m: &Maker<'_>) -> String {
        m.office().config.name.clone()
    }

    fn total(&self) -> String {
        self.say("合计", "Total").to_owned()
    }

    fn findings(&self, caption: String) -> Table {
        let counts = |m: &Maker<'_>| {
            let judgements = m.edition.now.judgements.iter();
            [
                records(m),
                open(m, Severity::Error),
                open(m, Severity::Warning),
                m.edition.now.findings.iter().filter(|f| f.waived).count() as u64,
                judgements.map(|j| j.tally.pending).sum(),
            ]
        };
        let all: Vec<[u64; 5]> = self.makers.iter().map(counts).collect();
        let row = |name: String, counts: [u64; 5]| {
            let cells = counts.map(|n| Cell::from(n.to_string()));
            Row::of(std::iter::once(Cell::from(name)).chain(cells))
        };
        let rows = self
            .makers
            .iter()
            .zip(&all)
            .map(|(m, c)| row(Self::name(m), *c))
            .collect();
        let sum = all.iter().fold([0; 5], |mut sum, c| {
            sum.iter_mut().zip(c).for_each(|(s, n)| *s += n);
            sum
        });
        let columns = [
            ("记录", "Records"),
            ("错误", "Errors"),
            ("警告", "Warnings"),
            ("已豁免", "Waived"),
            ("未到期", "Pending"),
        ];
        let columns = columns.map(|(zh, en)| Head::number(self.say(zh, en)));
        self.table(caption, columns.into(), rows, row(self.total(), sum))
    }

    fn kept(&self, caption: String) -> Vec<Block> {
        let sum = |m: &Maker<'_>| Kept::sum(m.kept().iter().map(|(_, k)| k));
        let all: Vec<Kept> = self.makers.iter().map(sum).collect();
        let row = |name: String, k: Kept| {
            Row::of([
                Cell::from(name),
                k.checked().to_string().into(),
                k.met.to_string().into(),
                k.missed.to_string().into(),
                k.waived.to_string().into(),
                or_dash(k.rate()).into(),
                interval(k.met, k.checked()).into(),
            ])
        };
        let lines = || self.makers.iter().map(Self::name).zip(all.iter().copied());
        let levels: Vec<Level> = lines()
            .filter(|(_, k)| k.checked() > 0)
            .map(|(name, k)| compliance::level(name, k))
            .collect();
        let number = |zh, en, width| Head {
            width,
            ..Head::number(self.say(zh, en))
        };
        let columns = vec![
            number("应查", "Checked", 2),
            number("做到", "Met", 2),
            number("未做到", "Missed", 2),
            number("其中豁免", "Waived", 2),
            number("做到率", "Rate", 2),
            number("95%区间", "95% interval", 4),
        ];
        let rows = lines().map(|(name, k)| row(name, k)).collect();
        let chart = compliance::levels_chart(self.lang, &caption, &levels);
        let named = figures(self.lang, &caption);
        let table = self.table(named, columns, rows, row(self.total(), Kept::sum(&all)));
        vec![chart, Block::Table(table)]
    }

    fn satisfied(&self, caption: String, name: &str) -> Result<Vec<Block>, String> {
        let mut all = Vec::new();
        for m in &self.makers {
            let d = answers::overall(m, m.answers(name)?, &m.edition.subject);
            all.push((Self::name(m), d));
        }
        let levels: Vec<Level> = all
            .iter()
            .filter_map(|(name, d)| {
                let (low, high) = d.interval()?;
                let rate = d.rate()?;
                Some(Level {
                    label: name.clone(),
                    value: rate.ratio(),
                    band: Some((low.ratio(), high.ratio())),
                    note: format!("{rate} (n={})", d.answered()),
                    ..Level::default()
                })
            })
            .collect();
        let dash = |t: Option<String>| Cell::from(t.unwrap_or_else(|| "—".to_owned()));
        let row = |name: &str, d: &Distribution| {
            Row::of([
                Cell::from(name),
                d.asked().to_string().into(),
                d.answered().to_string().into(),
                dash(d.response().map(|p| p.to_string())),
                dash(d.rate().map(|p| p.to_string())),
                dash(d.interval().map(|(low, high)| format!("{low}–{high}"))),
                dash(d.mean()),
            ])
        };
        let number = |zh, en, width| Head {
            width,
            ..Head::number(self.say(zh, en))
        };
        let columns = vec![
            number("调查数", "Asked", 2),
            number("作答 n", "n", 2),
            number("应答率", "Response", 2),
            number("满意率", "Rate", 2),
            number("95%区间", "95% interval", 4),
            number("均分", "Mean", 2),
        ];
        let rows = all.iter().map(|(name, d)| row(name, d)).collect();
        let total = row(&self.total(), &self.answers(name)?);
        let table = Table {
            note: answers::note(self.lang),
            ..self.table(figures(self.lang, &caption), columns, rows, total)
        };
        let mut blocks = Vec::new();
        if levels.len() > 1 {
            let unit = self.say(
                "满意率（%），横条为 95% 区间",
                "Rate (%), the bands are 95% intervals",
            );
            blocks.push(self.chart(&caption, chart::levels(&levels, &chart::percents(), unit)));
        }
        blocks.push(Block::Table(table));
        Ok(blocks)
    }

    fn chart(&self, caption: &str, svg: String) -> Block {
        let alt = self.say("。数据见下表。", ". The table below has the figures.");
        Block::Chart {
            svg,
            alt: format!("{caption}{alt}"),
            caption: caption.to_owned(),
        }
    }

    fn flow(&self, caption: String, name: &str) -> Result<Vec<Block>, String> {
        let mut all: Vec<(String, Activity)> = Vec::new();
        let mut sum = Activity::default();
        for m in &self.makers {
            let a = m.activity(m.flow(name)?);
            sum.add(a);
            all.push((Self::name(m), a));
        }
        let row = |name: &str, a: &Activity| {
            let counts = [a.received, a.done, a.open, a.overdue].map(|n| Cell::from(n.to_string()));
            let days = a.average_days().unwrap_or_else(|| "—".to_owned());
            Row::of(
                std::iter::once(Cell::from(name))
                    .chain(counts)
                    .chain([days.into()]),
            )
        };
        let columns = [
            ("收到", "Received"),
            ("办结", "Done"),
            ("未办结", "Open"),
            ("其中逾期", "Overdue"),
            ("平均办结天数", "Days to done"),
        ];
        let columns = columns.map(|(zh, en)| Head::number(self.say(zh, en)));
        let rows = all.iter().map(|(name, a)| row(name, a)).collect();
        let named = figures(self.lang, &caption);
        let table = self.table(named, columns.into(), rows, row(&self.total(), &sum));
        let most = all.iter().map(|(_, a)| a.received).max().unwrap_or(0);
        let mut blocks = Vec::new();
        if most > 0 {
            let (ceiling, ticks) = chart::counts(most);
            #[expect(clippy::cast_precision_loss, reason = "drawn")]
            let level = |(name, a): &(String, Activity)| Level {
                label: name.clone(),
                value: a.received as f64 / ceiling,
                note: a.received.to_string(),
                ..Level::default()
            };
            let levels: Vec<Level> = all
                .iter()
                .filter(|(_, a)| a.received > 0)
                .map(level)
                .collect();
            let unit = self.say("收到（件）", "Received (count)");
            blocks.push(self.chart(&caption, chart::levels(&levels, &ticks, unit)));
        }
        blocks.push(Block::Table(table));
        Ok(blocks)
    }

    /// Each rule of the group's policies, all offices added up.
    fn compliance(&self) -> Table {
        let mut all: BTreeMap<&str, (&Judgement, Kept)> = BTreeMap::new();
        for m in &self.makers {
            for (j, kept) in m.kept() {
                let entry = all.entry(&j.rule).or_insert((j, Kept::default()));
                entry.1.add(*kept);
            }
        }
        let chapters = self.makers.first().map_or_else(Vec::new, |m| {
            compliance::chapters(m.packs, self.lang, all.into_values())
        });
        compliance::table(&chapters, self.lang)
    }

    /// Where most was missed: by office, or by rule with the office that missed it most.
    fn worst(&self, b: &Worst) -> Result<Vec<Block>, String> {
        let missed: Vec<(&Maker<'_>, Vec<&Finding>)> = self
            .makers
            .iter()
            .map(|m| {
                let mut found = chosen(m, Which::New);
                found.retain(|f| !f.waived);
                (m, found)
            })
            .collect();
        let mut by_rule: BTreeMap<&str, BTreeMap<String, Vec<&Finding>>> = BTreeMap::new();
        let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
        for (m, found) in &missed {
            for f in found {
                titles.entry(&f.rule).or_insert_with(|| title(m, &f.rule));
                let offices = by_rule.entry(&f.rule).or_default();
                offices.entry(Self::name(m)).or_default().push(f);
            }
        }
        let named = |rule: &str| titles.get(rule).copied().unwrap_or_default().to_owned();
        let mut rows: Vec<(u64, Row)> = Vec::new();
        let first = match b.by {
            WorstBy::Rule => {
                for (rule, offices) in by_rule {
                    let all: usize = offices.values().map(Vec::len).sum();
                    rows.push((all as u64, self.counted(named(rule), all, ranked(offices))));
                }
                ("要求", "Rule", "最多的单位", "Offices that missed it most")
            }
            WorstBy::Office => {
                for (m, found) in missed.iter().filter(|(_, f)| !f.is_empty()) {
                    let mut rules: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
                    for f in found {
                        rules
                            .entry(title(m, &f.rule).to_owned())
                            .or_default()
                            .push(f);
                    }
                    rows.push((
                        found.len() as u64,
                        self.counted(Self::name(m), found.len(), ranked(rules)),
                    ));
                }
                ("单位", "Office", "未做到的要求", "Rules missed")
            }
            _ => return Err("`worst` of all offices together is by rule or by office".to_owned()),
        };
        rows.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
        Ok(vec![Block::Table(Table {
            caption: b.caption.get(self.lang).to_owned(),
            head: vec![
                Head::words(self.say(first.0, first.1), 6),
                Head::number(self.say("未做到", "Missed")),
                Head::words(self.say(first.2, first.3), 9),
            ],
            rows: rows.into_iter().take(b.most).map(|(_, row)| row).collect(),
            none: self.say("没有。", "None.").to_owned(),
            ..Table::default()
        })])
    }

    /// A line of a count and the three that make most of it.
    fn counted(&self, name: String, all: usize, parts: Vec<(String, Vec<&Finding>)>) -> Row {
        const TOLD: usize = 3;
        let mut told: Vec<String> = parts
            .iter()
            .take(TOLD)
            .map(|(part, found)| format!("{part} ×{}", found.len()))
            .collect();
        let left = parts.len().saturating_sub(TOLD);
        if left > 0 {
            told.push(
                self.lang
                    .pick(format!("另 {left} 项"), format!("{left} more")),
            );
        }
        Row::of([
            Cell::from(name),
            all.to_string().into(),
            told.join(self.say("；", "; ")).into(),
        ])
    }
}
