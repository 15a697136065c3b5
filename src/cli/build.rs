//! `build`: check, then every prescribed document, report and page into `output/`; only what changed is made again.

use std::time::Instant;

use super::progress::Progress;
use super::session::Session;
use super::{Command, period, sink};
use crate::calendar::Period;
use crate::document::findings;
use crate::document::form::{self, Forms, Wanted};
use crate::document::redact::Redaction;
use crate::document::report;
use crate::document::site::{self, Listed};
use crate::document::{Engine, Fonts, Recipe, Templates};
use crate::finding::Severity;
use crate::found::Found;
use crate::output::{Asked, Build as Making, Disk, Made, Output, Told, workspace_key};
use crate::pipeline::{self, Checked, Failure, Request};
use crate::text::nearest;
use crate::{door, history};

/// What `build` takes.
#[derive(Default, clap::Args)]
pub(crate) struct Build {
    /// 只做这种表单，可写多次 | only this form; may be repeated
    #[arg(long, value_name = "ID")]
    form: Vec<String>,
    /// 只做这种报告，可写多次 | only this report; may be repeated
    #[arg(long, value_name = "ID")]
    report: Vec<String>,
    /// 只做这个期间的，如 2025、2025-Q1、2025-03 或 2025-W14 | only what is of this period, such as 2025, 2025-Q1, 2025-03 or 2025-W14
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// 记录有错误时退出状态为 1（文件照样做好） | end with status 1 where records have errors; everything is made all the same
    #[arg(long)]
    gate: bool,
}

impl Command for Build {
    const NAME: &'static str = "build";
    const ABOUT: &'static str = "核对记录，把规定的表单、报告和网页做进 output/；只重做有变化的 | Checks the records and makes the prescribed forms, reports and pages in output/; only what changed is made again";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare",
            "做好全部单位的文件，从 output/index.html 看起 | make everything, then open output/index.html",
        ),
        (
            "aftercare build --office cuihu --form complaint-record --period 2025-03",
            "只做翠湖三月的投诉记录表 | one office's complaint records of March",
        ),
        (
            "aftercare build --as-of 2025-12-31 --gate",
            "截至年底；记录有错误时退出状态为 1 | as of the year's end; status 1 where records have errors",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let started = Instant::now();
        let (told, made) = self.make(session)?;
        if !session.common.quiet {
            say(session, told, made)?;
            Progress::took(session.lang, started);
        }
        Ok(u8::from(self.gate && told.errors > 0))
    }
}

impl Build {
    /// Makes what is asked for, and tells nobody.
    ///
    /// # Errors
    /// Nothing could be judged, or made, or written.
    pub(super) fn make(&self, session: &mut Session<'_>) -> Result<(Told, Made), Failure> {
        let mut request = session.request(true)?;
        let scope = Scope::of(self, &request)?;
        // Pages tell whether an office is one of several: all are judged, whichever are asked for.
        request.offices.clear();
        let output = Output::open(Disk::open(&request.root.join("output"))?)?;
        let commit = history::commit(&request.root);
        let asked = format!(
            "{scope:?} {:?} {:?} {commit:?}",
            request.as_of, session.common.lang
        );
        let key = workspace_key(&request.root, &asked, output.now());
        let photos = door::Photos::of(&request.root);
        let same = || output.same_photos(|path| photos.stamp(path));
        if let Some((told, kept)) = output.unchanged(key.as_deref()).filter(|_| same()) {
            let made = Made {
                kept,
                ..Made::default()
            };
            return Ok((told, made));
        }
        let job = Job {
            scope: &scope,
            request: &request,
            commit,
            key,
        };
        job.run(&output, session)
    }
}

/// Which part of the output is asked for.
#[derive(Debug)]
struct Scope {
    offices: Vec<String>,
    policies: Vec<String>,
    forms: Vec<String>,
    reports: Vec<String>,
    period: Option<Period>,
}

impl Scope {
    fn of(build: &Build, request: &Request) -> Result<Self, Failure> {
        let period = build.period.as_deref().map(period::parse).transpose()?;
        Ok(Self {
            offices: request.offices.clone(),
            policies: request.policies.clone(),
            forms: build.form.clone(),
            reports: build.report.clone(),
            period,
        })
    }

    /// What is asked for exists.
    fn is_known(
        &self,
        checked: &Checked,
        forms: &Forms,
        templates: &Templates,
    ) -> Result<(), Failure> {
        let offices = checked.offices.iter().map(|j| j.office.id.as_str());
        let reports = templates.manifests("reports", "report.yaml");
        known("--office", &self.offices, offices)?;
        known("--form", &self.forms, forms.iter().map(|f| f.id.as_str()))?;
        known("--report", &self.reports, reports.map(|(id, _)| id))
    }

