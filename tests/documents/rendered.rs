//! Forms drawn: their text as HTML and PDF, page counts, hostile strings, the same bytes twice.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use aftercare::document::{Engine, Fonts, Recipe, Templates, form};
use aftercare::text::Lang;

use crate::fixture::*;

fn engine() -> Engine {
    Engine::new(&Templates::embedded(), Fonts::new(vec![])).unwrap()
}

fn drawn(engine: &Engine, recipe: &Recipe) -> Vec<u8> {
    engine.render(recipe).unwrap_or_else(|f| panic!("{f:?}"))
}

/// A PDF's pages as text; `None` where there is no `pdftotext` (poppler-utils).
pub fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let out = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let pages = text.strip_suffix('\u{c}').unwrap_or(&text).split('\u{c}');
    Some(pages.map(str::to_owned).collect())
}

/// Text without the spaces that `pdftotext` puts between figures and Chinese, or none.
pub fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What a page says, line by line.
fn html_text(html: &str) -> String {
    let body = html.split("<main").nth(1).unwrap_or(html);
    let mut text = String::new();
    let mut inside = true;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push('\n');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

const SHEETS: [&str; 9] = [
    "owner-visit-record/V1",
    "repair-revisit/V2",
    "complaint-record/C1",
    "work-order/W1",
    "repair-application/R1",
    "survey-form/D2",
    "survey-result/G1",
    "complaint-ledger/2025-03",
    "complaint-ledger/2025-W11",
];

#[test]
fn each_form_says_the_same_as_html_and_pdf() {
    let (engine, all) = (engine(), recipes(&lanting()));
    for sheet in SHEETS {
        let name = sheet.replace('/', "-");
        let html = drawn(&engine, one(&all, &format!("{sheet}.html")));
        let html = String::from_utf8(html).unwrap();
        insta::assert_snapshot!(format!("{name}.html"), html_text(&html));
        let pdf = drawn(&engine, one(&all, &format!("{sheet}.pdf")));
        let Some(pages) = pages(&pdf) else {
            eprintln!("skipped: there is no pdftotext");
            continue;
        };
        let text = pages.join("\n--- page\n");
        let lines = text.lines().map(str::trim_end).filter(|l| !l.is_empty());
        insta::assert_snapshot!(format!("{name}.pdf"), lines.collect::<Vec<_>>().join("\n"));
        // Every value of the sheet stands on the paper.
        let mut values = Vec::new();
        texts(
            &json(one(&all, &format!("{sheet}.pdf")))["head"],
            &mut values,
        );
        let paper = dense(&text);
        for v in values {
            assert!(paper.contains(&dense(&v)), "{sheet}: {v}\n{text}");
        }
    }
}

/// A visit with an opinion, and how many pages it takes.
fn visit(opinion: &str) -> Recipe {
    let opinion = serde_json::Value::from(opinion);
    let visits =
        format!("- {{id: V1, date: 2025-03-01, staff: S1, method: phone, opinion: {opinion}}}\n");
    let office = office(&[
        ("office.yaml", "name: 甲\npolicies: [owner-visit-survey]\n"),
        ("staff.csv", "id,name,role\nS1,王芳,service_officer\n"),
        ("visits.yaml", &visits),
    ]);
    one(&recipes(&office), "V1.pdf").clone()
}

#[test]
fn a_long_opinion_flows_over_pages_and_the_head_is_repeated() {
    let engine = engine();
    let long = "希望增加晚间巡逻，地下车库入口处的地面多处开裂。".repeat(110);
    for (opinion, count) in [("一行。\n两行。\n三行。", 1), (long.as_str(), 3)] {
        let pdf = drawn(&engine, &visit(opinion));
        let Some(pages) = pages(&pdf) else {
            eprintln!("skipped: there is no pdftotext");
            return;
        };
        assert_eq!(pages.len(), count);
        let text = dense(&pages.join(""));
        assert_eq!(text.matches("第1页共").count(), 1);
        assert!(
            pages
                .iter()
                .skip(1)
                .all(|p| dense(p).starts_with("业主回访记录表（续）V1"))
        );
        let words: Vec<&str> = opinion
            .split(['，', '。', '\n'])
            .filter(|w| !w.is_empty())
            .collect();
        let last = words.last().unwrap();
        let times = |w: &str| words.iter().filter(|x| **x == w).count();
        // On each page one may be cut in two by the page's end or by the label beside it.
        assert!(text.matches(last).count() + 2 * count >= times(last) + 2);
    }
}

#[test]
fn words_longer_than_a_line_stay_in_their_cell() {
    let word = "W".repeat(300);
    let pdf = drawn(&engine(), &visit(&word));
    if let Some(pages) = pages(&pdf) {
        assert_eq!(dense(&pages[0]).matches('W').count(), 300);
        assert!(pages[0].lines().filter(|l| dense(l).contains("WW")).count() > 3);
    }
}

/// A register in English: 15 columns, a long name, a long text, and a number, a word and an amount that fit no column as it was.
#[test]
fn a_register_s_heads_numbers_and_amounts_are_not_broken() {
    let long = "water drips from the ceiling at night ".repeat(8);
    let all = recipes(&office(&[
        (
            "office.yaml",
            "name: A\nlang: en\npolicies: [owner-visit-survey]\n",
        ),
        (
            "staff.csv",
            "id,name,role\nS1,Bartholomew Higginbottom,technician\n",
        ),
        (
            "repairs.csv",
            &format!(
                "id,received_at,completed_at,assigned_to,description,outcome,fee\n\
                 R-2025-0001,2025-03-03 09:00,2025-03-04 10:30,S1,{long},tap replaced,1234567.89\n"
            ),
        ),
    ]));
    let pdf = drawn(&engine(), one(&all, "repair-order-register/2025-03.pdf"));
    let Some(pages) = pages(&pdf) else { return };
    let words: Vec<&str> = pages[0].split_whitespace().collect();
    for whole in [
        "Satisfaction",
        "Description",
        "Completed",
        "1,234,567.89",
        "Bartholomew",
    ] {
        assert!(words.contains(&whole), "{whole} is broken: {}", pages[0]);
    }
    assert!(
        pages[0].contains("3 Mar") && pages[0].contains("4 Mar"),
        "{}",
        pages[0]
    );
    assert!(pages[0].contains("Page 1 of 1"), "{}", pages[0]);
}

#[test]
fn rare_characters_of_names_are_printed() {
    let pdf = drawn(&engine(), &visit("䶮㛃玥赟𬱟"));
    if let Some(pages) = pages(&pdf) {
        assert!(dense(&pages[0]).contains("䶮㛃玥赟𬱟"));
    }
}

#[test]
fn every_form_is_drawn_blank_on_one_page() {
    let (engine, office, forms) = (engine(), lanting(), forms());
    for f in forms.iter() {
        let recipe = form::blank(&office.config, &office.schema, &forms, &packs(), f).unwrap();
        let pdf = drawn(&engine, &recipe);
        let Some(pages) = pages(&pdf) else { continue };
        assert_eq!(pages.len(), 1, "{}", f.id);
        let text = dense(&pages[0]);
        assert!(
            !text.contains("所据记录") && text.matches('√').count() <= 1,
            "{}: {text}",
            f.id
        );
        assert!(text.contains(&dense(&f.title.zh)));
    }
}

#[test]
fn a_label_in_the_head_is_said_once() {
    let (mut office, forms) = (lanting(), forms());
    office.config.lang = Lang::En;
    for f in forms.iter() {
        let recipe = form::blank(&office.config, &office.schema, &forms, &packs(), f).unwrap();
        let sheet: serde_json::Value = serde_json::from_slice(&recipe.context).unwrap();
        for line in sheet["head"].as_array().unwrap() {
            let (label, text) = (line["label"].as_str(), line["text"].as_str());
            assert!(!text.unwrap().contains(label.unwrap()), "{}: {line}", f.id);
        }
    }
}

/// Stands at the end of a text, and nowhere else in a form.
const END: char = '鑫';

/// Every cell of a sheet that takes text, and of each table the first line, filled with more than its place holds; how many.
fn overfilled(sheet: &mut serde_json::Value) -> usize {
    let mut n = 0;
    for block in sheet["blocks"].as_array_mut().unwrap() {
        let in_grid = block["kind"] == "grid";
        let rows = block["rows"].as_array_mut().unwrap();
        let rows = rows.iter_mut().filter_map(|r| r.as_array_mut());
        for cell in rows.take(if in_grid { usize::MAX } else { 1 }).flatten() {
            let takes_text = if in_grid {
                cell["kind"] == "text" && cell["label"].is_string()
            } else {
                cell["text"].is_string() && cell["tick"].is_null()
            };
            if !takes_text {
                continue;
            }
            // In turn a text without a break, and one of many short lines.
            let text = match n % 2 {
                0 => "查看与记录一致".repeat(if in_grid { 120 } else { 50 }),
                _ => "一行\n".repeat(60),
            };
            cell["text"] = format!("{text}{END}").into();
            n += 1;
        }
    }
    n
}

#[test]
fn nothing_is_lost_of_texts_that_are_too_long_for_their_places() {
    let (engine, office, forms) = (engine(), lanting(), forms());
    for f in forms.iter() {
        let mut recipe = form::blank(&office.config, &office.schema, &forms, &packs(), f).unwrap();
        let mut sheet: serde_json::Value = serde_json::from_slice(&recipe.context).unwrap();
        let filled = overfilled(&mut sheet);
        assert!(filled > 4, "{}", f.id);
        recipe.context = serde_json::to_vec(&sheet).unwrap();
        let Some(pages) = pages(&drawn(&engine, &recipe)) else {
            return;
        };
        let found = pages.join("").matches(END).count();
        assert_eq!(found, filled, "{}", f.id);
    }
}

#[test]
fn a_line_of_sums_stands_below_what_it_sums() {
    let (engine, office, forms) = (engine(), lanting(), forms());
    let form = forms.get("settlement-sheet").unwrap();
    let blank = form::blank(&office.config, &office.schema, &forms, &packs(), form).unwrap();
    let sheet: serde_json::Value = serde_json::from_slice(&blank.context).unwrap();
    let mut apart = 0;
    for n in 26..46 {
        let mut sheet = sheet.clone();
        let blocks = sheet["blocks"].as_array_mut().unwrap();
        let table = blocks.iter_mut().find(|b| b["kind"] == "table").unwrap();
        let rows = table["rows"].as_array_mut().unwrap();
        let mut sums = rows.pop().unwrap();
        assert!(sums[1]["sum"] == true, "{sums}");
        sums[1]["text"] = "总共之数".into();
        let line = |i: usize| {
            let mut line = rows[0].clone();
            line[1]["text"] = format!("第{i}件").into();
            line
        };
        let mut filled: Vec<serde_json::Value> = (1..=n).map(line).collect();
        filled.push(sums);
        *rows = filled;
        let mut recipe = blank.clone();
        recipe.context = serde_json::to_vec(&sheet).unwrap();
        let Some(pages) = pages(&drawn(&engine, &recipe)) else {
            return;
        };
        let page = |text: &str| pages.iter().position(|p| dense(p).contains(text)).unwrap();
        assert_eq!(page("总共之数"), page(&format!("第{n}件")), "{n}");
        apart += page("总共之数");
    }
    assert!(apart > 0, "no table was long enough to reach the next page");
}

#[test]
fn an_overfull_register_goes_on_with_its_head() {
    let rows: String = (1..=120)
        .map(|i| {
            format!(
                "C{i},2025-03-{:02} 09:00,1380000{i:04},电梯故障，{}\n",
                i % 28 + 1,
                "等待时间太长".repeat(i % 7)
            )
        })
        .collect();
    let complaints = format!("id,received_at,phone,summary\n{rows}");
    let office = office(&[
        (
            "office.yaml",
            "name: 甲\npolicies: [warranty-period-repair]\n",
        ),
        ("complaints.csv", &complaints),
    ]);
    let all = recipes(&office);
    let pdf = drawn(&engine(), one(&all, "2025-03.pdf"));
    let Some(pages) = pages(&pdf) else { return };
    assert!(pages.len() > 4);
    assert!(
        pages[1..pages.len() - 1]
            .iter()
            .all(|p| dense(p).contains("受理时间"))
    );
    let text = dense(&pages.join(""));
    assert!((1..=120).all(|i| text.contains(&format!("1380000{i:04}"))));
    assert!(text.contains("（共120条）"));
}

#[test]
fn the_same_records_give_the_same_bytes_on_one_thread_and_two() {
    let (engine, all) = (engine(), recipes(&lanting()));
    let made = |threads| {
        let bytes = Mutex::new(vec![Vec::new(); all.len()]);
        engine.render_all(&all, threads, |i, r| {
            bytes.lock().unwrap()[i] = r.unwrap();
            ControlFlow::Continue(())
        });
        bytes.into_inner().unwrap()
    };
    let first = made(1);
    assert!(first == made(2));
    let fresh = self::engine();
    assert!(
        (0..all.len())
            .step_by(5)
            .all(|i| first[i] == drawn(&fresh, &all[i]))
    );
}

#[test]
fn the_records_travel_inside_under_their_own_name() {
    let (engine, all) = (engine(), recipes(&lanting()));
    let recipe = one(&all, "owner-visit-record/V1.pdf");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("V1.pdf");
    std::fs::write(&file, drawn(&engine, recipe)).unwrap();
    let run = Command::new("pdfdetach")
        .args(["-saveall", "-o"])
        .args([folder.path(), &file])
        .output();
    if run.is_err() {
        eprintln!("skipped: there is no pdfdetach");
        return;
    }
    let attached = std::fs::read_to_string(folder.path().join("records.yaml")).unwrap();
    assert_eq!(attached, recipe.attachment.as_ref().unwrap().1);
}

fn shared(path: &str) -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let named = std::env::var_os("AFTERCARE_SHARED").map(PathBuf::from);
    let found = named.unwrap_or(beside).join("data/suites").join(path);
    std::fs::read_to_string(found).ok()
}

