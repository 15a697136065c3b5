//! `core/*` rules that need whole records: what is missing, the order of steps, acts outside employment.

use rayon::prelude::*;

use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::moment::Moment;
use crate::schema::{Act, FieldId, FieldType, Kind, KindId};
use crate::table::{Column, DANGLING, Office, Row, Table, Value};
use crate::text::Bilingual;

/// A `core/*` finding.
#[expect(
    clippy::too_many_arguments,
    reason = "one for each column of a finding"
)]
pub fn finding(
    office: &Office,
    rule: &str,
    severity: Severity,
    about: (Option<String>, Option<String>),
    field: Option<String>,
    place: Place,
    message: Bilingual,
    help: Bilingual,
) -> Finding {
    let rule = format!("core/{rule}");
    let (kind, record) = about;
    let file = if record.is_none() {
        place.file.as_str()
    } else {
        ""
    };
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let fingerprint = fingerprint(&[
        &rule,
        &office.id,
        &text(&kind),
        &text(&record),
        "",
        &text(&field),
        file,
    ]);
    Finding {
        rule,
        severity,
        office: office.id.clone(),
        kind,
        record,
        field,
        place,
        message,
        help,
        fingerprint,
        ..Finding::default()
    }
}

/// A nested record without a date of its own counts when its parent does.
pub fn inherit(office: &mut Office) {
    let schema = std::sync::Arc::clone(&office.schema);
    for (kind, k) in schema.iter() {
        let Some(nesting) = k.nests_in.as_ref().filter(|_| k.own_date().is_none()) else {
            continue;
        };
        let Column::Ref(parents) =
            &office.tables[usize::from(kind.0)].columns[usize::from(nesting.field.0)]
        else {
            continue;
        };
        let parent = &office.tables[usize::from(nesting.kind.0)].live;
        let live = parents
            .iter()
            .map(|p| *p >= DANGLING || parent[*p as usize])
            .collect();
        office.tables[usize::from(kind.0)].live = live;
    }
}

/// A record's kind and id; one without an id has only a kind.
pub fn about(office: &Office, kind: KindId, row: Row) -> (Option<String>, Option<String>) {
    let id = office.record_id(kind, row);
    let name = office.schema.get(kind).name.clone();
    (Some(name), (!id.is_empty()).then(|| id.to_owned()))
}

/// All findings about whole records.
pub fn check(office: &Office) -> Vec<Finding> {
    let kinds = office.schema.iter().map(|(k, _)| Checks::new(office, k));
    let kinds: Vec<Checks<'_>> = kinds.collect();
    let pieces = kinds.par_iter().flat_map_iter(|checks| {
        let rows = u32::try_from(checks.table.len()).unwrap_or(u32::MAX);
        (0..rows.div_ceil(CHUNK)).map(move |c| (checks, c * CHUNK..rows.min((c + 1) * CHUNK)))
    });
    let found: Vec<Vec<Finding>> = pieces
        .map(|(checks, rows)| {
            let mut out = Vec::new();
            for row in rows {
                checks.missing(row, &mut out);
                checks.order(row, &mut out);
                checks.acts(row, &mut out);
                checks.signed(row, &mut out);
            }
            out
        })
        .collect();
    found.into_iter().flatten().collect()
}

const CHUNK: u32 = 16_384;

/// What is checked of a kind's records, with the columns at hand.
struct Checks<'o> {
    office: &'o Office,
    kind: KindId,
    def: &'o Kind,
    table: &'o Table,
    required: Vec<FieldId>,
    /// Chains of steps of which at least two are recorded at all.
    chains: Vec<Vec<(FieldId, &'o [Moment])>>,
    acts: Vec<Acts<'o>>,
    /// The field with the name of those whose signature it must not be.
    name: Option<FieldId>,
}

/// Who acted when, and when people came and went.
struct Acts<'o> {
    act: Act,
    who: &'o [Row],
    on: &'o [Moment],
    people: KindId,
    joined: &'o [Moment],
    left: &'o [Moment],
}

fn moments(table: &Table, field: Option<FieldId>) -> &[Moment] {
    match field.map(|f| &table.columns[usize::from(f.0)]) {
        Some(Column::Moment(v)) => v,
        _ => &[],
    }
}

