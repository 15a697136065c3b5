//! Facts → pages: what each template of `templates/site/` sees.

use serde::Serialize;

use super::facts::{Counts, Facts, Rule, Satisfaction};
use super::library::{Document, Shelf};
use super::{due, findings_as};

use crate::document::{Recipe, words};
use crate::finding::{Finding, Severity};
use crate::pipeline::Checked;
use crate::report::FORMATS;
use crate::text::Lang;

/// How many findings an office's own page shows.
const SHOWN: usize = 12;
/// How many documents of a report it shows.
const LATEST: usize = 8;

/// What every page has.
#[derive(Serialize)]
pub(super) struct Page {
    title: String,
    lang: &'static str,
    root: String,
    as_of: String,
    crumbs: Vec<(String, String)>,
}

pub(super) fn page(
    lang: Lang,
    path: &str,
    title: &str,
    as_of: chrono::NaiveDate,
    crumbs: Vec<(String, String)>,
) -> Page {
    Page {
        title: title.to_owned(),
        lang: lang.pick("zh", "en"),
        root: "../".repeat(path.matches('/').count()),
        as_of: words::date(as_of, lang),
        crumbs,
    }
}

/// Every page; `shelves` holds the reports of all offices together.
///
/// # Errors
/// What cannot be written as JSON.
pub fn all(
    checked: &Checked,
    offices: &[Facts<'_>],
    shelves: &dyn Fn(Lang) -> Vec<Shelf>,
    commit: Option<&str>,
) -> Result<Vec<Recipe>, serde_json::Error> {
    let mut pages = Vec::new();
    let alone = offices.len() == 1;
    if !alone && !offices.is_empty() {
        pages.push(group(checked, offices, shelves, commit)?);
    }
    for facts in offices {
        let above = !alone;
        if alone {
            pages.push(office(facts, "index.html", above, commit)?);
        }
        if !facts.office.id.is_empty() {
            pages.push(office(facts, &facts.path("index.html"), above, None)?);
        }
        pages.push(findings(facts, above)?);
        pages.extend(due::recipes(facts, above)?);
        for format in FORMATS.iter().filter(|f| PUBLISHED.contains(&f.name)) {
            pages.push(Recipe::verbatim(
                facts.path(&format!("findings.{}", format.name)),
                findings_as(format, checked, facts.office, &facts.findings),
            ));
        }
        for shelf in &facts.library.forms {
            pages.push(list(facts, shelf, above)?);
        }
    }
    Ok(pages)
}

/// The formats for programs in which an office's findings lie beside their page.
const PUBLISHED: [&str; 2] = ["json", "sarif"];

#[derive(Serialize)]
struct Group {
    #[serde(flatten)]
    page: Page,
    summary: crate::pipeline::Summary,
    commit: Option<String>,
    offices: Vec<GroupRow>,
    due_days: u32,
    reports: Vec<Shelf>,
}

#[derive(Serialize)]
struct GroupRow {
    name: String,
    href: String,
    counts: Counts,
    satisfaction: Satisfaction,
    latest: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    label: String,
    href: String,
}

fn group(
    checked: &Checked,
    offices: &[Facts<'_>],
    shelves: &dyn Fn(Lang) -> Vec<Shelf>,
    commit: Option<&str>,
) -> Result<Recipe, serde_json::Error> {
    // A group speaks Chinese unless all its offices speak English.
    let lang = if offices.iter().all(|f| f.lang() == Lang::En) {
        Lang::En
    } else {
        Lang::Zh
    };
    let as_of = offices
        .first()
        .map_or(chrono::NaiveDate::MIN, |f| f.office.as_of);
    let rows = offices.iter().map(|f| GroupRow {
        name: f.office.config.name.clone(),
        href: f.path("index.html"),
        counts: f.counts,
        satisfaction: Satisfaction {
            chart: String::new(),
            months: Vec::new(),
            ..f.satisfaction.clone()
        },
        latest: f
            .library
            .reports
            .iter()
            .filter_map(|s| latest(f, s))
            .collect(),
    });
    let title = lang.pick("回访与维修服务台账", "Aftercare");
    let context = Group {
        page: page(lang, "index.html", title, as_of, Vec::new()),
        summary: checked.summary,
        commit: commit.map(str::to_owned),
        offices: rows.collect(),
        due_days: offices.first().map_or(0, |f| f.due_days),
        reports: shelves(lang),
    };
    Recipe::html("index.html", "site/index.html", &context)
}

/// The latest document of a report, as the index names it.
fn latest(f: &Facts<'_>, shelf: &Shelf) -> Option<Link> {
    let document = shelf.documents.first()?;
    let (_, ending) = document.formats.first()?;
    Some(Link {
        label: format!("{} {}", shelf.title, document.name),
        href: f.path(&format!("{}/{}.{ending}", shelf.folder, document.name)),
    })
}

#[derive(Serialize)]
struct OfficePage<'a> {
    #[serde(flatten)]
    page: Page,
    /// From this page to the office's folder.
    home: String,
    commit: Option<String>,
    name: &'a str,
    address: String,
    phone: String,
    counts: Counts,
    records: usize,
    policies: &'a [String],
    findings: Vec<Shown<'a>>,
    more: usize,
    due_days: u32,
    due: Vec<DueDay<'a>>,
    satisfaction: &'a Satisfaction,
    reports: Vec<Shelf>,
    forms: Vec<Shelf>,
}

#[derive(Serialize)]
struct DueDay<'a> {
    day: String,
    items: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    rule: &'a str,
    title: String,
    policy: String,
    severity: &'static str,
    waived: bool,
    message: &'a str,
    help: &'a str,
    clause: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    excerpt: &'a str,
    record: Option<&'a str>,
    period: Option<&'a str>,
    due: String,
    page: Option<String>,
    related: Vec<(String, String)>,
}

