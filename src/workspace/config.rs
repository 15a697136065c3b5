//! office.yaml → what an office has set (contract: records.md, *office.yaml*).

use std::rc::Rc;

use chrono::NaiveDate;

use super::Broken;
use super::settings::{Pairs, Reader};
use crate::load::tree::{Data, Node};
use crate::table::{Adoption, Audit, OfficeConfig, Waiver};
use crate::text::Lang;

/// The keys of office.yaml, by name and by label.
pub(super) const KEYS: [(&str, &str); 14] = [
    ("name", "单位名称"),
    ("policies", "适用制度"),
    ("timezone", "时区"),
    ("since", "启用日期"),
    ("households", "户数"),
    ("address", "地址"),
    ("phone", "电话"),
    ("form_codes", "表单编号"),
    ("collect", "合订"),
    ("audit", "稽核"),
    ("lang", "语言"),
    ("waivers", "豁免"),
    ("redact", "脱敏"),
    ("note", "备注"),
];

impl Reader<'_> {
    /// All of office.yaml.
    ///
    /// # Errors
    /// The first fault in it.
    pub(super) fn config(&self, pairs: &Pairs) -> Result<OfficeConfig, Broken> {
        let mut config = OfficeConfig::new(self.source.place(0, 1));
        let mut adopted = false;
        for (name, value) in self.entries(pairs, &KEYS)? {
            adopted |= name == "policies";
            self.entry(&mut config, name, value)?;
        }
        if config.name.is_empty() {
            return Err(self.fault(0, 1, "缺 name（单位名称）", "`name` is missing"));
        }
        if !adopted {
            return Err(self.fault(0, 1, "缺 policies（适用制度）", "`policies` is missing"));
        }
        Ok(config)
    }

    fn entry(&self, c: &mut OfficeConfig, name: &str, value: &Rc<Node>) -> Result<(), Broken> {
        match name {
            "name" => c.name = self.text(value)?.to_owned(),
            "address" => c.address = self.text(value)?.to_owned(),
            "phone" => c.phone = self.text(value)?.to_owned(),
            "collect" => c.collect = self.one_of(value, &["month", "quarter", "year", "none"])?,
            "lang" => {
                c.lang = if self.one_of(value, &["zh", "en"])? == "en" {
                    Lang::En
                } else {
                    Lang::Zh
                }
            }
            "since" => c.since = Some(self.date(value)?),
            "households" => {
                let n = crate::load::int(self.text(value)?).filter(|n| *n >= 0);
                let n = n.ok_or_else(|| {
                    self.at(
                        value,
                        "户数应是整数，如 860",
                        "`households` must be a whole number such as 860",
                    )
                })?;
                c.households = Some(n);
            }
            "timezone" => {
                let zone = self.text(value)?.parse();
                c.timezone = zone.map_err(|_| {
                    self.at(
                        value,
                        "不是 IANA 时区，如 Asia/Shanghai",
                        "no IANA time zone such as Asia/Shanghai",
                    )
                })?;
            }
            "form_codes" => {
                for (k, v) in self.map(value)? {
                    c.form_codes
                        .insert(self.text(k)?.to_owned(), self.text(v)?.to_owned());
                }
            }
            "redact" => {
                for n in self.list(value)? {
                    c.redact
                        .push(self.one_of(n, &["phone", "name", "address"])?);
                }
            }
            "policies" => {
                for n in self.list(value)? {
                    let adoption = self.adoption(n)?;
                    self.alone(&c.adoptions, &adoption, n)?;
                    c.adoptions.push(adoption);
                }
            }
            "audit" => c.audit = self.audit(value)?,
            "waivers" => {
                for n in self.list(value)? {
                    c.waivers.push(self.waiver(n)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn adoption(&self, node: &Rc<Node>) -> Result<Adoption, Broken> {
        let mut a = Adoption {
            policy: String::new(),
            place: self.source.place(node.start, node.len),
            with: Vec::new(),
            off: Vec::new(),
            from: None,
            until: None,
        };
        let none = || self.at(node, "缺制度的编号", "the policy's id is missing");
        if let Data::Scalar(..) = &node.data {
            a.policy = self.text(node)?.to_owned();
            return if a.policy.is_empty() {
                Err(none())
            } else {
                Ok(a)
            };
        }
        let known = [
            ("use", "制度"),
            ("with", "改动"),
            ("off", "停用"),
            ("from", "起"),
            ("until", "止"),
        ];
        for (key, value) in self.entries(self.map(node)?, &known)? {
            match key {
                "use" => {
                    a.policy = self.text(value)?.to_owned();
                    a.place = self.source.place(value.start, value.len);
                }
                "from" => a.from = Some(self.date(value)?),
                "until" => a.until = Some(self.date(value)?),
                "off" => {
                    for n in self.list(value)? {
                        a.off
                            .push((self.text(n)?.to_owned(), self.source.place(n.start, n.len)));
                    }
                }
                _ => {
                    for (rule, numbers) in self.map(value)? {
                        for (parameter, number) in self.map(numbers)? {
                            let place = self.source.place(parameter.start, parameter.len);
                            let names = (
                                self.text(rule)?.to_owned(),
                                self.text(parameter)?.to_owned(),
                            );
                            a.with
                                .push((names.0, names.1, self.text(number)?.to_owned(), place));
                        }
                    }
                }
            }
        }
        if a.policy.is_empty() {
            return Err(self.at(
                node,
                "缺 use（制度的编号）",
                "`use` (the policy's id) is missing",
            ));
        }
        Ok(a)
    }

    /// Only one wording of a policy is in force on a day.
    fn alone(&self, others: &[Adoption], new: &Adoption, node: &Node) -> Result<(), Broken> {
        if new.from.zip(new.until).is_some_and(|(a, b)| a > b) {
            return Err(self.at(node, "from 晚于 until", "`from` is after `until`"));
        }
        let meets = |o: &&Adoption| {
            let before = |a: Option<NaiveDate>, b: Option<NaiveDate>| {
                a.zip(b).is_some_and(|(until, from)| until < from)
            };
            o.policy == new.policy && !before(o.until, new.from) && !before(new.until, o.from)
        };
        match others.iter().find(meets) {
            None => Ok(()),
            Some(o) => Err(self.at(
                node,
                format!(
                    "「{}」在第 {} 行已经适用；改动过的制度要用 from 和 until 分开",
                    new.policy, o.place.line
                ),
                format!(
                    "`{}` is in force by line {} already; keep two wordings apart by `from` and `until`",
                    new.policy, o.place.line
                ),
            )),
        }
    }

    fn audit(&self, node: &Node) -> Result<Audit, Broken> {
        let mut audit = Audit::default();
        let known = [("from", "起"), ("grace_days", "宽限天数")];
        for (name, value) in self.entries(self.map(node)?, &known)? {
            if name == "from" {
                audit.from = Some(self.date(value)?);
            } else {
                let days = crate::load::int(self.text(value)?).and_then(|n| u32::try_from(n).ok());
                audit.grace_days = days.ok_or_else(|| {
                    self.at(
                        value,
                        "应是天数，如 3",
                        "expected a number of days such as 3",
                    )
                })?;
            }
        }
        Ok(audit)
    }

    fn waiver(&self, node: &Rc<Node>) -> Result<Waiver, Broken> {
        let mut w = Waiver {
            rule: String::new(),
            record: None,
            period: None,
            reason: None,
            by: None,
            until: None,
            place: self.source.place(node.start, 1),
        };
        let known = [
            ("rule", "条款"),
            ("record", "记录"),
            ("period", "期间"),
            ("reason", "理由"),
            ("by", "批准人"),
            ("until", "止"),
        ];
        for (name, value) in self.entries(self.map(node)?, &known)? {
            let text = self.text(value)?.to_owned();
            match name {
                "rule" => w.rule = text,
                "record" => w.record = Some(text),
                "period" => w.period = Some(text),
                "reason" => w.reason = Some(text).filter(|t| !t.is_empty()),
                "by" => w.by = Some(text).filter(|t| !t.is_empty()),
                _ => w.until = Some(self.date(value)?),
            }
        }
        if w.rule.is_empty() {
            return Err(self.at(node, "豁免要写 rule（哪一条）", "a waiver needs `rule`"));
        }
        Ok(w)
    }
}