/// A column's value; a column that nothing was written into is shorter.
fn at(column: &[Moment], row: Row) -> Moment {
    column.get(row as usize).copied().unwrap_or(Moment::ABSENT)
}

impl<'o> Checks<'o> {
    fn new(office: &'o Office, kind: KindId) -> Self {
        let (def, table) = (office.schema.get(kind), office.table(kind));
        let required = def.iter().filter(|(_, f)| f.required);
        let recorded = |chain: &Vec<FieldId>| {
            let steps = chain.iter().map(|f| (*f, moments(table, Some(*f))));
            steps.filter(|s| !s.1.is_empty()).collect::<Vec<_>>()
        };
        let chains = def.time_order.iter().map(recorded);
        let acts = def.acts.iter().filter_map(|a| acts(office, def, table, *a));
        Self {
            office,
            kind,
            def,
            table,
            required: required.map(|(id, _)| id).collect(),
            chains: chains.filter(|c| c.len() > 1).collect(),
            acts: acts.collect(),
            name: def
                .not_signed_by
                .and_then(|(_, person)| match def.get(person).ty {
                    FieldType::Ref(people) => office.schema.get(people).field("name"),
                    _ => None,
                }),
        }
    }

    fn is_empty(&self, row: Row, field: FieldId) -> bool {
        let i = row as usize;
        match &self.table.columns[usize::from(field.0)] {
            _ if self.def.get(field).ty == FieldType::Id => {
                self.table.ids[i].len == 0 && !waits_for_parent(self.office, self.kind, row)
            }
            Column::Present(v) => !v[i],
            Column::Moment(v) => !v[i].is_present(),
            Column::Code(v) => v[i] == 0,
            _ => self.office.value(self.kind, row, field) == Value::Absent,
        }
    }

    fn missing(&self, row: Row, out: &mut Vec<Finding>) {
        for id in &self.required {
            // A bad value is a finding of its own; it leaves the field empty too.
            if !self.is_empty(row, *id) || self.office.has_text(self.kind, row, *id) {
                continue;
            }
            let (def, field) = (self.def, self.def.get(*id));
            let (zh, en) = match self.office.record_id(self.kind, row) {
                "" => (
                    format!("这条{}", def.label.zh),
                    format!("this record of {}", def.name),
                ),
                id => (
                    format!("{}「{id}」", def.label.zh),
                    format!("{} `{id}`", def.name),
                ),
            };
            let message = Bilingual::new(
                format!("{zh}没有填{}", field.label.zh),
                format!("{en} lacks {}", field.name),
            );
            let help = Bilingual::new(
                format!("补填“{}”。", field.label.zh),
                format!("Fill in `{}`.", field.name),
            );
            out.push(self.finding("missing-field", Severity::Error, row, *id, message, help));
        }
    }

    fn order(&self, row: Row, out: &mut Vec<Finding>) {
        let strict = self.def.strict_order;
        let late = |o: std::cmp::Ordering| o.is_gt() || (strict && o.is_eq());
        for chain in &self.chains {
            for (i, (later, column)) in chain.iter().enumerate().skip(1) {
                let b = at(column, row);
                let earlier = chain[..i].iter().map(|(f, c)| (*f, at(c, row)));
                let wrong = earlier
                    .rev()
                    .find(|(_, a)| a.is_present() && b.is_present() && late(a.compare(b)));
                if let Some((first, a)) = wrong {
                    out.push(self.out_of_order(row, (first, a), (*later, b)));
                }
            }
        }
    }

    fn out_of_order(&self, row: Row, a: (FieldId, Moment), b: (FieldId, Moment)) -> Finding {
        let (zh, en) = if self.def.strict_order {
            ("不晚于", "not after")
        } else {
            ("早于", "before")
        };
        let (fa, fb) = (self.def.get(a.0), self.def.get(b.0));
        let message = Bilingual::new(
            format!("{}（{}）{zh}{}（{}）", fb.label.zh, b.1, fa.label.zh, a.1),
            format!("{} ({}) is {en} {} ({})", fb.name, b.1, fa.name, a.1),
        );
        let help = Bilingual::new(
            "核对这两个日期，改正写错的一个。",
            "Compare the two and correct the wrong one.",
        );
        self.finding("time-order", Severity::Error, row, b.0, message, help)
    }

