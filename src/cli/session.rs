//! One run of the program: its options, where the workspace is, which day and language hold.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::common::Common;
use super::help;
use crate::document::Templates;
use crate::door;
use crate::load::moment;
use crate::pipeline::{self, Failure, Request};
use crate::policy::Packs;
use crate::report::Style;
use crate::schema::Schema;
use crate::table::OfficeConfig;
use crate::text::Lang;
use crate::workspace;

/// What a command works with.
pub(crate) struct Session<'a> {
    /// What it says goes here.
    pub out: &'a mut dyn Write,
    /// Answers to questions, where somebody sits at a terminal.
    pub input: Option<&'a mut dyn BufRead>,
    /// The options of all commands.
    pub common: Common,
    /// The language of what it says.
    pub lang: Lang,
    /// Colour, or none.
    pub style: Style,
    /// The folder that relative paths start from.
    pub here: PathBuf,
    /// The offices' office.yaml as far as they can be read; whoever judges says what is wrong with the others.
    pub offices: Vec<(String, OfficeConfig)>,
    root: Option<PathBuf>,
    #[cfg(feature = "documents")]
    now: &'a dyn Fn() -> DateTime<Utc>,
    today: NaiveDate,
}

impl<'a> Session<'a> {
    /// Finds the workspace, if there is one, and what its offices agree on.
    ///
    /// # Errors
    /// `-C` names no folder.
    pub fn open(
        common: Common,
        out: &'a mut dyn Write,
        style: Style,
        now: &'a dyn Fn() -> DateTime<Utc>,
        cwd: &Path,
    ) -> Result<Self, Failure> {
        let here = match &common.dir {
            Some(dir) => folder(cwd, dir)?,
            None => cwd.to_path_buf(),
        };
        let root = workspace::find_root(&here);
        let offices = root.as_deref().map(configs).unwrap_or_default();
        if let Some(jobs) = common.jobs {
            // Fails only where a pool is running already, and then that one serves.
            let _ = rayon::ThreadPoolBuilder::new()
                .num_threads(jobs.get())
                .build_global();
        }
        Ok(Self {
            out,
            input: None,
            lang: language(&common, &offices),
            today: today(now, &offices),
            common,
            style,
            here,
            offices,
            root,
            #[cfg(feature = "documents")]
            now,
        })
    }

    /// Looks again at what the offices agree on, and at the clock.
    #[cfg(feature = "documents")]
    pub fn renew(&mut self) {
        self.offices = self.root.as_deref().map(configs).unwrap_or_default();
        self.lang = language(&self.common, &self.offices);
        self.today = today(self.now, &self.offices);
    }

    /// Whether another day has begun than the one that holds here.
    #[cfg(feature = "documents")]
    pub fn is_of_yesterday(&self) -> bool {
        self.common.as_of.is_none() && today(self.now, &self.offices) != self.today
    }

    /// The packs inside the program, with those of the workspace if there is one.
    ///
    /// # Errors
    /// A broken pack.
    pub fn packs(&self) -> Result<Packs, Failure> {
        Ok(match &self.root {
            Some(root) => Packs::for_workspace(root, &self.schema()?)?,
            None => Packs::embedded().map_err(|f| vec![f])?,
        })
    }

    /// The templates inside the program, with those of the workspace if there is one.
    ///
    /// # Errors
    /// One that cannot be read.
    pub fn templates(&self) -> Result<Templates, Failure> {
        let mut templates = Templates::embedded();
        if let Some(root) = &self.root {
            for (path, bytes) in door::templates(root)? {
                templates.insert(path, bytes);
            }
        }
        Ok(templates)
    }

    /// The kinds and fields of records.
    ///
    /// # Errors
    /// The schema that the program carries is malformed.
    pub fn schema(&self) -> Result<Arc<Schema>, Failure> {
        let schema = Schema::embedded().map_err(|m| Failure::program(m.clone(), m))?;
        Ok(Arc::new(schema))
    }

    /// Whether an office adopted a policy.
    pub fn adopts(&self, policy: &str) -> bool {
        let mut all = self.offices.iter().flat_map(|(_, c)| &c.adoptions);
        all.any(|a| a.policy == policy)
    }

