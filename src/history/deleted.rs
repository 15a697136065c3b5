//! `history/deleted`: records that a commit removed, and offices.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::audit::{About, Ask, bare, finding};
use super::trail::{Gone, Trail, Way, office_of};
use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::load::of_records;
use crate::pipeline::Failure;
use crate::policy::compile::Compiled;
use crate::schema::KindId;
use crate::table::Office;
use crate::text::Bilingual;

impl Ask<'_> {
    /// Records that are gone from an office.
    pub(super) fn deleted(&mut self, office: &Office, number: u32) -> Result<(), Failure> {
        let zone = office.config.timezone;
        let mut gone: Vec<(KindId, &str, &Gone)> = Vec::new();
        for ((of, kind, id), way) in sorted(self.trail) {
            let Some(g) = way.gone.as_ref().filter(|_| of == number) else {
                continue;
            };
            let counts = office
                .config
                .audit
                .from
                .is_none_or(|f| self.day(g.commit, zone) >= f);
            if counts && office.row_of(kind, id).is_none() {
                gone.push((kind, id, g));
            }
        }
        for (kind, id, g) in gone {
            let label = &office.schema.get(kind).label;
            let by = self.named(g.commit, zone);
            let message = Bilingual::new(
                format!("{}「{id}」被删去了（{}）", label.zh, by.0),
                format!("{} `{id}` was deleted ({})", label.en, by.1),
            );
            let parent = self.parent(g.commit);
            let help = Bilingual::new(
                format!(
                    "记录应当留存：用 git show {parent}:./{0} 找回；确应删去的，在 office.yaml 里写明豁免。",
                    file(&g.path)
                ),
                format!(
                    "Records are to be kept: git show {parent}:./{0} brings it back; where it had to go, waive it in office.yaml.",
                    file(&g.path)
                ),
            );
            let about = About { office, kind, id };
            let place = self.place(office, kind, id, g)?;
            let finding = Finding {
                severity: Severity::Warning,
                ..finding("deleted", about, place, message, help)
            };
            self.tell(office, finding);
        }
        Ok(())
    }

    /// The commit before one.
    fn parent(&self, commit: usize) -> String {
        let before = commit
            .checked_sub(1)
            .and_then(|at| self.trail.walk.commits.get(at));
        before.map_or_else(String::new, |c| c.id.to_hex_with_len(10).to_string())
    }

    /// Where a record stood last.
    fn place(&self, office: &Office, kind: KindId, id: &str, g: &Gone) -> Result<Place, Failure> {
        let path = file(&g.path);
        let folders = BTreeSet::from([office.id.clone()]);
        let inside = office_of(&folders, &g.path).map_or(g.path.as_str(), |f| {
            g.path[f.len()..].trim_start_matches('/')
        });
        // The folder may have had another name then.
        let short = || g.path.split_once('/').map_or(g.path.as_str(), |p| p.1);
        let of = |inside: &str| of_records(Path::new(inside), &office.schema);
        let found = match of(inside).or_else(|| of(short())) {
            Some(what) => {
                let bytes = self.repo.bytes(g.file)?;
                let zone = office.config.timezone;
                self.reading.place(&path, what, zone, bytes, (kind, id))
            }
            None => None,
        };
        Ok(found.unwrap_or_else(|| Place::whole(&path)))
    }

    /// Offices that are gone, each with all that it had.
    pub(super) fn gone_offices(&mut self, offices: &[(Office, Compiled)]) -> Result<(), Failure> {
        let Some((like, _)) = offices.first() else {
            return Ok(());
        };
        let here: BTreeSet<u32> = {
            let all = crate::workspace::offices(&self.request.root).into_iter();
            all.filter_map(|(id, _)| self.trail.offices.get(&id).copied())
                .collect()
        };
        let mut lost: BTreeMap<u32, (u64, usize, &str)> = BTreeMap::new();
        for ((of, ..), way) in sorted(self.trail) {
            if let Some(g) = way.gone.as_ref().filter(|_| !here.contains(&of)) {
                let own = lost.entry(of).or_insert((0, g.commit, g.path.as_str()));
                own.0 += 1;
                own.1 = own.1.max(g.commit);
            }
        }
        for (number, (n, commit, _)) in lost {
            let mut names = self.trail.offices.iter().filter(|(_, no)| **no == number);
            let Some((folder, _)) = names.next_back() else {
                continue;
            };
            if !self.request.offices.is_empty() && !self.request.offices.contains(folder) {
                continue;
            }
            let by = self.named(commit, like.config.timezone);
            let message = Bilingual::new(
                format!("单位「{folder}」和它的 {n} 条记录被删去了（{}）", by.0),
                format!(
                    "the office `{folder}` and its {n} records were deleted ({})",
                    by.1
                ),
            );
            let help = Bilingual::new(
                "记录应当留存：从那次提交之前找回这个文件夹。",
                "Records are to be kept: restore the folder from the commit before.",
            );
            let rule = "history/deleted".to_owned();
            self.findings.push(Finding {
                fingerprint: fingerprint(&[&rule, folder, "", "", ""]),
                rule,
                severity: Severity::Warning,
                office: folder.clone(),
                kind: None,
                record: None,
                ..bare(
                    Place::whole(&file(&format!("{folder}/office.yaml"))),
                    message,
                    help,
                )
            });
        }
        Ok(())
    }
}

/// The ways in order.
fn sorted(trail: &Trail) -> Vec<((u32, KindId, &str), &Way)> {
    let ways = trail.ways.iter().filter(|(_, w)| w.gone.is_some());
    let mut all: Vec<((u32, KindId, &str), &Way)> =
        ways.map(|(k, w)| ((k.0, k.1, &*k.2), w)).collect();
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    all
}

/// A path below the workspace.
fn file(path: &str) -> String {
    format!("records/{path}").replace("//", "/")
}