fn shown<'a>(f: &'a Facts<'_>, finding: &'a Finding) -> Shown<'a> {
    let lang = f.lang();
    let Rule { title, policy } = f.rules.get(&finding.rule).cloned().unwrap_or_default();
    let record = finding.kind.as_ref().zip(finding.record.as_ref());
    Shown {
        rule: &finding.rule,
        title,
        policy,
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        waived: finding.waived,
        message: finding.message.get(lang),
        help: finding.help.get(lang),
        clause: &finding.clause,
        file: &finding.place.file,
        line: finding.place.line,
        column: finding.place.column,
        excerpt: &finding.place.excerpt,
        record: finding.record.as_deref(),
        period: finding.period.as_deref(),
        due: finding.due.map(|d| d.to_string()).unwrap_or_default(),
        page: record.and_then(|(k, r)| f.library.pages.get(&format!("{k}/{r}")).cloned()),
        related: finding
            .related
            .iter()
            .map(|r| {
                (
                    format!("{}:{}", r.place.file, r.place.line),
                    r.message.get(lang).to_owned(),
                )
            })
            .collect(),
    }
}

/// Errors first, waived ones last; else in the order of the files.
fn by_weight<'a>(f: &'a Facts<'_>) -> Vec<&'a Finding> {
    let mut all: Vec<&Finding> = f.findings.iter().collect();
    all.sort_by_key(|x| (x.waived, x.severity));
    all
}

pub(super) fn crumbs(f: &Facts<'_>, path: &str, above: bool) -> Vec<(String, String)> {
    let up = "../".repeat(path.matches('/').count());
    let mut crumbs = Vec::new();
    if above {
        let label = f.lang().pick("全部单位", "All offices").to_owned();
        crumbs.push((label, format!("{up}index.html")));
    }
    let own = f.path("index.html");
    if path != own && path != "index.html" {
        crumbs.push((f.office.config.name.clone(), format!("{up}{own}")));
    }
    crumbs
}