/// Strings that mean something to typst, to HTML or to a file system, and those of public collections where present.
fn hostile() -> Vec<String> {
    let own = [
        "#panic()",
        "#read(\"/etc/passwd\")",
        "$x^2$",
        "*粗* _斜_ `码`",
        "<label> @ref",
        "= 标题",
        "\\u{41}",
        "//注",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{ 7*7 }}{% raw %}",
        "javascript:alert(1)",
        "]]></x>",
    ];
    let mut all: Vec<String> = own.iter().map(|s| (*s).to_owned()).collect();
    let more = [shared("xss-payload-list.txt"), shared("blns/blns.txt")];
    if more.iter().all(Option::is_none) {
        eprintln!("skipped: the public collections of hostile strings are not here");
    }
    for text in more.into_iter().flatten() {
        all.extend(
            text.lines()
                .filter(|l| !l.trim().is_empty())
                .map(str::to_owned),
        );
    }
    all
}

/// The name of everything that looks like a tag.
fn tag_names(html: &[u8]) -> Vec<String> {
    let html = String::from_utf8_lossy(html);
    let names = html.split('<').skip(1).map(|t| {
        let name = t.strip_prefix('/').unwrap_or(t).chars();
        name.take_while(char::is_ascii_alphanumeric).collect()
    });
    names.collect()
}