    /// Whether pages are made: they tell of everything in an office.
    fn has_pages(&self) -> bool {
        self.forms.is_empty()
            && self.reports.is_empty()
            && self.policies.is_empty()
            && self.period.is_none()
    }

    fn wants_forms(&self) -> bool {
        !self.forms.is_empty() || self.reports.is_empty()
    }

    fn wants_reports(&self) -> bool {
        !self.reports.is_empty() || self.forms.is_empty()
    }

    fn is_in(&self, office: &str) -> bool {
        self.offices.is_empty() || self.offices.iter().any(|o| o == office)
    }

    /// Whether a file is of an office that is asked for; the rest of its path then.
    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.offices.is_empty() {
            return Some(path);
        }
        let mut offices = self.offices.iter();
        offices.find_map(|o| path.strip_prefix(o.as_str())?.strip_prefix('/'))
    }

    /// Whether a file that would be made is asked for.
    fn wants(&self, path: &str) -> bool {
        // The stylesheet is every office's.
        if path.starts_with("assets/") {
            return true;
        }
        let Some(rest) = self.below(path) else {
            return false;
        };
        let Some(id) = part_after(rest, "reports") else {
            return true;
        };
        let stem = rest
            .rsplit('/')
            .next()
            .and_then(|name| name.split('.').next());
        let period = stem.and_then(Period::parse);
        (self.reports.is_empty() || self.reports.iter().any(|r| r == id))
            && self.period.is_none_or(|asked| {
                period.is_some_and(|p| asked.contains(p.last) && p.unit <= asked.unit)
            })
    }

    /// Whether a file of an earlier build is no longer due when it is not made by this one.
    fn covers(&self, path: &str) -> bool {
        if self.period.is_some() || !self.policies.is_empty() {
            return false;
        }
        let Some(rest) = self.below(path) else {
            return false;
        };
        let among = |folder, ids: &[String]| {
            part_after(rest, folder).is_some_and(|id| ids.iter().any(|i| i == id))
        };
        // The pages that list a folder's documents are made with all other pages.
        let is_list = rest.ends_with("/index.html");
        self.has_pages()
            || (!is_list && (among("forms", &self.forms) || among("reports", &self.reports)))
    }

    /// The findings of what is asked for.
    fn told(&self, checked: &Checked) -> Told {
        let office = |f: &Found| &checked.offices[usize::from(f.office)].office.id;
        let open = checked.found.iter();
        let open = open.filter(|f| !f.waived && self.is_in(office(f)));
        let mut told = Told::default();
        for finding in open {
            match finding.severity {
                Severity::Error => told.errors += 1,
                Severity::Warning => told.warnings += 1,
            }
        }
        told
    }
}

/// The part of a path that follows a folder: the form's or report's id.
fn part_after<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let mut folders = path.rsplit_once('/')?.0.split('/');
    folders.find(|p| *p == folder)?;
    folders.next()
}

/// One build, when something may have changed.
struct Job<'a> {
    scope: &'a Scope,
    request: &'a Request,
    commit: Option<String>,
    key: Option<String>,
}

