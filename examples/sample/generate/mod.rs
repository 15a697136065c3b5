//! The sample group of offices, made from a fixed seed: every file below `records/`, and the list of faults planted in it.

mod big;
mod big_office;
mod big_rows;
mod binhu;
mod clock;
mod complaint;
mod cuihu;
mod cuihu_faults;
mod cuihu_repairs;
mod hengchang;
mod hengtai;
mod hengyue;
mod heyuan;
mod jianan;
mod jingyuan;
mod jinlan;
mod lakeside;
mod lanting;
mod lanting_faults;
mod lanting_works;
mod names;
mod office;
mod pictures;
mod planned;
mod qibo;
mod qibo_faults;
mod record;
mod repair;
mod rng;
mod ruice;
mod sheet;
mod spelling;
mod story;
mod survey;
mod tongda;
mod walk;
mod words;
mod workdays;
mod xingcheng;
mod yaml;
mod years;
mod yunqi;
mod yunqi_faults;
mod yunxin;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use aftercare::schema::Schema;

pub use big::Big;
pub use office::Planted;

/// An office, its office.yaml, and how its records are written.
type Made = (office::Office, String, Vec<sheet::Sheet>);

/// A policy, and what makes an office's year under it: with faults or without.
type Year = (&'static str, fn(bool) -> Made);

/// A policy, and what makes a year under it that is only ever in good order.
type GoodYear = (&'static str, fn() -> Made);

/// The offices made for one policy each (the bank's for two): with a few faults in `records/`, and in good order in
/// `tests/cases/ok/year-<policy>`, where nothing at all is found.
const YEARS: &[Year] = &[
    ("bank-visit", binhu::make),
    ("building-assets", hengtai::make),
    ("construction-warranty", jianan::make),
    ("fuel-station-visit", tongda::make),
    ("housing-sales-visit", jinlan::make),
    ("owner-visit-4", lanting::make),
    ("premises-upkeep", yunxin::make),
    ("private-fund-visit", hengyue::make),
    ("property-maintenance", jingyuan::make),
    ("resident-complaint", heyuan::make),
    ("sales-follow-up", hengchang::make),
    ("service-desk-duty", xingcheng::make),
    ("vendor-visit", ruice::make),
];

/// Years in good order taken from offices that are in the group for other policies.
const MORE_YEARS: &[GoodYear] = &[
    ("complaint-handling", years::complaint_handling),
    ("owner-complaint-desk", years::owner_complaint_desk),
    ("owner-visit-survey", years::owner_visit_survey),
    ("residential-visit-rates", years::residential_visit_rates),
    ("visit-centre-archive", binhu::centre_alone),
    ("warranty-period-repair", years::warranty_period_repair),
];

/// What the generator makes.
pub struct Sample {
    /// Path below `records/` and bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Path below `tests/cases/ok/` and bytes: years in good order.
    pub years: BTreeMap<String, Vec<u8>>,
    /// What `check` must find in the sample group.
    pub planted: Vec<Planted>,
}

/// Makes the sample group.
///
/// # Errors
/// The embedded schema is broken.
pub fn sample() -> Result<Sample, String> {
    let schema = Schema::embedded()?;
    let mut all = Sample {
        files: BTreeMap::new(),
        years: BTreeMap::new(),
        planted: Vec::new(),
    };
    let good = YEARS.iter().map(|(policy, make)| (*policy, make(false)));
    let more = MORE_YEARS.iter().map(|(policy, make)| (*policy, make()));
    for (policy, (office, config, sheets)) in good.chain(more) {
        let files = sheet::files(&office, &config, &sheets, &schema);
        let below = |(path, bytes)| (format!("year-{policy}/records/{path}"), bytes);
        all.years.extend(files.into_iter().map(below));
    }
    let group = [cuihu::make(), lakeside::make(), qibo::make(), yunqi::make()];
    let group = group
        .into_iter()
        .chain(YEARS.iter().map(|(_, make)| make(true)));
    for (office, config, sheets) in group {
        all.files
            .extend(sheet::files(&office, &config, &sheets, &schema));
        all.planted.extend(office.planted);
    }
    all.planted.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(all)
}

fn key(p: &Planted) -> [&str; 6] {
    [p.office, &p.rule, &p.kind, &p.record, &p.period, &p.field]
}

/// The planted faults as a table: office, rule, kind, record, period, field, why.
pub fn list(planted: &[Planted]) -> String {
    let mut out = String::from("office|rule|kind|record|period|field|waived|why\n");
    for p in planted {
        out.push_str(&key(p).map(|c| if c.is_empty() { "-" } else { c }).join("|"));
        let waived = if p.waived { "waived" } else { "-" };
        let _ = writeln!(out, "|{waived}|{}", p.why);
    }
    out
}

/// Writes files below a folder; a file that already has these bytes is left alone.
///
/// # Errors
/// A file can't be written.
pub fn write(root: &Path, files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for (path, bytes) in files {
        let file = root.join(path);
        if std::fs::read(&file).is_ok_and(|old| old == *bytes) {
            continue;
        }
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, bytes)?;
    }
    Ok(())
}