#[test]
fn hostile_strings_stay_text() {
    let strings = hostile();
    let visits: Vec<serde_json::Value> = strings
        .chunks(40)
        .enumerate()
        .map(|(i, s)| {
            serde_json::json!({"id": format!("V{i}"), "date": "2025-03-01", "staff": "S1", "method": "phone",
                "respondent": s[0], "opinion": s.join("\n")})
        })
        .collect();
    let visits = serde_json::to_string(&visits).unwrap();
    let office = office(&[
        (
            "office.yaml",
            "name: <b>甲</b> & #x\npolicies: [owner-visit-survey]\n",
        ),
        (
            "staff.yaml",
            "- {id: S1, name: '<i>王</i>', role: service_officer}\n",
        ),
        ("visits.yaml", &visits),
    ]);
    let (engine, all) = (engine(), recipes(&office));
    assert!(all.len() >= 2);
    let faults = Mutex::new(Vec::new());
    let tags = Mutex::new(std::collections::BTreeSet::new());
    engine.render_all(&all, 2, |i, made| {
        match made {
            Err(f) => faults.lock().unwrap().push(format!("{f:?}")),
            Ok(bytes) if all[i].path.ends_with(".html") => {
                tags.lock().unwrap().extend(tag_names(&bytes));
            }
            Ok(_) => {}
        }
        ControlFlow::Continue(())
    });
    assert_eq!(faults.into_inner().unwrap(), Vec::<String>::new());
    // Only what the templates themselves write.
    let tags = tags.into_inner().unwrap();
    let known = Templates::embedded();
    let own: String = known
        .iter()
        .filter(|(p, _)| p.starts_with("site/") && p.ends_with(".html"))
        .map(|(_, b)| String::from_utf8_lossy(b).into_owned())
        .collect();
    for tag in &tags {
        assert!(
            tag.is_empty() || own.contains(&format!("<{tag}")),
            "<{tag}>"
        );
    }
}
