//! `check --since REV`: the findings that a change brought, and what it loosened.

use super::baseline;
use crate::history::{Repo, Revision, Since, Stood, brought, loosened};
use crate::pipeline::{self, Checked, Failure, Request};
use crate::text::Bilingual;
use crate::workspace;

/// The revision that is compared with.
pub(super) struct Earlier {
    repo: Repo,
    revision: Revision,
}

impl Earlier {
    /// Finds the revision.
    ///
    /// # Errors
    /// No repository, or no such revision in it.
    pub(super) fn find(request: &Request, written: &str) -> Result<Self, Failure> {
        let repo = Repo::of(&request.root)?;
        let revision = repo.revision(written)?;
        Ok(Self { repo, revision })
    }

    /// Judges the files of then, and leaves only what is new of what was found now.
    ///
    /// # Errors
    /// The revision's files cannot be read or written aside.
    pub(super) fn compare(self, request: &Request, now: &mut Checked) -> Result<Since, Failure> {
        let folder = self.repo.aside(&self.revision)?;
        let mut since = Since {
            revision: self.revision,
            loosened: Vec::new(),
            unjudged: None,
        };
        let mut offices = workspace::offices(folder.path());
        let asked = |id: &String| request.offices.is_empty() || request.offices.contains(id);
        offices.retain(|(id, _)| asked(id));
        if offices.is_empty() {
            // Before there was anything nothing was wrong.
            return Ok(since);
        }
        let then = pipeline::check_aside(&Request {
            root: folder.path().to_path_buf(),
            offices: offices.into_iter().map(|(id, _)| id).collect(),
            // A policy that is asked for now need not have been adopted then.
            policies: Vec::new(),
            ..request.clone()
        });
        match then {
            Err(failure) => since.unjudged = Some(why(&failure)),
            Ok(then) => {
                let mut before = stood(&then);
                for judged in &then.offices {
                    let found = self.repo.photos(&since.revision, &judged.office)?;
                    before.extend(found.into_iter().map(Stood::from));
                }
                let kept = brought(&stood(now), &before);
                now.found.keep(&kept);
                baseline::recount(now);
                since.loosened = loosened(&then, now, &request.policies, &request.offices);
            }
        }
        Ok(since)
    }
}

fn stood(checked: &Checked) -> Vec<Stood> {
    let told = checked.found.told(&checked.offices, checked.found.iter());
    told.map(Stood::from).collect()
}

fn why(failure: &Failure) -> Bilingual {
    let at = failure.place.as_ref().map_or_else(String::new, |p| {
        format!("{}:{}:{}: ", p.file, p.line, p.column)
    });
    let said = &failure.message;
    Bilingual::new(format!("{at}{}", said.zh), format!("{at}{}", said.en))
}
