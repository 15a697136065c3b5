//! `core/*` rules that need whole records: what is missing, the order of steps, acts outside employment.

use rayon::prelude::*;

use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::moment::Moment;
use crate::schema::{FieldId, FieldType, KindId};
use crate::table::{Column, DANGLING, Office, Row, Value};
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
        period: None,
        place,
        message,
        help,
        clause: String::new(),
        due: None,
        waived: false,
        related: Vec::new(),
        fingerprint,
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

/// All findings about whole records.
pub fn check(office: &Office) -> Vec<Finding> {
    let kinds: Vec<KindId> = office.schema.iter().map(|(k, _)| k).collect();
    let parts: Vec<Vec<Finding>> = kinds
        .par_iter()
        .flat_map_iter(|kind| {
            let rows = u32::try_from(office.table(*kind).len()).unwrap_or(u32::MAX);
            (0..rows.div_ceil(CHUNK)).map(move |c| (*kind, c * CHUNK..rows.min((c + 1) * CHUNK)))
        })
        .map(|(kind, rows)| {
            let mut out = Vec::new();
            for row in rows {
                missing(office, kind, row, &mut out);
                order(office, kind, row, &mut out);
                acts(office, kind, row, &mut out);
            }
            out
        })
        .collect();
    parts.into_iter().flatten().collect()
}

const CHUNK: u32 = 16_384;

/// A record's kind and id; one without an id has only a kind.
pub fn about(office: &Office, kind: KindId, row: Row) -> (Option<String>, Option<String>) {
    let id = office.record_id(kind, row);
    let name = office.schema.get(kind).name.clone();
    (Some(name), (!id.is_empty()).then(|| id.to_owned()))
}

fn missing(office: &Office, kind: KindId, row: Row, out: &mut Vec<Finding>) {
    let def = office.schema.get(kind);
    for (id, field) in def.iter().filter(|(_, f)| f.required) {
        let empty = if field.ty == FieldType::Id {
            office.table(kind).ids[row as usize].len == 0 && !waits_for_parent(office, kind, row)
        } else {
            office.value(kind, row, id) == Value::Absent
        };
        // A bad value is a finding of its own; it leaves the field empty too.
        if empty && !office.has_text(kind, row, id) {
            let (zh, en) = match office.record_id(kind, row) {
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
            let place = office.place(kind, row, Some(id));
            let name = Some(field.name.clone());
            out.push(finding(
                office,
                "missing-field",
                Severity::Error,
                about(office, kind, row),
                name,
                place,
                message,
                help,
            ));
        }
    }
}

/// Whether a record is nested in one without an id: its own follows from that.
fn waits_for_parent(office: &Office, kind: KindId, row: Row) -> bool {
    let nesting = office.schema.get(kind).nests_in.as_ref();
    nesting.is_some_and(|n| {
        office.value(kind, row, n.field) == Value::Absent && office.has_text(kind, row, n.field)
    })
}

fn moment(office: &Office, kind: KindId, row: Row, field: FieldId) -> Moment {
    match office.value(kind, row, field) {
        Value::Moment(m) => m,
        _ => Moment::ABSENT,
    }
}

fn order(office: &Office, kind: KindId, row: Row, out: &mut Vec<Finding>) {
    let def = office.schema.get(kind);
    let late = |o: std::cmp::Ordering| o.is_gt() || (def.strict_order && o.is_eq());
    let (zh, en) = if def.strict_order {
        ("不晚于", "not after")
    } else {
        ("早于", "before")
    };
    for chain in &def.time_order {
        for (i, later) in chain.iter().enumerate().skip(1) {
            let b = moment(office, kind, row, *later);
            let earlier = chain[..i]
                .iter()
                .map(|f| (*f, moment(office, kind, row, *f)));
            let wrong = earlier
                .rev()
                .find(|(_, a)| a.is_present() && b.is_present() && late(a.compare(b)));
            let Some((first, a)) = wrong else { continue };
            let (fa, fb) = (def.get(first), def.get(*later));
            let message = Bilingual::new(
                format!("{}（{b}）{zh}{}（{a}）", fb.label.zh, fa.label.zh),
                format!("{} ({b}) is {en} {} ({a})", fb.name, fa.name),
            );
            let help = Bilingual::new(
                "核对这两个日期，改正写错的一个。",
                "Compare the two and correct the wrong one.",
            );
            let place = office.place(kind, row, Some(*later));
            let name = Some(fb.name.clone());
            out.push(finding(
                office,
                "time-order",
                Severity::Error,
                about(office, kind, row),
                name,
                place,
                message,
                help,
            ));
        }
    }
}

fn acts(office: &Office, kind: KindId, row: Row, out: &mut Vec<Finding>) {
    let def = office.schema.get(kind);
    let mut push = |field: FieldId, message: Bilingual, help: Bilingual| {
        let place = office.place(kind, row, Some(field));
        let name = Some(def.get(field).name.clone());
        out.push(finding(
            office,
            "implausible",
            Severity::Warning,
            about(office, kind, row),
            name,
            place,
            message,
            help,
        ));
    };
    for act in &def.acts {
        let (Value::Ref(people, who), on) = (
            office.value(kind, row, act.who),
            moment(office, kind, row, act.on),
        ) else {
            continue;
        };
        let person = office.schema.get(people);
        let (Some(joined), Some(left), true) = (
            person.field("joined_on"),
            person.field("left_on"),
            on.is_present(),
        ) else {
            continue;
        };
        let (joined, left) = (
            moment(office, people, who, joined),
            moment(office, people, who, left),
        );
        let id = office.record_id(people, who);
        let early = joined.is_present() && on.compare(joined).is_lt();
        if early || (left.is_present() && on.compare(left).is_gt()) {
            let (zh, en, day) = if early {
                ("入职", "joined", joined)
            } else {
                ("离职", "left", left)
            };
            let message = Bilingual::new(
                format!(
                    "{}「{id}」{day} {zh}，却在 {on} 办事",
                    def.get(act.who).label.zh
                ),
                format!(
                    "{} `{id}` {en} on {day}, yet acted on {on}",
                    def.get(act.who).name
                ),
            );
            push(
                act.who,
                message,
                Bilingual::new("核对经办人和日期。", "Check the person and the date."),
            );
        }
    }
    if let Some((signature, person)) = def.not_signed_by
        && let Value::Ref(people, who) = office.value(kind, row, person)
        && let Some(name) = office.schema.get(people).field("name")
        && let (Value::Text(signed), Value::Text(own)) = (
            office.value(kind, row, signature),
            office.value(people, who, name),
        )
        && signed == own
    {
        let message = Bilingual::new(
            format!("签名「{signed}」就是回访人自己"),
            format!("the signature `{signed}` is the visitor's own name"),
        );
        push(
            signature,
            message,
            Bilingual::new("应由被回访人签名。", "The person visited should sign."),
        );
    }
}
