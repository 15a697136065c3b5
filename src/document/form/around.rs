//! What stands around the grid: head, seal, copies, and in small type the policies, records and digest.

use chrono::NaiveDate;

use super::fill::{Filler, blank_day, labelled_day};
use super::make::{Maker, RECORDS, Subject};
use super::records::{Used, digest};
use super::sheet::{Attached, Line, Sheet};
use crate::document::redact::Redaction;
use crate::document::{Meta, words};
use crate::policy::expr::Expr;
use crate::policy::value::View;
use crate::table::Value;

impl<'a> Maker<'a> {
    /// The sheet, the records that it was made from, and these as YAML.
    pub fn sheet(
        &self,
        subject: Subject,
        redaction: &'a Redaction,
    ) -> (Sheet, Vec<String>, String) {
        let (sheet, used, yaml) = self.filled(subject, redaction);
        (sheet, used.names(self.office), yaml)
    }

    pub(super) fn filled(
        &self,
        subject: Subject,
        redaction: &'a Redaction,
    ) -> (Sheet, Used, String) {
        let (form, office, lang) = (self.form, self.office, self.lang());
        let view = self.view(subject);
        let mut filler = Filler::new(self.context, redaction);
        if let Some(record) = subject.record {
            filler.used.whole(record);
        }
        let parts = self.parts(&mut filler, &view, redaction);
        let blocks = filler.blocks(form, &view);
        filler.used = std::mem::take(&mut filler.used).without_findings(office);
        let copies = form
            .copies
            .as_ref()
            .map(|e| self.copies(&view, e))
            .unwrap_or_default();
        let yaml = filler.used.yaml(office);
        let number = self.number(subject);
        let code = office.config.form_codes.get(&form.id);
        let name = &office.config.name;
        let filled = subject.record.is_some() || subject.period.is_some();
        let sheet = Sheet {
            version: 1,
            form: form.id.clone(),
            key: self.key(subject),
            title: form.title.get(lang).to_owned(),
            lang: lang.pick("zh", "en"),
            office: name.clone(),
            code: code.map(|c| line(lang.pick("表单编号", "Form"), c.clone())),
            head: self.head(subject, &number),
            number,
            landscape: form.landscape,
            intro: form.intro.as_ref().map(|t| t.get(lang).to_owned()),
            blocks,
            remark: form.remark.as_ref().map(|t| t.get(lang).to_owned()),
            seal: form.seal.then(|| {
                let words = lang.pick(format!("{name}（盖章）"), format!("{name} (seal)"));
                [words, blank_day(lang).to_owned()]
            }),
            foot: self.foot(subject, &filler, &yaml),
            page: lang
                .pick(["第 ", " 页 共 ", " 页"], ["Page ", " of ", ""])
                .map(str::to_owned),
            copies,
            signed: lang.pick("据记录：", "on record: ").to_owned(),
            continued: lang.pick("（续）", " (continued)").to_owned(),
            attachment: filled.then(|| Attached {
                name: RECORDS.to_owned(),
                description: lang
                    .pick("本表所据的记录", "The records that this form was made from")
                    .to_owned(),
            }),
            photos: filler.shown.len(),
            shown: std::mem::take(&mut filler.shown),
            parts,
        };
        (sheet, filler.used, yaml)
    }

    /// The form and the record or period: no two sheets have both.
    fn key(&self, s: Subject) -> String {
        let record = s
            .record
            .map(|(k, r)| self.office.record_id(k, r).to_owned());
        let period = s.period.map(|p| p.to_string());
        let parts = std::iter::once(self.form.id.clone())
            .chain(record)
            .chain(period);
        parts.collect::<Vec<_>>().join("/")
    }

    fn copies(&self, view: &View<'a>, e: &Expr) -> Vec<String> {
        let Value::List(parts) = view.value(e) else {
            return Vec::new();
        };
        let mark = |part: &str| {
            let plain = part.strip_suffix('联').unwrap_or(part);
            self.lang()
                .pick(format!("{plain}联"), format!("Copy: {part}"))
        };
        parts.split('\u{1f}').map(mark).collect()
    }

    fn head(&self, s: Subject, number: &str) -> Vec<Line> {
        let lang = self.lang();
        let mut head = vec![line(
            lang.pick("单位", "Office"),
            self.office.config.name.clone(),
        )];
        if self.form.each.is_some() {
            head.push(line(lang.pick("编号", "No."), number.to_owned()));
        }
        if self.form.per.is_empty() {
            let date = self
                .date(s)
                .map_or_else(String::new, |d| words::date(d, lang));
            let date = if date.is_empty() {
                labelled_day(lang).to_owned()
            } else {
                date
            };
            head.push(line(lang.pick("日期", "Date"), date));
        } else {
            let period = s
                .period
                .map_or_else(String::new, |p| words::period(p, lang));
            head.push(line(lang.pick("期间", "Period"), period));
        }
        head
    }

    fn foot(&self, s: Subject, filler: &Filler<'a>, yaml: &str) -> Vec<Line> {
        let lang = self.lang();
        let mut foot = Vec::new();
        let answers = self.answers(s);
        if !answers.is_empty() {
            foot.push(line(lang.pick("依据", "Policy"), answers));
        }
        if s.record.is_some() || s.period.is_some() {
            let told = filler.used.told(self.office);
            foot.push(line(lang.pick("所据记录", "Records"), told));
            foot.push(line(
                lang.pick("记录摘要 SHA-256", "Digest SHA-256"),
                digest(yaml),
            ));
        }
        foot
    }

    /// The adopted policies that prescribe the form, each with the clause that it answers.
    fn answers(&self, s: Subject) -> String {
        let lang = self.lang();
        let day = self.date(s);
        let mut told: Vec<String> = Vec::new();
        for a in &self.office.config.adoptions {
            let in_force =
                day.is_none_or(|d| a.from.is_none_or(|f| d >= f) && a.until.is_none_or(|u| d <= u));
            let Some(pack) = self
                .packs
                .get(&a.policy)
                .filter(|p| in_force && p.forms.contains(&self.form.id))
            else {
                continue;
            };
            let title = pack.title.get(lang);
            let clause = self.form.answers.get(&pack.id).map_or("", String::as_str);
            let text = lang.pick(format!("《{title}》{clause}"), format!("{title} {clause}"));
            if !told.contains(&text) {
                told.push(text);
            }
        }
        told.join(lang.pick("；", "; "))
    }

    pub fn meta(&self, sheet: &Sheet, date: NaiveDate) -> Meta {
        let number = Some(sheet.number.as_str()).filter(|n| !n.is_empty());
        Meta {
            title: std::iter::once(sheet.title.as_str())
                .chain(number)
                .collect::<Vec<_>>()
                .join(" "),
            author: sheet.office.clone(),
            lang: self.lang(),
            date,
        }
    }
}

fn line(label: &str, text: String) -> Line {
    Line {
        label: label.to_owned(),
        text,
    }
}