    /// The workspace, if there is one.
    pub fn workspace(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// The workspace.
    ///
    /// # Errors
    /// There is none.
    pub fn root(&self) -> Result<PathBuf, Failure> {
        match &self.root {
            Some(root) => Ok(root.clone()),
            None => pipeline::root(&self.here),
        }
    }

    /// The day at whose end it is now.
    ///
    /// # Errors
    /// `--as-of` is no date.
    pub fn as_of(&self) -> Result<NaiveDate, Failure> {
        let Some(said) = &self.common.as_of else {
            return Ok(self.today);
        };
        moment(said, false, chrono_tz::Asia::Shanghai)
            .map(crate::moment::Moment::date)
            .ok_or_else(|| {
                Failure::usage(
                    format!("--as-of 的「{said}」不是一个明确的日期"),
                    format!("`{said}` of --as-of is no unambiguous date"),
                )
                .helped(
                    "年在前，如 2025-04-03、2025/4/3、20250403 或 2025年4月3日",
                    "write the year first, such as 2025-04-03, 2025/4/3 or 20250403",
                )
            })
    }

    /// What the pipeline is asked, by the common options.
    ///
    /// # Errors
    /// No workspace, or a wrong `--as-of`.
    pub fn request(&self, everything: bool) -> Result<Request, Failure> {
        Ok(Request {
            root: self.root()?,
            as_of: self.as_of()?,
            offices: self.common.office.clone(),
            policies: self.common.policy.clone(),
            everything,
        })
    }
}

fn language(common: &Common, offices: &[(String, OfficeConfig)]) -> Lang {
    match &common.lang {
        Some(said) => help::lang(Some(said)),
        None => agreed(offices.iter().map(|(_, c)| c.lang)).unwrap_or_default(),
    }
}

fn today(now: &dyn Fn() -> DateTime<Utc>, offices: &[(String, OfficeConfig)]) -> NaiveDate {
    let zone = agreed(offices.iter().map(|(_, c)| c.timezone));
    let zone = zone.unwrap_or(chrono_tz::Asia::Shanghai);
    now().with_timezone(&zone).date_naive()
}

fn folder(cwd: &Path, dir: &Path) -> Result<PathBuf, Failure> {
    let path = cwd.join(dir);
    if path.is_dir() {
        return Ok(path);
    }
    let shown = dir.display();
    Err(Failure::usage(
        format!("-C 的「{shown}」不是文件夹"),
        format!("`{shown}` of -C is no folder"),
    ))
}

fn configs(root: &Path) -> Vec<(String, OfficeConfig)> {
    workspace::offices(root)
        .into_iter()
        .filter_map(|(id, folder)| Some((id, workspace::read_config(root, &folder).ok()?)))
        .collect()
}

fn agreed<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|x| x == first).then_some(first)
}

#[cfg(feature = "documents")]
#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn common(args: &[&str]) -> Common {
        let command = Common::augment_args(clap::Command::new("aftercare"));
        let words = ["aftercare"].iter().chain(args);
        Common::from_arg_matches(&command.get_matches_from(words)).unwrap()
    }

    #[test]
    fn a_day_that_was_not_named_goes_on_with_the_clock() {
        let w = tempfile::tempdir().unwrap();
        let office = w.path().join("records/a/office.yaml");
        std::fs::create_dir_all(office.parent().unwrap()).unwrap();
        std::fs::write(&office, "name: 甲\npolicies: []\n").unwrap();
        let clock: Cell<DateTime<Utc>> = Cell::new("2026-03-18T15:59:00Z".parse().unwrap());
        let now = || clock.get();
        let open = |args: &[&str]| {
            let out = Box::leak(Box::new(Vec::new()));
            Session::open(common(args), out, Style::default(), &now, w.path()).unwrap()
        };
        let (mut session, mut fixed) = (open(&[]), open(&["--as-of", "2025-12-31"]));
        let day = |s: &Session<'_>| s.as_of().unwrap().to_string();
        assert_eq!(
            (day(&session), session.is_of_yesterday()),
            ("2026-03-18".into(), false)
        );
        clock.set("2026-03-18T16:01:00Z".parse().unwrap());
        assert!(session.is_of_yesterday() && !fixed.is_of_yesterday());
        assert_eq!(day(&session), "2026-03-18", "one build is of one day");
        session.renew();
        fixed.renew();
        assert_eq!(
            (day(&session), session.is_of_yesterday()),
            ("2026-03-19".into(), false)
        );
        assert_eq!(day(&fixed), "2025-12-31");
        // Where the office is, it is still the day before; and it speaks another language now.
        let text = "name: A\nlang: en\ntimezone: Europe/London\npolicies: []\n";
        std::fs::write(&office, text).unwrap();
        session.renew();
        assert_eq!(
            (day(&session), session.lang),
            ("2026-03-18".into(), Lang::En)
        );
    }
}
