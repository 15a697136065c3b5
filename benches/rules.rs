//! What each rule of every policy costs on a big office, and on one four times as big: none may grow faster than the
//! records it looks at. `cargo bench --no-default-features --bench rules [-- VISITS]`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops where its own preparation fails"
)]
#![allow(dead_code, reason = "only the big office of the generator is used")]

#[path = "../examples/sample/generate/mod.rs"]
mod generate;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aftercare::load::{Options, load_office};
use aftercare::pipeline::adopt;
use aftercare::policy::Packs;
use aftercare::policy::context::Context;
use aftercare::policy::operator::evaluate;
use aftercare::schema::Schema;
use aftercare::workspace::{offices, read_config};

/// How many visits the smaller office has, unless the command says otherwise.
const VISITS: usize = 50_000;
/// Each rule is run so often; the fastest run counts.
const RUNS: usize = 3;

fn main() {
    let named = std::env::args().filter_map(|a| a.parse().ok()).next();
    let small = named.unwrap_or(VISITS);
    let (one, four) = (costs(small), costs(4 * small));
    println!(
        "{:50}{:>12}{:>12}{:>8}",
        "rule",
        format!("{small}, ms"),
        format!("{}, ms", 4 * small),
        "ratio"
    );
    let mut all: Vec<(&String, f64, f64)> = one
        .iter()
        .map(|(rule, a)| {
            (
                rule,
                1000.0 * a.as_secs_f64(),
                1000.0 * four[rule].as_secs_f64(),
            )
        })
        .collect();
    all.sort_by(|a, b| b.2.total_cmp(&a.2));
    for (rule, a, b) in &all {
        println!("{rule:50}{a:12.2}{b:12.2}{:8.1}", b / a.max(0.001));
    }
    let sum = |of: fn(&(&String, f64, f64)) -> f64| all.iter().map(of).sum::<f64>();
    println!(
        "{:50}{:12.1}{:12.1}",
        format!("{} rules", all.len()),
        sum(|r| r.1),
        sum(|r| r.2)
    );
}

/// Each rule's shortest time on a big office that adopted every policy.
fn costs(visits: usize) -> BTreeMap<String, Duration> {
    let folder = tempfile::tempdir().unwrap();
    let big = generate::Big {
        visits,
        ..generate::Big::new(folder.path().to_path_buf())
    };
    big.write().unwrap();
    let schema = Arc::new(Schema::embedded().unwrap());
    let packs = Packs::embedded().unwrap();
    let (id, home) = offices(folder.path()).remove(0);
    let ids: Vec<&str> = packs.ids().collect();
    let config = format!(
        "name: 示例\nsince: 2025-01-01\nhouseholds: 1000000\npolicies: [{}]\n",
        ids.join(", ")
    );
    std::fs::write(home.join("office.yaml"), config).unwrap();
    let config = read_config(folder.path(), &home).unwrap();
    let compiled = adopt(&config, &packs, &schema, &[]).unwrap();
    let options = Options::all(Arc::clone(&schema), "2026-02-01".parse().unwrap());
    let (office, _) = load_office(folder.path(), &id, &home, config, &options);
    let cx = Context::new(&office, &compiled);
    let mut costs = BTreeMap::new();
    for rule in &compiled.rules {
        let run = || {
            let start = Instant::now();
            std::hint::black_box(evaluate(rule, &cx));
            start.elapsed()
        };
        let best = (0..RUNS).map(|_| run()).min().unwrap();
        costs.insert(rule.name.clone(), best);
    }
    costs
}
