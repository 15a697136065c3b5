//! `history/late-entry`: records that claim an earlier day than the commit that brought them.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::audit::{About, Ask, finding};
use crate::finding::{Finding, Severity};
use crate::policy::compile::{Body, Compiled, Span};
use crate::policy::context::Context;
use crate::schema::FieldId;
use crate::table::{Audit, Office, Row};
use crate::text::Bilingual;

impl Ask<'_> {
    /// Records that claim to have been recorded on a day on which no commit had them yet.
    pub(super) fn late(&mut self, office: &Office, compiled: &Compiled, number: u32) {
        let cx = Context::new(office, compiled);
        let mut seen = BTreeSet::new();
        for rule in &compiled.rules {
            let (Some(kind), Body::Within(w)) = (rule.each, &rule.body) else {
                continue;
            };
            // A rule that allows no day asks for a record on the day itself.
            let (Some(field), Span::Days(0), None) = (w.field, &w.once.span, &w.by) else {
                continue;
            };
            for row in 0..u32::try_from(office.table(kind).len()).unwrap_or(0) {
                let claimed = office.moment(kind, row, field);
                let id = office.record_id(kind, row);
                if !claimed.is_present() || id.is_empty() || seen.contains(&(kind, row)) {
                    continue;
                }
                let view = cx.view(rule, (kind, row));
                let asked = rule.when.as_ref().is_none_or(|e| view.holds(e));
                if !asked || !cx.in_force_of(rule, (kind, row)) {
                    continue;
                }
                let Some(way) = self.way(number, kind, id) else {
                    continue;
                };
                let Some(first) = way.first else {
                    self.untold += u64::from(self.trail.walk.shallow);
                    seen.insert((kind, row));
                    continue;
                };
                let claimed = claimed.date();
                let came = self.day(first, office.config.timezone);
                if self.is_late(office.config.audit, claimed, came) {
                    seen.insert((kind, row));
                    let about = About { office, kind, id };
                    let finding = self.late_entry(about, row, field, claimed, first);
                    self.tell(office, finding);
                }
            }
        }
    }

    fn is_late(&self, audit: Audit, claimed: NaiveDate, came: NaiveDate) -> bool {
        let last = claimed.checked_add_days(Days::new(u64::from(audit.grace_days)));
        audit.from.is_none_or(|from| claimed >= from) && last.is_some_and(|last| came > last)
    }

    fn late_entry(
        &self,
        about: About<'_>,
        row: Row,
        field: FieldId,
        claimed: NaiveDate,
        first: usize,
    ) -> Finding {
        let zone = about.office.config.timezone;
        let k = about.office.schema.get(about.kind);
        let (label, id) = (&k.label, about.id);
        let by = self.named(first, zone);
        let late = (self.day(first, zone) - claimed).num_days();
        let said = &k.get(field).label;
        let message = Bilingual::new(
            format!(
                "{}「{id}」的{}写的是 {claimed}，{late} 天后才进入仓库（{}）",
                label.zh, said.zh, by.0
            ),
            format!(
                "{} `{id}` says {claimed} ({}), but came into the repository {late} days later ({})",
                label.en, said.en, by.1
            ),
        );
        let help = Bilingual::new(
            "当天记录、当天提交；确是补记的，照实写记录时间。历史从某天起才作准的，在 office.yaml 的 audit 里写 from；允许晚几天的，写 grace_days。",
            "Record and commit on the day; where it was written up later, say so in the record. In office.yaml `audit` sets from which day the history counts (from) and how many days an entry may be late (grace_days).",
        );
        let place = about.office.place(about.kind, row, Some(field));
        Finding {
            field: Some(k.get(field).name.clone()),
            severity: Severity::Warning,
            ..finding("late-entry", about, place, message, help)
        }
    }
}
