//! Gaps in what a table's records cover (hours on duty): a line for each, as a rule with `cover` finds it.

use chrono::NaiveDateTime;

use super::compile::{Compiler, Made, Names, opt};
use super::definition as def;
use super::fill::Filler;
use super::members::Row;
use super::model::Table;
use super::sheet::Entry;
use crate::document::words;
use crate::moment::Moment;
use crate::policy::compile::Cover;
use crate::policy::definition::Source;
use crate::policy::operator::cover::{Gap, uncovered};
use crate::policy::value::View;
use crate::text::Bilingual;

impl Compiler<'_> {
    pub fn gaps(&self, row: &Row, t: &def::Table, g: &def::Gaps) -> Made<(Bilingual, Cover)> {
        if t.group.is_some() || !t.order.is_empty() || t.from.is_empty() {
            return self.fault(
                row,
                "写了 gaps 的表按时间排，不能再写 group、order 或 values",
                "a table with `gaps` is in order of time, without `group`, `order` or `values`",
            );
        }
        let c = &g.cover;
        let of = self.kind(&c.of)?;
        let names = Names::of(of, None);
        let moment = |s: &Source| self.moment(s, &names);
        let condition = |s: &Source| self.condition(s, &names);
        let away = opt(c.away.as_ref(), |a| {
            let unless = opt(a.unless.as_ref(), condition)?;
            Ok((moment(&a.from)?, moment(&a.until)?, unless))
        })?;
        let cover = Cover {
            of,
            filter: opt(c.filter.as_ref(), condition)?,
            from: moment(&c.from)?,
            until: moment(&c.until)?,
            away,
        };
        Ok((g.label.clone(), cover))
    }
}

/// The gaps of a table that no line has gone past, the last first.
pub(super) struct Open<'t> {
    label: &'t str,
    cover: Option<&'t Cover>,
    gaps: Vec<Gap>,
}

impl Filler<'_> {
    /// The gaps that a sheet of this period tells of.
    pub fn open<'t>(&self, t: &'t Table, view: &View<'_>) -> Open<'t> {
        let Some((label, cover)) = t.gaps.as_deref().filter(|_| view.period.is_some()) else {
            return Open {
                label: "",
                cover: None,
                gaps: Vec::new(),
            };
        };
        let (_, mut gaps) = uncovered(cover, self.context);
        let touches = |g: &Gap| {
            let last = g.to - chrono::TimeDelta::seconds(1);
            view.period
                .is_none_or(|p| g.from.date() <= p.last && last.date() >= p.first)
        };
        gaps.retain(|g| g.from < g.to && touches(g));
        gaps.reverse();
        Open {
            label: label.get(self.lang),
            cover: Some(cover),
            gaps,
        }
    }

    /// The lines of the gaps that begin before a moment; of all that are left, without one.
    pub fn gaps_before(
        &mut self,
        open: &mut Open<'_>,
        at: Option<Moment>,
        view: &View<'_>,
    ) -> Vec<Entry> {
        let mut lines = Vec::new();
        while let Some(g) = open.gaps.last().copied() {
            if at.is_some_and(|at| {
                at.is_present() && Moment::instant(g.from).seconds() >= at.seconds()
            }) {
                break;
            }
            open.gaps.pop();
            if let Some(c) = open.cover {
                self.used.whole((c.of, g.row));
            }
            let told =
                |t: NaiveDateTime| words::brief(Moment::instant(t), false, self.lang, view.period);
            let (from, to) = (told(g.from), told(g.to));
            let length = words::length(g.to - g.from, self.lang);
            let group = self.lang.pick(
                format!("{}：{from} 至 {to}（{length}）", open.label),
                format!("{}: {from} to {to} ({length})", open.label),
            );
            lines.push(Entry::Group { group });
        }
        lines
    }
}
