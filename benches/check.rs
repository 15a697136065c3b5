//! How fast a small part of a big office is loaded and judged: `cargo bench --no-default-features --bench check`.
//! `benches/compare` does it in the large, beside DuckDB.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops where its own preparation fails"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use aftercare::load::{Options, load_office};
use aftercare::pipeline::{Request, adopt, check};
use aftercare::policy::{Compiled, Packs, judge};
use aftercare::schema::Schema;
use aftercare::table::Office;
use aftercare::workspace::read_config;
use chrono::NaiveDate;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

const VISITS: usize = 20_000;
const AS_OF: NaiveDate = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();

fn main() {
    divan::main();
}

/// An office with visits to customers about repairs.
struct Set {
    folder: tempfile::TempDir,
    bytes: usize,
}

impl Set {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let office = folder.path().join("records/o");
        std::fs::create_dir_all(&office).unwrap();
        let mut bytes = 0;
        let mut put = |name: &str, text: String| {
            bytes += text.len();
            std::fs::write(office.join(name), text).unwrap();
        };
        put(
            "office.yaml",
            "name: 示例\npolicies: [residential-visit-rates]\nsince: 2025-01-01\n".into(),
        );
        put(
            "staff.csv",
            "id,name,role\nS-1,王芳,supervisor\nS-2,李强,repair_lead\n".into(),
        );
        let mut customers = "id,name,kind,phone\n".to_owned();
        let mut repairs = "id,received_at,category,completed_at\n".to_owned();
        let mut visits = "id,date,customer,staff,method,type,repair,content,opinion,satisfaction,onsite_checked,attitude_asked,fee_checked,signed_by\n".to_owned();
        for i in 0..VISITS {
            let (day, c, r) = (1 + i % 28, i % (VISITS / 10), i % (VISITS / 5));
            if i < VISITS / 10 {
                writeln!(customers, "C-{i:06},业主{i},owner,138{i:08}").unwrap();
            }
            if i < VISITS / 5 {
                writeln!(
                    repairs,
                    "R-{i:06},2025-03-{day:02} 09:00,leak,2025-03-{day:02} 15:30"
                )
                .unwrap();
            }
            writeln!(visits, "V-{i:06},2025-04-{day:02} 10:15,C-{c:06},S-{},onsite,repair,R-{r:06},了解维修质量,无,satisfied,是,是,是,业主{c}", 1 + i % 2).unwrap();
        }
        put("customers.csv", customers);
        put("repairs.csv", repairs);
        put("visits.csv", visits);
        Self { folder, bytes }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn load(&self, everything: bool) -> (Office, Compiled) {
        let schema = Arc::new(Schema::embedded().unwrap());
        let packs = Packs::embedded().unwrap_or_else(|f| panic!("{}", f.message.en));
        let folder = self.root().join("records/o");
        let config = read_config(self.root(), &folder).unwrap();
        let compiled =
            adopt(&config, &packs, &schema, &[]).unwrap_or_else(|f| panic!("{}", f.message.en));
        let mut options = Options::wanted(Arc::clone(&schema), AS_OF);
        if everything {
            options = Options::all(Arc::clone(&schema), AS_OF);
        } else {
            compiled.wanted(&schema, &mut |k, f, value| options.want(k, f, value));
        }
        (
            load_office(self.root(), "o", &folder, config, &options).0,
            compiled,
        )
    }
}

/// CSV into tables, references into rows, `core/*` judged; with the fields that the rules need, or all.
#[divan::bench(args = [false, true])]
fn load(bencher: Bencher<'_, '_>, everything: bool) {
    let set = Set::new();
    bencher
        .counter(BytesCount::new(set.bytes))
        .bench_local(|| set.load(everything));
}

/// The rules of one policy.
#[divan::bench]
fn rules(bencher: Bencher<'_, '_>) {
    let (office, compiled) = Set::new().load(false);
    bencher
        .counter(ItemsCount::new(VISITS))
        .bench_local(|| judge(&office, &compiled));
}

/// Everything that `check` does.
#[divan::bench]
fn whole(bencher: Bencher<'_, '_>) {
    let set = Set::new();
    let request = Request {
        root: set.root().to_path_buf(),
        as_of: AS_OF,
        offices: vec![],
        policies: vec![],
        everything: false,
    };
    bencher
        .counter(BytesCount::new(set.bytes))
        .bench_local(|| check(&request).map(|c| c.summary).ok());
}

/// Ids looked up one by one.
#[divan::bench]
fn ids(bencher: Bencher<'_, '_>) {
    let (office, _) = Set::new().load(false);
    let kind = office.schema.kind("repairs").unwrap();
    let ids: Vec<String> = (0..VISITS / 5).map(|i| format!("R-{i:06}")).collect();
    bencher.counter(ItemsCount::new(ids.len())).bench_local(|| {
        ids.iter()
            .filter(|id| office.row_of(kind, id).is_some())
            .count()
    });
}