    fn acts(&self, row: Row, out: &mut Vec<Finding>) {
        for a in &self.acts {
            let (who, on) = (a.who[row as usize], at(a.on, row));
            if who >= DANGLING || !on.is_present() {
                continue;
            }
            let (joined, left) = (at(a.joined, who), at(a.left, who));
            if joined.is_present() && on.compare(joined).is_lt() {
                out.push(self.implausible(a, row, ("入职", "joined", joined), on));
            } else if left.is_present() && on.compare(left).is_gt() {
                out.push(self.implausible(a, row, ("离职", "left", left), on));
            }
        }
    }

    fn implausible(
        &self,
        a: &Acts<'_>,
        row: Row,
        (zh, en, day): (&str, &str, Moment),
        on: Moment,
    ) -> Finding {
        let id = self.office.record_id(a.people, a.who[row as usize]);
        let field = self.def.get(a.act.who);
        let message = Bilingual::new(
            format!("{}「{id}」{day} {zh}，却在 {on} 办事", field.label.zh),
            format!("{} `{id}` {en} on {day}, yet acted on {on}", field.name),
        );
        let help = Bilingual::new("核对经办人和日期。", "Check the person and the date.");
        self.finding(
            "implausible",
            Severity::Warning,
            row,
            a.act.who,
            message,
            help,
        )
    }

    fn signed(&self, row: Row, out: &mut Vec<Finding>) {
        let Some((signature, person)) = self.def.not_signed_by else {
            return;
        };
        let (Column::Text(signed), Column::Ref(who)) = (
            &self.table.columns[usize::from(signature.0)],
            &self.table.columns[usize::from(person.0)],
        ) else {
            return;
        };
        let (signed, who) = (signed[row as usize], who[row as usize]);
        if signed.len == 0 || who >= DANGLING {
            return;
        }
        // Most signatures differ in length already, and no text is looked at.
        let office = self.office;
        if self.name_len(person, who) == Some(signed.len)
            && let Value::Text(signed) = office.value(self.kind, row, signature)
            && let Value::Ref(people, who) = office.value(self.kind, row, person)
            && let Some(name) = self.name
            && let Value::Text(own) = office.value(people, who, name)
            && signed == own
        {
            let message = Bilingual::new(
                format!("签名「{signed}」就是回访人自己"),
                format!("the signature `{signed}` is the visitor's own name"),
            );
            let help = Bilingual::new("应由被回访人签名。", "The person visited should sign.");
            out.push(self.finding(
                "implausible",
                Severity::Warning,
                row,
                signature,
                message,
                help,
            ));
        }
    }

    /// How long the name of a person is whom a field refers to.
    fn name_len(&self, person: FieldId, who: Row) -> Option<u32> {
        let FieldType::Ref(people) = self.def.get(person).ty else {
            return None;
        };
        let name = self.name?;
        match &self.office.table(people).columns[usize::from(name.0)] {
            Column::Text(names) => Some(names[who as usize].len),
            _ => None,
        }
    }

    fn finding(
        &self,
        rule: &str,
        severity: Severity,
        row: Row,
        field: FieldId,
        message: Bilingual,
        help: Bilingual,
    ) -> Finding {
        let about = about(self.office, self.kind, row);
        let name = Some(self.def.get(field).name.clone());
        let place = self.office.place(self.kind, row, Some(field));
        finding(
            self.office,
            rule,
            severity,
            about,
            name,
            place,
            message,
            help,
        )
    }
}

/// The columns of an act, where it is recorded at all.
fn acts<'o>(office: &'o Office, def: &Kind, table: &'o Table, act: Act) -> Option<Acts<'o>> {
    let FieldType::Ref(people) = def.get(act.who).ty else {
        return None;
    };
    let Column::Ref(who) = &table.columns[usize::from(act.who.0)] else {
        return None;
    };
    let (person, staff) = (office.schema.get(people), office.table(people));
    Some(Acts {
        act,
        who,
        on: moments(table, Some(act.on)),
        people,
        joined: moments(staff, person.field("joined_on")),
        left: moments(staff, person.field("left_on")),
    })
}

/// Whether a record is nested in one without an id: its own follows from that.
fn waits_for_parent(office: &Office, kind: KindId, row: Row) -> bool {
    let nesting = office.schema.get(kind).nests_in.as_ref();
    nesting.is_some_and(|n| {
        office.value(kind, row, n.field) == Value::Absent && office.has_text(kind, row, n.field)
    })
}