fn office(
    f: &Facts<'_>,
    path: &str,
    above: bool,
    commit: Option<&str>,
) -> Result<Recipe, serde_json::Error> {
    let lang = f.lang();
    let all = by_weight(f);
    let open: Vec<&Finding> = all.into_iter().filter(|x| !x.waived).collect();
    let mut due: Vec<DueDay<'_>> = Vec::new();
    for finding in &f.due {
        let day = finding
            .due
            .map(|d| words::date(d, lang))
            .unwrap_or_default();
        if due.last().is_none_or(|d| d.day != day) {
            due.push(DueDay {
                day,
                items: Vec::new(),
            });
        }
        if let Some(last) = due.last_mut() {
            last.items.push(shown(f, finding));
        }
    }
    let shelves = |all: &[Shelf], most: usize| -> Vec<Shelf> {
        let cut = |s: &Shelf| Shelf {
            documents: s
                .documents
                .iter()
                .take(most)
                .cloned()
                .collect::<Vec<Document>>(),
            ..s.clone()
        };
        all.iter().map(cut).collect()
    };
    let config = &f.office.config;
    let own = f.path("");
    let context = OfficePage {
        page: page(
            lang,
            path,
            &config.name,
            f.office.as_of,
            crumbs(f, path, above),
        ),
        home: if path == f.path("index.html") {
            String::new()
        } else {
            own
        },
        commit: commit.map(str::to_owned),
        name: &config.name,
        address: config.address.clone(),
        phone: config.phone.clone(),
        counts: f.counts,
        records: f.records,
        policies: &f.policies,
        findings: open.iter().take(SHOWN).map(|x| shown(f, x)).collect(),
        more: open.len().saturating_sub(SHOWN),
        due_days: f.due_days,
        due,
        satisfaction: &f.satisfaction,
        reports: shelves(&f.library.reports, LATEST),
        forms: shelves(&f.library.forms, 0),
    };
    Recipe::html(path, "site/office.html", &context)
}

#[derive(Serialize)]
struct FindingsPage<'a> {
    #[serde(flatten)]
    page: Page,
    name: &'a str,
    counts: Counts,
    findings: Vec<Shown<'a>>,
    rules: Vec<(String, String, usize)>,
}

fn findings(f: &Facts<'_>, above: bool) -> Result<Recipe, serde_json::Error> {
    let lang = f.lang();
    let path = f.path("findings.html");
    let findings: Vec<Shown<'_>> = by_weight(f).into_iter().map(|x| shown(f, x)).collect();
    let mut rules: Vec<(String, String, usize)> = Vec::new();
    for s in &findings {
        match rules.iter_mut().find(|r| r.0 == s.rule) {
            Some(rule) => rule.2 += 1,
            None => rules.push((s.rule.to_owned(), s.title.clone(), 1)),
        }
    }
    rules.sort();
    let title = lang.pick("问题清单", "Findings");
    let context = FindingsPage {
        page: page(lang, &path, title, f.office.as_of, crumbs(f, &path, above)),
        name: &f.office.config.name,
        counts: f.counts,
        findings,
        rules,
    };
    Recipe::html(path, "site/findings.html", &context)
}

#[derive(Serialize)]
struct ListPage<'a> {
    #[serde(flatten)]
    page: Page,
    name: &'a str,
    shelf: &'a Shelf,
}

fn list(f: &Facts<'_>, shelf: &Shelf, above: bool) -> Result<Recipe, serde_json::Error> {
    let path = f.path(&format!("{}/index.html", shelf.folder));
    let context = ListPage {
        page: page(
            f.lang(),
            &path,
            &shelf.title,
            f.office.as_of,
            crumbs(f, &path, above),
        ),
        name: &f.office.config.name,
        shelf,
    };
    Recipe::html(path, "site/list.html", &context)
}
