//! Figures and reports of small offices, computed by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::iter_over_hash_type,
    reason = "a test stops where its own preparation fails, and says what it skips"
)]

use std::path::Path;

use aftercare::calendar::Period;
use aftercare::pipeline::{self, Checked, Request};
use aftercare::statistics::*;
use aftercare::table::Office;

/// Writes files below `records/` and checks them.
fn office(folder: &Path, files: &[(&str, &str)], as_of: &str) -> Checked {
    for (path, text) in files {
        let file = folder.join("records").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let request = Request {
        root: folder.to_path_buf(),
        as_of: as_of.parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: true,
    };
    pipeline::check(&request).unwrap_or_else(|f| panic!("{}", f.message.en))
}

const OFFICE: &str = "name: 翠湖花园物业服务处\npolicies: [complaint-handling]\n";
const STAFF: &str = "id,name,role,department,area\nS1,王芳,service_officer,客服部,东区\nS2,李强,repair_lead,工程部,西区\n";

fn small(as_of: &str) -> (tempfile::TempDir, Checked) {
    let folder = tempfile::tempdir().unwrap();
    let visits = "id,date,staff,method,type,satisfaction\n\
        V1,2025-03-03,S1,phone,repair,满意\nV2,2025-03-04,S1,phone,repair,非常满意\nV3,2025-03-05,S1,onsite,complaint,不满意\n\
        V4,2025-03-10,S1,phone,regular,\nV5,2025-03-11,S2,phone,,一般\nV6,2025-04-01,S2,phone,regular,满意\n";
    let complaints = "id,received_at,closed_at,handler,kind\n\
        C1,2025-03-03 09:00,2025-03-05,S1,service\nC2,2025-03-04,2025-03-12 10:00,S2,quality\n\
        C3,2025-03-06,,S1,service\nC4,2025-03-13,,,\n";
    let files = [
        ("a/office.yaml", OFFICE),
        ("a/staff.csv", STAFF),
        ("a/visits.csv", visits),
        ("a/complaints.csv", complaints),
    ];
    let checked = office(folder.path(), &files, as_of);
    (folder, checked)
}

fn flow(office: &Office) -> Flow {
    let written = serde_json::json!({"of": "complaints", "done": "closed_at"});
    Flow::compile(&serde_json::from_value(written).unwrap(), &office.schema).unwrap()
}

fn key(office: &Office, kind: &str, written: serde_json::Value) -> Key {
    let kind = office.schema.kind(kind).unwrap();
    Key::compile(
        &serde_json::from_value(written).unwrap(),
        kind,
        &office.schema,
    )
    .unwrap()
}

#[test]
fn what_came_in_was_done_and_is_open_in_a_week() {
    let (_folder, checked) = small("2025-12-31");
    let office = &checked.offices[0].office;
    let count = |week: &str| {
        let week = Period::parse(week).unwrap();
        flow(office).count(&office.at(week.last), week, &|row| row == 2)
    };
    let first = count("2025-W10");
    assert_eq!(
        (first.received, first.done, first.open, first.overdue),
        (3, 1, 2, 1),
        "C1 is done by Sunday, C2 and C3 are open, C3 is late"
    );
    assert_eq!(first.average_days().unwrap(), "2.0");
    let second = count("2025-W11");
    assert_eq!((second.received, second.done, second.open), (1, 1, 2));
    assert_eq!(second.average_days().unwrap(), "8.0");
    assert_eq!(count("2025-W09"), Activity::default());
}

#[test]
fn groups_follow_the_staff_list_and_what_is_not_stated_comes_last() {
    let (_folder, checked) = small("2025-03-31");
    let office = &checked.offices[0].office;
    let year = Period::parse("2025").unwrap();
    let by = key(
        office,
        "complaints",
        serde_json::json!({"by": "handler.department"}),
    );
    let groups = flow(office).by_group(office, year, &|_| false, &by);
    let told: Vec<_> = groups
        .iter()
        .map(|(g, a)| (g.label.zh.as_str(), a.received))
        .collect();
    assert_eq!(told, [("客服部", 2), ("工程部", 1), ("未填", 1)]);
}

#[test]
fn satisfaction_by_month_and_type_leaves_the_silent_out() {
    let (_folder, checked) = small("2025-12-31");
    let office = &checked.offices[0].office;
    let kind = office.schema.kind("visits").unwrap();
    let population = Population::compile(
        &serde_json::from_value(serde_json::json!({"of": "visits"})).unwrap(),
        &office.schema,
    );
    let rows = population.unwrap().rows(office, Period::parse("2025"));
    let scale =
        serde_json::json!({"field": "satisfaction", "satisfied": ["very_satisfied", "satisfied"]});
    let scale = Scale::compile(
        &serde_json::from_value(scale).unwrap(),
        kind,
        &office.schema,
    )
    .unwrap();
    let month = key(
        office,
        "visits",
        serde_json::json!({"by": "date", "per": "month"}),
    );
    let months = by_group(office, kind, &rows, &scale, &month);
    let told: Vec<_> = months
        .iter()
        .map(|(g, d)| (g.key.as_str(), d.asked(), d.answered(), d.satisfied()))
        .collect();
    assert_eq!(told, [("2025-03", 5, 4, 2), ("2025-04", 1, 1, 1)]);
    assert_eq!(months[0].1.rate(), None, "four answers are too few");
    let all = scale.count(office, kind, &rows);
    assert_eq!(all.rate().unwrap().to_string(), "60.0%");
    assert_eq!(all.response().unwrap().to_string(), "83.3%");
    assert_eq!(all.levels, [1, 2, 1, 1, 0]);
}

#[test]
fn an_office_as_of_an_earlier_day_is_the_office_loaded_on_that_day() {
    let (_folder, later) = small("2025-12-31");
    let (_folder, then) = small("2025-03-04");
    let (a, b) = (
        later.offices[0].office.at("2025-03-04".parse().unwrap()),
        &then.offices[0].office,
    );
    for (kind, k) in b.schema.iter() {
        assert_eq!(a.table(kind).live, b.table(kind).live, "{}", k.name);
        for row in 0..u32::try_from(b.table(kind).len()).unwrap() {
            for (field, f) in k.iter() {
                let (x, y) = (a.value(kind, row, field), b.value(kind, row, field));
                assert_eq!(format!("{x:?}"), format!("{y:?}"), "{} {}", k.name, f.name);
            }
        }
    }
}

#[test]
fn a_manifest_that_names_what_is_not_there_is_told_so() {
    let (_folder, checked) = small("2025-12-31");
    let schema = &checked.offices[0].office.schema;
    let fault = |json: serde_json::Value| {
        Flow::compile(&serde_json::from_value(json).unwrap(), schema).unwrap_err()
    };
    assert_eq!(
        fault(serde_json::json!({"of": "complaint"})),
        "there is no kind `complaint`; did you mean `complaints`?"
    );
    assert!(
        fault(serde_json::json!({"of": "complaints", "done": "close_at"}))
            .contains("did you mean `closed_at`?")
    );
}

#[path = "reports/kinds.rs"]
mod kinds;

mod documents {
    //! The reports and pages of small offices, as text.

    use super::*;
    use aftercare::document::{Recipe, Templates, report, site};

    pub fn context(recipe: &Recipe) -> serde_json::Value {
        serde_json::from_slice(&recipe.context).unwrap()
    }

    pub fn recipes(checked: &Checked) -> Vec<Recipe> {
        let templates = Templates::embedded();
        let fault = |f: aftercare::document::TemplateFault| panic!("{}: {}", f.at, f.message);
        let mut all = report::recipes(checked, &templates, &|_| true).unwrap_or_else(fault);
        let listed: Vec<site::Listed> = all.iter().map(Into::into).collect();
        all.extend(site::recipes(checked, &templates, &listed, None).unwrap_or_else(fault));
        all
    }

    pub fn named<'r>(all: &'r [Recipe], path: &str) -> &'r Recipe {
        all.iter().find(|r| r.path == path).unwrap_or_else(|| {
            let paths: Vec<&str> = all.iter().map(|r| r.path.as_str()).collect();
            panic!("no {path} among {paths:#?}")
        })
    }

    /// A report's context as a reader would copy it: headings, paragraphs, tables with ` | ` between cells.
    pub fn told(recipe: &Recipe) -> String {
        let doc = context(recipe);
        let mut out = format!(
            "{} {}\n",
            doc["title"].as_str().unwrap(),
            doc["edition"].as_str().unwrap()
        );
        let text = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
        for part in doc["sections"].as_array().unwrap() {
            out += &format!("\n{}\n", text(&part["heading"]));
            for b in part["blocks"].as_array().unwrap() {
                match b["kind"].as_str().unwrap() {
                    "text" => out += &format!("{}\n", text(&b["text"])),
                    "figures" => {
                        for item in b["items"].as_array().unwrap() {
                            out += &format!("{}: {}\n", text(&item["label"]), text(&item["value"]));
                        }
                    }
                    "chart" => out += &format!("[{}]\n", text(&b["caption"])),
                    _ => {
                        out += &format!("# {}\n", text(&b["caption"]));
                        let rows = b["rows"].as_array().unwrap();
                        if rows.is_empty() {
                            out += &format!("{}\n", text(&b["none"]));
                            continue;
                        }
                        let head: Vec<_> = b["head"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|h| text(&h["label"]))
                            .collect();
                        out += &format!("{}\n", head.join(" | "));
                        for row in rows {
                            let cells = row["cells"].as_array().unwrap();
                            let cells: Vec<_> = cells.iter().map(|c| text(&c["text"])).collect();
                            out += &format!("{}\n", cells.join(" | "));
                        }
                    }
                }
            }
        }
        out
    }

    #[test]
    fn a_week_as_it_stood_on_its_sunday() {
        let (_folder, checked) = small("2025-12-31");
        let all = recipes(&checked);
        insta::assert_snapshot!(told(named(&all, "a/reports/weekly/2025-W10.html")));
    }

    #[test]
    fn a_year_in_sentences_tables_and_departures() {
        let (_folder, checked) = small("2025-12-31");
        let all = recipes(&checked);
        insta::assert_snapshot!(told(named(&all, "a/reports/annual/2025.html")));
    }

    /// The first paragraphs of the annual report of an office with so many complaints, of which so many are closed.
    fn paragraphs(lang: &str, complaints: usize, closed: usize) -> String {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("name: X\nlang: {lang}\npolicies: [complaint-handling]\n");
        let mut rows = "id,received_at,closed_at\n".to_owned();
        for i in 0..complaints {
            let done = if i < closed { "2025-03-05" } else { "" };
            rows += &format!("C{i},2025-03-03,{done}\n");
        }
        let visit = "id,date,staff,method\nV1,2025-01-06,S1,phone\n";
        let files = [
            ("office.yaml", config.as_str()),
            ("staff.csv", STAFF),
            ("visits.csv", visit),
            ("complaints.csv", &rows),
        ];
        let checked = office(folder.path(), &files, "2025-12-31");
        let all = recipes(&checked);
        let doc = context(named(&all, "reports/annual/2025.html"));
        doc["sections"][0]["blocks"][2]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn sentences_are_right_for_none_one_and_many() {
        let zh = |n, closed| paragraphs("zh", n, closed);
        let en = |n, closed| paragraphs("en", n, closed);
        insta::assert_snapshot!([zh(0, 0), zh(1, 0), zh(1, 1), zh(5, 4), zh(6, 3)].join("\n"), @r"
        全年回访 1 次。全年没有收到投诉。期末没有未办结的投诉。
        全年回访 1 次。收到投诉 1 件。期末有 1 件未办结。
        全年回访 1 次。收到投诉 1 件。办结 1 件。办结平均用时 2.0 天。期末没有未办结的投诉。
        全年回访 1 次。收到投诉 5 件。办结 4 件。办结平均用时 2.0 天。期末有 1 件未办结。
        全年回访 1 次。收到投诉 6 件。办结 3 件。办结平均用时 2.0 天。期末有 3 件未办结。
        ");
        insta::assert_snapshot!([en(0, 0), en(1, 0), en(1, 1), en(5, 4), en(6, 3)].join("\n"), @r"
        One visit was made in the year. No complaint was received. None is open at the end.
        One visit was made in the year. One complaint was received. One is open at the end.
        One visit was made in the year. One complaint was received. One was closed. Closing one took 2.0 days on average. None is open at the end.
        One visit was made in the year. 5 complaints were received. 4 were closed. Closing one took 2.0 days on average. One is open at the end.
        One visit was made in the year. 6 complaints were received. 3 were closed. Closing one took 2.0 days on average. 3 are open at the end.
        ");
    }

    #[test]
    fn the_same_records_give_the_same_recipes() {
        let (_a, one) = small("2025-12-31");
        let (_b, two) = small("2025-12-31");
        let digest = |c: &Checked| {
            let digests = recipes(c)
                .into_iter()
                .map(|r| (r.path.clone(), r.digest(&[0; 32])));
            digests.collect::<Vec<_>>()
        };
        assert_eq!(digest(&one), digest(&two));
    }

    #[test]
    fn every_path_lies_in_its_place_and_pages_lead_to_documents() {
        let (_folder, checked) = small("2025-04-10");
        let all = recipes(&checked);
        let paths: Vec<&str> = all.iter().map(|r| r.path.as_str()).collect();
        for path in [
            "index.html",
            "a/index.html",
            "a/findings.html",
            "a/findings.json",
            "a/due.html",
            "a/due.ics",
            "a/due.csv",
            "a/findings.sarif",
            "assets/aftercare.css",
            "a/reports/weekly/2025-W14.pdf",
            "a/reports/satisfaction/2025.csv",
            "a/reports/satisfaction/2025.json",
        ] {
            assert!(paths.contains(&path), "{path} is missing: {paths:?}");
        }
        assert!(
            !paths.contains(&"a/reports/weekly/2025-W12.pdf"),
            "a week without records has no report"
        );
        let page = context(named(&all, "a/index.html"));
        let shelf = page["reports"]
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == "weekly")
            .unwrap();
        assert_eq!(shelf["documents"][0]["name"], "2025-W14");
        let json: serde_json::Value =
            serde_json::from_slice(&named(&all, "a/findings.json").context).unwrap();
        assert_eq!(json["version"], 1);
        assert_eq!(
            json["findings"].as_array().unwrap().len(),
            checked.found.len()
        );
    }

    #[test]
    fn the_search_list_knows_numbers_names_and_where_a_record_stands() {
        let (_folder, checked) = small("2025-12-31");
        let all = recipes(&checked);
        let script = String::from_utf8_lossy(&named(&all, "a/records.js").context).into_owned();
        let json = script
            .strip_prefix("aftercareRecords(")
            .unwrap()
            .trim_end()
            .strip_suffix(");")
            .unwrap();
        let kinds: serde_json::Value = serde_json::from_str(json).unwrap();
        let complaints = kinds
            .as_array()
            .unwrap()
            .iter()
            .find(|k| k["kind"] == "投诉")
            .unwrap();
        assert_eq!(
            complaints["rows"][0],
            serde_json::json!(["C1", "王芳", "records/a/complaints.csv:2"])
        );
    }

    #[test]
    fn published_pages_hide_what_the_office_asks_to_hide_and_print_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let config = "name: X\npolicies: [complaint-handling]\nredact: [phone, name]\n";
        let complaints = "id,received_at,complainant,phone,summary,handler,severity\n\
            C1,2025-03-03,欧阳修远,13812345678,欧阳修远来电 13812345678 称楼道灯坏,S1,轻微\n";
        let files = [
            ("office.yaml", config),
            ("staff.csv", STAFF),
            ("complaints.csv", complaints),
        ];
        let checked = office(folder.path(), &files, "2025-12-31");
        let all = recipes(&checked);
        for recipe in &all {
            let text = String::from_utf8_lossy(&recipe.context);
            let secret = ["欧阳修远", "13812345678", "王芳"]
                .iter()
                .find(|s| text.contains(**s));
            if recipe.path.ends_with(".pdf") {
                continue;
            }
            assert_eq!(secret, None, "{}", recipe.path);
        }
        let printed = String::from_utf8_lossy(&named(&all, "reports/annual/2025.pdf").context);
        assert!(printed.contains("欧阳修远来电 13812345678"));
    }

    #[test]
    fn every_report_and_page_can_be_made_in_both_languages_of_an_empty_office() {
        for lang in ["zh", "en"] {
            let folder = tempfile::tempdir().unwrap();
            let config = format!("name: X\nlang: {lang}\npolicies: [owner-visit-survey]\n");
            let checked = office(
                folder.path(),
                &[("office.yaml", config.as_str())],
                "2025-12-31",
            );
            let all = recipes(&checked);
            assert!(all.iter().any(|r| r.path == "index.html"));
            assert!(
                all.iter()
                    .all(|r| !r.path.starts_with("reports/") || r.path.starts_with("reports/due/")),
                "nothing happened, so nothing is reported but what is to come"
            );
            let due = all.iter().find(|r| r.path.ends_with("2025-12-31.html"));
            let told = String::from_utf8_lossy(&due.unwrap().context);
            let source = told.split("\"source\":\"").nth(1).unwrap();
            let none = if lang == "zh" {
                "没有记录；"
            } else {
                "no records; "
            };
            assert!(source.starts_with(none), "{source}");
        }
    }

    /// 28 characters in a line and 22 lines on a page (GB/T 9704-2012), measured by the typesetter itself; and every
    /// report of a small office is made, in both languages, twice with the same bytes.
    #[cfg(feature = "documents")]
    mod printed {
        use super::*;
        use aftercare::document::{Engine, Fonts, Meta};
        use aftercare::text::Lang;

        const GRID: &str = r#"#import "/shared/report.typ": *
#show: report.with(json("/data.json"))
#layout(space => {
  let line(n) = measure(box("回" * n)).width
  assert(line(28) <= space.width and space.width < line(29), message: "28 characters")
  let lines(n) = measure(block(width: space.width, par(first-line-indent: 0pt, "回" * 28 * n))).height
  assert(lines(22) <= space.height and space.height < lines(23), message: "22 lines")
  assert(calc.abs(space.width - 156mm) < 0.01mm and calc.abs(space.height - 225mm) < 0.01mm, message: "156 × 225 mm")
})"#;

        fn engine() -> Engine {
            let mut templates = Templates::embedded();
            templates.insert("grid.typ", GRID.as_bytes().to_vec());
            Engine::new(&templates, Fonts::new(vec![]))
                .unwrap_or_else(|f| panic!("{} {}", f.at, f.message))
        }

        #[test]
        fn the_page_holds_the_grid_of_official_documents() {
            let date = serde_json::json!({"year": 2025, "month": 12, "day": 31});
            let data = serde_json::json!({"lang": "zh", "title": "", "edition": "", "office": "", "date": date});
            let meta = Meta {
                title: "t".into(),
                author: "o".into(),
                lang: Lang::Zh,
                date: "2025-12-31".parse().unwrap(),
            };
            let recipe = Recipe::pdf("grid.pdf", "grid.typ", &data, meta).unwrap();
            engine()
                .render(&recipe)
                .unwrap_or_else(|f| panic!("{}: {}", f.at, f.message));
        }

        /// The lines of a PDF's first page, as poppler finds them: left, top, right and how many characters.
        fn lines(pdf: &[u8]) -> Option<Vec<(f64, f64, f64, usize)>> {
            let folder = tempfile::tempdir().ok()?;
            let file = folder.path().join("grid.pdf");
            std::fs::write(&file, pdf).ok()?;
            let out = std::process::Command::new("pdftotext")
                .args(["-bbox-layout", "-l", "1"])
                .arg(&file)
                .arg("-")
                .output()
                .ok()?;
            let html = String::from_utf8(out.stdout).ok()?;
            let mut all = Vec::new();
            for line in html.split("<line ").skip(1) {
                let number = |name: &str| -> Option<f64> {
                    let (_, rest) = line.split_once(&format!("{name}=\""))?;
                    rest.split('"').next()?.parse().ok()
                };
                let (body, _) = line.split_once("</line>")?;
                let count = body.matches('回').count();
                all.push((number("xMin")?, number("yMin")?, number("xMax")?, count));
            }
            Some(all)
        }

        #[test]
        fn the_paper_itself_holds_28_characters_by_22_lines() {
            let date = serde_json::json!({"year": 2025, "month": 12, "day": 31});
            let data = serde_json::json!({"lang": "zh", "title": "", "edition": "", "office": "", "date": date});
            let mut templates = Templates::embedded();
            let page = "#import \"/shared/report.typ\": *\n#show: report.with(json(\"/data.json\"))\n#par(first-line-indent: 0pt, \"回\" * 28 * 30)";
            templates.insert("page.typ", page.as_bytes().to_vec());
            let engine = Engine::new(&templates, Fonts::new(vec![]))
                .unwrap_or_else(|f| panic!("{}", f.message));
            let meta = Meta {
                title: "t".into(),
                author: "o".into(),
                lang: Lang::Zh,
                date: "2025-12-31".parse().unwrap(),
            };
            let recipe = Recipe::pdf("page.pdf", "page.typ", &data, meta).unwrap();
            let pdf = engine
                .render(&recipe)
                .unwrap_or_else(|f| panic!("{}", f.message));
            let Some(all) = lines(&pdf) else {
                eprintln!("skipped: there is no pdftotext");
                return;
            };
            let full: Vec<_> = all.iter().filter(|l| l.3 > 0).collect();
            assert_eq!(full.len(), 22, "lines on the page: {all:?}");
            assert!(
                full.iter().all(|l| l.3 == 28),
                "characters in a line: {full:?}"
            );
            // In points: the left margin 28 mm, the text block 156 mm wide, 28.99 from line to line.
            let (first, last) = (full[0], full[21]);
            assert!((first.0 - 28.0 * 72.0 / 25.4).abs() < 0.5, "{first:?}");
            assert!(
                (first.2 - first.0 - 156.0 * 72.0 / 25.4).abs() < 1.5,
                "{first:?}"
            );
            assert!(
                ((last.1 - first.1) / 21.0 - 28.99).abs() < 0.02,
                "{first:?} {last:?}"
            );
        }

        #[test]
        fn every_report_and_page_is_made_twice_with_the_same_bytes() {
            let engine = engine();
            for lang in ["zh", "en"] {
                let folder = tempfile::tempdir().unwrap();
                let config = format!("name: X\nlang: {lang}\npolicies: [complaint-handling]\n");
                let visits = "id,date,staff,method,satisfaction\nV1,2025-03-03,S1,phone,满意\n";
                let campaigns = "id,name,collect_by\nG1,年度调查,2025-06-30\n";
                let files = [
                    ("office.yaml", config.as_str()),
                    ("staff.csv", STAFF),
                    ("visits.csv", visits),
                    ("campaigns.csv", campaigns),
                ];
                let checked = office(folder.path(), &files, "2025-12-31");
                let all = recipes(&checked);
                assert!(all.iter().any(|r| r.path == "reports/satisfaction/G1.pdf"));
                for recipe in &all {
                    let made = engine
                        .render(recipe)
                        .unwrap_or_else(|f| panic!("{}: {}: {}", f.making, f.at, f.message));
                    assert_eq!(made, engine.render(recipe).unwrap(), "{}", recipe.path);
                }
            }
        }
    }
}
