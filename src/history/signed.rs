//! `history/changed-after-review`: sealed fields that a commit changed after somebody had signed.

use chrono::NaiveDate;

use super::audit::{About, Ask, finding};
use super::trail::{Change, What};
use crate::finding::Finding;
use crate::load::names;
use crate::schema::{FieldType, KindId};
use crate::table::{Office, Row};
use crate::text::{Bilingual, Lang};

impl Ask<'_> {
    /// Records whose sealed fields a commit changed that is dated after the signature.
    pub(super) fn changed(&mut self, office: &Office, number: u32) {
        for (kind, _) in office.schema.iter() {
            for row in 0..u32::try_from(office.table(kind).len()).unwrap_or(0) {
                let id = office.record_id(kind, row);
                let Some(way) = self.way(number, kind, id).filter(|w| !w.changes.is_empty()) else {
                    continue;
                };
                let Some(signed) = signed(office, kind, row) else {
                    continue;
                };
                let zone = office.config.timezone;
                let counts = |c: &&Change| {
                    let day = self.day(c.commit, zone);
                    day > signed && office.config.audit.from.is_none_or(|from| day >= from)
                };
                let after: Vec<&Change> = way.changes.iter().filter(counts).collect();
                let after = lasting(office, kind, &after);
                if let Some(first) = after.first() {
                    let about = About { office, kind, id };
                    let finding = self.changed_after(about, row, signed, &after, first);
                    self.tell(office, finding);
                }
            }
        }
    }

    fn changed_after(
        &self,
        about: About<'_>,
        row: Row,
        signed: NaiveDate,
        after: &[Lasting<'_>],
        first: &Lasting<'_>,
    ) -> Finding {
        let (office, kind) = (about.office, about.kind);
        let k = office.schema.get(kind);
        let said = |lang: Lang| {
            let one = |c: &Lasting<'_>| self.told(office, kind, c, lang);
            let all: Vec<String> = after.iter().map(one).collect();
            all.join(lang.pick("；", "; "))
        };
        let message = Bilingual::new(
            format!(
                "{}「{}」于 {signed} 签字之后又改动：{}",
                k.label.zh,
                about.id,
                said(Lang::Zh)
            ),
            format!(
                "{} `{}` was changed after it was signed on {signed}: {}",
                k.label.en,
                about.id,
                said(Lang::En)
            ),
        );
        let help = Bilingual::new(
            "改回签字时的内容；改得对的，请签字人重新审阅，并写上新的日期。",
            "Restore what was signed; where the change is right, have it reviewed again and enter the new day.",
        );
        let field = match first.what {
            What::Field(f) => Some(f),
            What::Nested(_) => None,
        };
        let place = office.place(kind, row, field);
        Finding {
            field: field.map(|f| k.get(f).name.clone()),
            ..finding("changed-after-review", about, place, message, help)
        }
    }

    /// A change in words: the field, its values, the commit.
    fn told(&self, office: &Office, kind: KindId, c: &Lasting<'_>, lang: Lang) -> String {
        let by = self.named(c.commit, office.config.timezone);
        let by = lang.pick(by.0, by.1);
        match c.what {
            What::Nested(k) => {
                let label = office.schema.get(k).label.get(lang);
                let from = short(c.from);
                lang.pick(
                    format!("{label}「{from}」改动或删去了（{by}）"),
                    format!("{label} `{from}` was changed or removed ({by})"),
                )
            }
            What::Field(f) => {
                let field = office.schema.get(kind).get(f);
                let value = |t: &str| match (&field.ty, t) {
                    (_, "") => lang.pick("空", "nothing").to_owned(),
                    (FieldType::Bool, "true") => lang.pick("是", "yes").to_owned(),
                    (FieldType::Bool, _) => lang.pick("否", "no").to_owned(),
                    (FieldType::Enum(values), code) => {
                        let own = values.iter().find(|v| v.code == code);
                        own.map_or(code, |v| v.label.get(lang)).to_owned()
                    }
                    (_, t) => short(t),
                };
                let (label, from, to) = (field.label.get(lang), value(c.from), value(c.to));
                lang.pick(
                    format!("{label}由「{from}」改为「{to}」（{by}）"),
                    format!("{label} from `{from}` to `{to}` ({by})"),
                )
            }
        }
    }
}

/// The first day on which somebody signed a record, or what it is nested in.
fn signed(office: &Office, kind: KindId, row: Row) -> Option<NaiveDate> {
    let k = office.schema.get(kind);
    let own = k.signed_on.iter().map(|f| office.moment(kind, row, *f));
    let own = own.filter(|m| m.is_present()).map(|m| m.date()).min();
    own.or_else(|| {
        let nesting = k.nests_in.as_ref().filter(|_| k.signed_on.is_empty())?;
        let parent = office.reference(kind, row, nesting.field)?;
        signed(office, nesting.kind, parent)
    })
}

/// A change that was not taken back: the value that was signed, and the one that stands now.
struct Lasting<'a> {
    commit: usize,
    what: What,
    from: &'a str,
    to: &'a str,
}

fn lasting<'a>(office: &Office, kind: KindId, changes: &[&'a Change]) -> Vec<Lasting<'a>> {
    let mut all: Vec<Lasting<'a>> = Vec::new();
    for c in changes {
        let same = |l: &&mut Lasting<'_>| l.what == c.what && matches!(c.what, What::Field(_));
        match all.iter_mut().find(same) {
            Some(l) => {
                l.to = &c.to;
                l.commit = c.commit;
            }
            None => all.push(Lasting {
                commit: c.commit,
                what: c.what,
                from: &c.from,
                to: &c.to,
            }),
        }
    }
    all.retain(|l| !is_same(office, kind, l));
    all
}

/// Whether two values say the same: an id and a name may be the same person's.
fn is_same(office: &Office, kind: KindId, l: &Lasting<'_>) -> bool {
    let What::Field(field) = l.what else {
        return false;
    };
    let FieldType::Ref(to) = office.schema.get(kind).get(field).ty else {
        return l.from == l.to;
    };
    let names = names(office, to);
    let row = |t: &str| {
        let by_name = || {
            names
                .get(t)
                .filter(|rows| rows.len() == 1)
                .and_then(|r| r.first().copied())
        };
        office.row_of(to, t).or_else(by_name)
    };
    l.from == l.to || row(l.from).is_some_and(|a| row(l.to) == Some(a))
}

const SHOWN: usize = 40;

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