impl Job<'_> {
    fn run(self, output: &Output, session: &Session<'_>) -> Result<(Told, Made), Failure> {
        let root = &self.request.root;
        let mut templates = Templates::embedded();
        for (path, bytes) in door::templates(root)? {
            templates.insert(path, bytes);
        }
        let fonts = door::fonts(root)?.into_iter().map(|(_, bytes)| bytes);
        let photos = door::Photos::of(root);
        let engine = Engine::new(&templates, Fonts::new(fonts.collect()))?
            .with_photos(move |photo| photos.read(photo));
        let mut checked = pipeline::check(self.request)?;
        for judged in &mut checked.offices {
            let config = &mut judged.office.config;
            if session.common.lang.is_some() {
                config.lang = session.lang;
            }
            let asked = &self.scope.policies;
            config
                .adoptions
                .retain(|a| asked.is_empty() || asked.contains(&a.policy));
        }
        findings::attach(&mut checked).map_err(|e| Failure::program(e.clone(), e))?;
        let progress = Progress::new(session.lang, session.common.quiet);
        let asked = Asked {
            engine: &engine,
            threads: rayon::current_num_threads(),
            as_of: self.request.as_of,
            commit: self.commit.clone(),
            covers: &|path| self.scope.covers(path),
            progress: &|_| progress.made(),
        };
        let mut making = output.build(asked)?;
        for judged in &checked.offices {
            let seen = judged.office.photos.values();
            making.saw(seen.flat_map(|s| s.tried.clone()));
        }
        self.documents(&checked, &templates, &mut making)?;
        let told = self.scope.told(&checked);
        Ok((told, making.finish(self.key, told)?))
    }

    /// Hands all recipes on as they are planned, so that few are in memory.
    fn documents(
        &self,
        checked: &Checked,
        templates: &Templates,
        making: &mut Making<'_>,
    ) -> Result<(), Failure> {
        let Some(first) = checked.offices.first() else {
            return Ok(());
        };
        let forms = Forms::compile(templates, &first.office.schema, &checked.packs)?;
        self.scope.is_known(checked, &forms, templates)?;
        let mut listed = Vec::new();
        let mut hand_on = |mut recipes: Vec<Recipe>| {
            recipes.retain(|r| self.scope.wants(&r.path));
            listed.extend(recipes.iter().map(Listed::from));
            making.add(recipes)
        };
        if self.scope.wants_forms() {
            let wanted = Wanted {
                forms: self.scope.forms.clone(),
                period: self.scope.period,
            };
            let offices = checked.offices.iter().map(|j| &j.office);
            for office in offices.filter(|o| self.scope.is_in(&o.id)) {
                let redaction = Redaction::of(office, templates);
                form::each_of_office(
                    office,
                    &forms,
                    &checked.packs,
                    &redaction,
                    &wanted,
                    &mut hand_on,
                )?;
            }
        }
        if self.scope.wants_reports() {
            let wants = |path: &str| self.scope.wants(path);
            report::each(checked, templates, &wants, &mut hand_on)?;
        }
        if self.scope.has_pages() {
            let mut pages = site::recipes(checked, templates, &listed, self.commit.as_deref())?;
            pages.retain(|r| self.scope.wants(&r.path));
            making.add(pages)?;
        } else {
            making.add(site::assets(templates))?;
        }
        Ok(())
    }
}

/// What is asked for exists.
fn known<'a>(
    option: &str,
    asked: &[String],
    all: impl Iterator<Item = &'a str>,
) -> Result<(), Failure> {
    let all: Vec<&str> = all.collect();
    let Some(id) = asked.iter().find(|id| !all.contains(&id.as_str())) else {
        return Ok(());
    };
    let unknown = Failure::usage(
        format!("{option} 的「{id}」不存在"),
        format!("`{id}` of {option} does not exist"),
    );
    let list = all.join("、");
    Err(match nearest(id, all.iter().copied()) {
        Some(near) => unknown.helped(
            format!("是不是「{near}」？"),
            format!("did you mean `{near}`?"),
        ),
        None => unknown.helped(
            format!("有这些：{list}"),
            format!("there are {}", all.join(", ")),
        ),
    })
}

/// What was made, where to look, and what the records lack.
pub(super) fn say(session: &mut Session<'_>, told: Told, made: Made) -> Result<(), Failure> {
    // A build of some offices alone makes no page of the group.
    let folder = session.root()?.join("output");
    let index = match folder.join("index.html") {
        page if page.is_file() => page,
        _ => folder,
    };
    let shown = index
        .strip_prefix(&session.here)
        .unwrap_or(&index)
        .display();
    let lang = session.lang;
    let Made {
        made,
        kept,
        removed,
    } = made;
    let first = if made == 0 && removed == 0 {
        lang.pick(
            format!("没有变化：{kept} 个文件都是最新的"),
            format!("Nothing changed: all {kept} files are up to date"),
        )
    } else {
        lang.pick(
            format!("做好了：新做 {made} 个文件，未变 {kept} 个，删去 {removed} 个"),
            format!("Done: {made} files made, {kept} unchanged, {removed} removed"),
        )
    };
    let Told { errors, warnings } = told;
    let findings = match errors + warnings {
        0 => lang.pick("记录没有问题".to_owned(), "The records are in order".to_owned()),
        n => lang.pick(
            format!("记录有 {n} 处问题：错误 {errors}，警告 {warnings}；用 aftercare check 逐条看"),
            format!("{n} findings in the records: {errors} errors, {warnings} warnings; see `aftercare check`"),
        ),
    };
    let look = lang.pick("从这里看起", "Start at");
    sink::stream(session.out, |out| {
        writeln!(out, "{first}\n{findings}\n{look}: {shown}")
    })
}
